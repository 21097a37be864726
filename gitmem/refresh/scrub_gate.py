"""Whether anything may be shown: not while what a scrub is to take away may still be there.

For hooks, which leave the work to a worker.  Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gitmem.git.repo import Repo
from gitmem.state.lock import is_worker_running
from gitmem.state.scrub_intent import has_scrub_intent, is_scrub_begun
from gitmem.state.worker_launch import launch_worker

_POLL_SECONDS = 0.02


def wait_for_scrub(
    repo: Repo,
    patience: float,
    *,
    launch: Callable[[Repo], Callable[[], bool]] = launch_worker,
) -> bool:
    """Let a worker finish a scrub that was killed, and wait up to ``patience`` seconds for it, or
    for one that runs; returns whether nothing holds what was to go any more.
    """
    if not has_scrub_intent(repo):
        return True
    has_ended = _never if is_worker_running(repo) else launch(repo)
    deadline = time.monotonic() + patience
    while is_scrub_begun(repo) and time.monotonic() < deadline:
        if has_ended() and not is_worker_running(repo):
            break  # it could not
        time.sleep(_POLL_SECONDS)
    return not is_scrub_begun(repo)


def _never() -> bool:
    return False
