"""Git locks that a killed process left behind.

git holds the lock of a ref for milliseconds and leaves a forgotten one to a person.  On a ref of
ours nobody would look for it, and nothing could ever move the ref again.  The lock of all packed
refs is held while a ref is deleted, or all are packed: for moments as well, and while it packs, git
writes the new file beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo

STALE_SECONDS = 600.0
_PACKED_LOCK, _PACKED_NEW = "packed-refs.lock", "packed-refs.new"


def lock_path(repo: Repo, ref: str) -> Path:
    """The file that git's ``files`` backend locks a shared ref with."""
    return repo.common_dir / f"{ref}.lock"


def free_stale_lock(repo: Repo, ref: str) -> None:
    """Remove the lock of a ref of ours that has been held for ten minutes.

    Moved aside first and looked at once more, so that of two who find it neither takes a lock
    that somebody has got since.
    """
    _free(lock_path(repo, ref))


def free_stale_locks(repo: Repo, refs: Iterable[str]) -> None:
    """The same for several refs of ours, which are about to be deleted or moved, and for the lock
    of all packed refs, unless git still writes these.
    """
    for ref in refs:
        free_stale_lock(repo, ref)
    with suppress(OSError):
        if time.time() - (repo.common_dir / _PACKED_NEW).stat().st_mtime < STALE_SECONDS:
            return
    _free(repo.common_dir / _PACKED_LOCK)


def held_locks(repo: Repo, refs: Iterable[str]) -> list[Path]:
    """The locks that are there now and keep one of the refs from being deleted or moved."""
    locks = [repo.common_dir / _PACKED_LOCK, *(lock_path(repo, ref) for ref in refs)]
    return [lock for lock in locks if os.path.lexists(lock)]


def _free(lock: Path) -> None:
    aside = lock.with_name(f"{lock.name}.{os.getpid()}")
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime < STALE_SECONDS:
            return
        lock.rename(aside)
        if time.time() - aside.stat().st_mtime < STALE_SECONDS:
            os.link(aside, lock)
        aside.unlink()
