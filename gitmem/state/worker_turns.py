"""One worker at a time, and a mark by which git's hooks see that one is there.

To start a worker that finds another at work costs a commit as much as all else that its hook does.
So a worker leaves its process id in ``worker.pid``: the launcher when it starts, this module as
long as it works.  A hook that finds the mark fresh, and the process alive, starts none.  No job is
left lying, because each side does its two steps in this order:

- a hook writes its job, then looks for the mark (``githooks/prelude.sh``);
- a worker removes its mark, then looks at the queue (or sees another hold the lock, who will).

The mark only saves work.  Who cannot tell (killed, another user's, of another machine) starts a
worker; a mark of a process id that went to another process counts for two minutes at most.
Standard library only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.state.lock import is_worker_running, lock
from gitmem.state.state_file import StateFile

_FRESH_SECONDS = 120.0


def work_in_turns(repo: Repo, drain: Callable[[], int], has_more: Callable[[], bool]) -> int:
    """Call ``drain`` as the only worker until nothing is left; returns the sum of what it returned.

    After letting go of the lock, and of the mark, ``has_more`` is asked: a hook may have queued a
    job just when this worker thought it was finished, and seen that it was still there.  Where
    another worker holds the lock, that one will ask the same.

    Raises:
        DiskFull, ReadOnlyRepository: not even the lock can be taken.
    """
    done = 0
    while True:
        with lock(repo, "worker") as is_ours:
            if is_ours:
                leave_mark(repo)
                done += drain()
        remove_mark(repo)
        if not (has_more() if is_ours else not is_worker_running(repo)):
            return done


def is_worker_needed(repo: Repo) -> bool:
    """Whether a worker that has just begun must go on: where another is at work, it need not.

    That one looks at the queue once more after it has let go of the lock; so this asks for the
    lock when no hook relies on this process any more.
    """
    if not is_worker_running(repo):
        return True
    remove_mark(repo)
    return not is_worker_running(repo)


def has_worker_begun(repo: Repo) -> bool:
    """Whether the process of a fresh mark is still there: it may not hold the lock yet."""
    try:
        if time.time() - _path(repo).stat().st_mtime > _FRESH_SECONDS:
            return False  # its number may be another's by now
        os.kill(int(read_regular(_path(repo), 10)), 0)
    except PermissionError:
        return True  # somebody else's
    except (OSError, ValueError, OverflowError):
        return False
    return True


def leave_mark(repo: Repo) -> None:
    """Say that this process works; again from time to time, for a mark gets old."""
    with suppress(GitmemError, OSError):  # without it, hooks start workers that end at once
        StateFile(_path(repo)).write(f"{os.getpid()}\n".encode(), is_durable=False)


def remove_mark(repo: Repo) -> None:
    """From now on no hook relies on this process; another's mark stays."""
    path = _path(repo)
    with suppress(OSError):
        if read_regular(path, 100).split() == [b"%d" % os.getpid()]:
            path.unlink()


def _path(repo: Repo) -> Path:
    return repo.state_dir / "worker.pid"
