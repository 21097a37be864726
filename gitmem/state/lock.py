"""The locks that allow only one worker, backfill or recompression per repository.

What somebody does who does not get one (leave, wait, refuse) is theirs.  Standard library only.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from gitmem.git.regular_file import open_own, open_regular, own_folder
from gitmem.git.repo import Repo, translate_os_errors

LockName = Literal["worker", "backfill", "recompress", "answer", "judge", "setup"]
"""What is done by one at a time: two backfills would take each other's slices of a session, two
recompressions write the same memories twice, two answers about a commit overwrite each other, two
that judge commits ask git the same, and who puts hooks back meets who takes them away.
"""

_WAIT_STEP = 0.02


@contextmanager
def lock(repo: Repo, name: LockName) -> Iterator[bool]:
    """Try to take a lock; yields whether that worked, at once either way.

    The kernel lets go of the lock when its holder dies, however it dies.

    Raises:
        DiskFull, ReadOnlyRepository: the lock file cannot be made.
    """
    path = _path(repo, name)
    with translate_os_errors(f"take the {name}'s lock"):
        own_folder(path.parent)
        file = os.fdopen(open_own(path, os.O_RDWR | os.O_APPEND, 0o666), "ab")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def wait_for_lock(repo: Repo, name: LockName, seconds: float = 5.0) -> Iterator[bool]:
    """Take a lock that is only ever held for moments; yields whether that worked in time.

    Raises:
        DiskFull, ReadOnlyRepository: the lock file cannot be made.
    """
    end = time.monotonic() + seconds
    while True:
        with lock(repo, name) as is_ours:
            if is_ours or time.monotonic() > end:
                yield is_ours
                return
        time.sleep(_WAIT_STEP)


def is_locked(repo: Repo, name: LockName) -> bool:
    """Whether somebody holds the lock at this moment."""
    try:
        file = open_regular(_path(repo, name))
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def is_worker_running(repo: Repo) -> bool:
    """Whether a worker is at work."""
    return is_locked(repo, "worker")


def _path(repo: Repo, name: LockName) -> Path:
    return repo.state_dir / f"{name}.lock"
