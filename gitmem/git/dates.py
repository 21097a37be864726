"""Typed dates as instants, read the way git reads them."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, time, timezone

from gitmem.errors import UsageError
from gitmem.git.repo import git_environment

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LAST = 253_402_300_799  # the last second that a calendar of four digits has
_FORM = "%Y-%m-%dT%H:%M:%SZ"


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
        return moment.astimezone(timezone.utc).strftime(_FORM)
    except (ValueError, OverflowError):
        pass
    # As a setting, git reads a date with more care than on a command line, and anywhere.
    command = ["git", "-c", f"gitmem.date={text}", "config", "--type=expiry-date", "gitmem.date"]
    done = subprocess.run(command, capture_output=True, env=git_environment(), check=False)
    if done.returncode == 0 and done.stdout.strip().isdigit():
        seconds = min(int(done.stdout), _LAST)  # of "now" git says the end of all time
        return datetime.fromtimestamp(seconds, timezone.utc).strftime(_FORM)
    raise UsageError(f"'{text}' is not a date", "Write dates as in git log: 2026-01-31, 2.weeks")
