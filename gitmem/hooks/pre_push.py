"""What ``git push`` calls: the memories go along, bounded, quiet, never failing the push.

The push is queued behind the captures that still wait, so that a commit pushed at once takes
its memory with it; then it is waited for, but no longer than ``gitmem.pushWait``.  Standard
library only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gitmem.errors import GitmemError
from gitmem.model.job import Job
from gitmem.model.note import NOTES_REF
from gitmem.store.gitdir import Repo, try_git
from gitmem.store.launcher import launch_worker
from gitmem.store.log import append_log
from gitmem.store.queue import Queue
from gitmem.store.remote import tracking_ref
from gitmem.store.settings import read_settings

_POLL_SECONDS = 0.03
_STILL_GOING = "gitmem: memories are still being sent, in the background"


def run_pre_push(repo: Repo, remote: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Have the memories sent to ``remote``; returns a line for stderr, often empty.

    A remote given as a bare URL has no name, no tracking ref and no memories.
    """
    try:
        settings = read_settings(repo)
        is_ours = settings.enabled and settings.auto_push and _is_named(repo, remote)
        if not is_ours or (settings.remote and settings.remote != remote):
            return ""
        queue = Queue(repo)
        if queue.is_empty() and _has_all(repo, remote):
            return ""
        path = queue.add(Job("push", remote=remote))
        launch_worker(repo)
        deadline = time.monotonic() + settings.push_wait
        while path.exists() and time.monotonic() < deadline:
            sleep(_POLL_SECONDS)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook pre-push: {error}")
        return ""
    return _STILL_GOING if path.exists() else ""


def _has_all(repo: Repo, remote: str) -> bool:
    """Whether the remote, as last seen, stands where our notes stand."""
    refs = (NOTES_REF, tracking_ref(remote))
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", *refs)
    tips = listed.stdout.split()
    return not tips or (len(tips) == 2 and tips[0] == tips[1])


def _is_named(repo: Repo, remote: str) -> bool:
    names = try_git(repo, "remote").stdout.decode("utf-8", "surrogateescape").splitlines()
    return remote in names
