"""Typed dates as instants, read the way git reads them."""

from __future__ import annotations

import re
from datetime import datetime, time

from gitmem.errors import UsageError
from gitmem.git.repo import git_environment
from gitmem.model.instant import iso_of, iso_time
from gitmem.process.child import run

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def instant_of(text: str, *, is_end: bool = False) -> str:
    """The instant in the memories' form: ISO 8601, UTC, to the second; "" for no text.

    A day is its beginning, or with ``is_end`` its end, where this machine is.  What is not
    ISO 8601 is read by git (``2.weeks``, ``last friday``).

    Raises:
        UsageError: it is not a date.
    """
    text = text.replace("\0", "").strip()
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
        if _DAY.fullmatch(text):
            moment = datetime.combine(moment, time(23, 59, 59) if is_end else time())
        return iso_of(moment)
    except (ValueError, OverflowError):
        pass
    # As a setting, git reads a date with more care than on a command line, and anywhere.
    command = ["git", "-c", f"gitmem.date={text}", "config", "--type=expiry-date", "gitmem.date"]
    done = run(command, environ=git_environment())
    if done.returncode == 0 and done.stdout.strip().isdigit():
        return iso_time(int(done.stdout))  # of "now" git says the end of all time
    raise UsageError(f"'{text}' is not a date", "Write dates as in git log: 2026-01-31, 2.weeks")
