"""Starting the worker so that nobody waits for it, and it keeps nobody's pipes open.

It notes its process id before it loads anything: one that has begun and holds no lock yet is not
taken for one that has failed.

Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo
from gitmem.process.child import start


def launch_judge(repo: Repo) -> None:
    """Start a process that judges how commits stand before anybody asks; as below."""
    _launch(repo, "judge")


def note_worker(repo: Repo) -> None:
    """This process is the worker.  Never raises for the disk's sake."""
    with suppress(OSError), _pid_file(repo).open("w", encoding="ascii") as file:
        file.write(str(os.getpid()))


def has_worker_begun(repo: Repo) -> bool:
    """Whether the worker that began last is still there."""
    try:
        os.kill(int(_pid_file(repo).read_text("ascii")[:10]), 0)
    except PermissionError:
        return True  # somebody else's
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _pid_file(repo: Repo) -> Path:
    return repo.state_dir / "worker.pid"


def launch_worker(repo: Repo) -> Callable[[], bool]:
    """Start a worker in a session of its own, detached from this process; failure is silent.

    Whatever the worker would have done stays queued for the next chance.  Returns a question:
    has that worker ended?
    """
    return _launch(repo)


def _launch(repo: Repo, *what: str) -> Callable[[], bool]:
    run = repo.state_dir / "run"
    command = [os.fspath(run)] if run.is_file() else [sys.executable, "-I", "-m", "gitmem"]
    with suppress(OSError):
        worker = start(
            [*command, "worker", os.fspath(repo.common_dir), *what],
            folder=repo.common_dir,
            leads_session=True,
        )
        return lambda: worker.poll() is not None
    return lambda: True
