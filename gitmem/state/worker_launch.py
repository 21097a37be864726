"""Starting the worker so that nobody waits for it, and it keeps nobody's pipes open.

Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from gitmem.git.repo import Repo
from gitmem.process.child import start


def launch_judge(repo: Repo) -> None:
    """Start a process that judges how commits stand before anybody asks; as below."""
    _launch(repo, "judge")


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
