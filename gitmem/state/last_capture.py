"""When work was last remembered here: an empty file, whose time says so.

Losing it costs half a line at a session's start.  Standard library only.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo


def keep_capture(repo: Repo, now: float | None = None) -> None:
    """A memory was written at ``now`` (POSIX seconds).  Never raises for the disk's sake."""
    with suppress(OSError):
        _path(repo).touch()
        if now is not None:
            os.utime(_path(repo), (now, now))


def read_last_capture(repo: Repo) -> float:
    """When that was last, POSIX seconds; 0.0 where nobody knows."""
    try:
        return _path(repo).stat().st_mtime
    except OSError:
        return 0.0


def _path(repo: Repo) -> Path:
    return repo.state_dir / "captured"
