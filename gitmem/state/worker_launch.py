"""Starting the worker so that nobody waits for it, and it keeps nobody's pipes open.

Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo


def launch_worker(repo: Repo) -> Callable[[], bool]:
    """Start a worker in a session of its own, detached from this process; failure is silent.

    Whatever the worker would have done stays queued for the next chance.  Returns a question:
    has that worker ended?
    """
    run = repo.state_dir / "run"
    command = [os.fspath(run)] if run.is_file() else [sys.executable, "-I", "-m", "gitmem"]
    with suppress(OSError):
        process = subprocess.Popen(
            [*command, "worker", os.fspath(repo.common_dir)],
            cwd=Path(repo.common_dir),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return lambda: process.poll() is not None
    return lambda: True
