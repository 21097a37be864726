"""The locks that allow only one worker, backfill or recompression per repository.

Standard library only.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from gitmem.git.repo import Repo, translated_os_errors


@contextmanager
def worker_lock(repo: Repo) -> Iterator[bool]:
    """Try to become the worker; yields whether that worked, at once either way.

    The kernel lets go of the lock when its holder dies, however it dies.

    Raises:
        DiskFull, ReadOnlyRepository: the lock file cannot be made.
    """
    with _lock(repo, "worker") as is_ours:
        yield is_ours


@contextmanager
def backfill_lock(repo: Repo) -> Iterator[bool]:
    """The same for a backfill: two at once would take each other's slices of a session.

    Raises:
        DiskFull, ReadOnlyRepository: the lock file cannot be made.
    """
    with _lock(repo, "backfill") as is_ours:
        yield is_ours


@contextmanager
def recompress_lock(repo: Repo) -> Iterator[bool]:
    """The same for bettering memories: two at once would write the same ones twice.

    Raises:
        DiskFull, ReadOnlyRepository: the lock file cannot be made.
    """
    with _lock(repo, "recompress") as is_ours:
        yield is_ours


@contextmanager
def _lock(repo: Repo, name: str) -> Iterator[bool]:
    with translated_os_errors(f"take the {name}'s lock"):
        repo.state_dir.mkdir(parents=True, exist_ok=True)
        file = (repo.state_dir / f"{name}.lock").open("ab")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_worker_running(repo: Repo) -> bool:
    """Whether a worker holds the lock at this moment."""
    try:
        file = (repo.state_dir / "worker.lock").open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
