"""What ``git push`` calls: memories are sent too, within a time limit, never failing the push.

The push is queued behind the captures that still wait, so that a commit pushed at once takes
its memory with it; then it is waited for, but no longer than ``gitmem.pushWait``.  Standard
library only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gitmem.errors import GitmemError
from gitmem.git.remotes import read_exchange_tip, remote_names
from gitmem.git.repo import Repo, try_git
from gitmem.model.job import Job
from gitmem.model.note import NOTES_REF
from gitmem.state.error_log import append_log
from gitmem.state.notices import take_notices
from gitmem.state.queue import Queue
from gitmem.state.refused_remotes import read_refusal
from gitmem.state.settings import read_settings
from gitmem.state.sharing import adopt_sharing
from gitmem.state.worker_launch import launch_worker

_POLL_SECONDS = 0.03
_BACKGROUND_NOTICE = "gitmem: memories are still being sent, in the background"


def run_pre_push(repo: Repo, remote: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Have the memories sent along with a push; returns lines for stderr, mostly none.

    They go to ``gitmem.remote`` where that is set, else to the remote that is pushed to: who gets
    the commits gets their memories.  A remote given as a bare URL has no name and gets none.  One
    that refused them lately is not asked again yet.
    """
    adopt_sharing(repo)
    try:
        settings = read_settings(repo)
        if not (settings.enabled and settings.auto_push):
            return ""
        names = remote_names(repo)
        target = settings.remote or remote
        if target not in names or remote not in names:
            return ""
        queue = Queue(repo)
        if (queue.is_empty() and _has_all(repo, target)) or _is_refused(repo, target):
            return ""
        path = queue.add(Job("push", remote=target))
        launch_worker(repo)
        deadline = time.monotonic() + settings.push_wait
        while path.exists() and time.monotonic() < deadline:
            sleep(_POLL_SECONDS)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook pre-push: {error}")
        return ""
    lines = [_BACKGROUND_NOTICE] if path.exists() else []
    return "\n".join([*lines, *(f"gitmem: {line}" for line in take_notices(repo))])


def _has_all(repo: Repo, remote: str) -> bool:
    """Whether the remote, as last seen, is where our notes are."""
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", NOTES_REF)
    tip = listed.stdout.decode().strip()
    return not tip or read_exchange_tip(repo, remote) == tip


def _is_refused(repo: Repo, remote: str) -> bool:
    refusal = read_refusal(repo, remote)
    return refusal is not None and time.time() < refusal.until
