"""The log of what went wrong in the background: in hooks and in the worker.

``gitmem doctor`` reads it.  Secrets are masked and control sequences taken out here, whoever
writes: a message may quote a remote or a setting.  Standard library only.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from gitmem.errors import GitmemError, SettingsInvalid
from gitmem.git.repo import Repo
from gitmem.state.scrub_patterns import read_scrub_patterns
from gitmem.state.settings import read_settings
from gitmem.state.state_file import StateFile

MAX_BYTES = 256 * 1024
_MAX_ENTRY = 16 * 1024


def log_path(repo: Repo) -> Path:
    """The log file of the repository."""
    return repo.state_dir / "log"


def append_log(repo: Repo, text: str) -> None:
    """Add an entry, masked, its lines under the time (UTC).  Never raises for the disk's sake.

    At 256 KiB the file becomes ``log.1`` and a new one begins.
    """
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    said = _mask(repo, text)
    entry = f"{stamp} " + "\n  ".join(said.strip().splitlines()) + "\n"
    path = log_path(repo)
    with suppress(GitmemError, OSError):
        if path.exists() and path.stat().st_size > MAX_BYTES:
            path.replace(path.with_name("log.1"))
        if path.parent.is_dir():  # nothing is made where nobody set gitmem up
            _file(repo).append(entry.encode("utf-8", "backslashreplace"))


def _file(repo: Repo) -> StateFile:
    return StateFile(log_path(repo))


def _mask(repo: Repo, text: str) -> str:
    """The text masked, by the user's own patterns as well where they can be read."""
    from gitmem.guard.policy import PLAIN, Policy  # only here: a hook hardly ever has to log
    from gitmem.guard.redact import redact
    from gitmem.guard.untrusted import clean_text

    cleaned = clean_text(text, _MAX_ENTRY)
    try:
        settings = read_settings(repo)
        patterns = (*settings.redact, *read_scrub_patterns(repo))
        policy = Policy(patterns, masks_cards=settings.redact_cards)
    except (GitmemError, OSError):
        policy = PLAIN  # the entry is most likely the one that says so
    try:
        return redact(cleaned, policy)
    except SettingsInvalid as error:
        return error.message


def read_log(repo: Repo, count: int) -> list[str]:
    """The last ``count`` entries, oldest first; empty when there is no log."""
    text = (_file(repo).read() or b"").decode("utf-8", "replace")
    entries: list[str] = []
    for line in text.splitlines():
        if line.startswith("  ") and entries:
            entries[-1] += "\n" + line
        elif line:
            entries.append(line)
    return entries[-count:]
