"""Git locks that a killed process left behind.

git holds the lock of a ref for milliseconds and leaves a forgotten one to a person.  On a ref of
ours nobody would look for it, and nothing could ever move the ref again.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo

STALE_SECONDS = 600.0


def lock_path(repo: Repo, ref: str) -> Path:
    """The file that git's ``files`` backend locks a shared ref with."""
    return repo.common_dir / f"{ref}.lock"


def free_stale_lock(repo: Repo, ref: str) -> None:
    """Remove the lock of a ref of ours that has been held for ten minutes.

    Moved aside first and looked at once more, so that of two who find it neither takes a lock
    that somebody has got since.
    """
    lock = lock_path(repo, ref)
    aside = lock.with_name(f"{lock.name}.{os.getpid()}")
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime < STALE_SECONDS:
            return
        lock.rename(aside)
        if time.time() - aside.stat().st_mtime < STALE_SECONDS:
            os.link(aside, lock)
        aside.unlink()
