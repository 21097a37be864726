"""Starting the worker so that nobody waits for it, and it keeps nobody's pipes open.

Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from gitmem.git.repo import Repo
from gitmem.process.child import start

_WAIT = """\
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 6000 ]; do
    sleep 0.1 || sleep 1 || break
    tries=$((tries + 1))
done
shift
exec "$@"
"""


def launch_judge(repo: Repo) -> None:
    """Start a process that judges how commits stand before anybody asks; as below."""
    _launch(repo, "judge")


def launch_worker(repo: Repo) -> Callable[[], bool]:
    """Start a worker in a session of its own, detached from this process; failure is silent.

    Whatever the worker would have done stays queued for the next chance.  Returns a question:
    has that worker ended?
    """
    return _launch(repo)


def launch_worker_after(repo: Repo, process: int) -> None:
    """Start a worker when that process has ended, or in ten minutes; as above."""
    _launch(repo, before=("sh", "-c", _WAIT, "sh", str(process)))


def _launch(repo: Repo, *what: str, before: Sequence[str] = ()) -> Callable[[], bool]:
    run = repo.state_dir / "run"
    command = [os.fspath(run)] if run.is_file() else [sys.executable, "-I", "-m", "gitmem"]
    with suppress(OSError):
        worker = start(
            [*before, *command, "worker", os.fspath(repo.common_dir), *what],
            folder=repo.common_dir,
            leads_session=True,
        )
        return lambda: worker.poll() is not None
    return lambda: True
