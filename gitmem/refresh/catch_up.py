"""Is there anything to catch up on?  Answered with one git process and no heavy import.

Hooks and commands ask this first; only when the answer is yes is a worker started, and waited
for no longer than the caller's patience.  Standard library only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing

from gitmem.git.log import reflog_size
from gitmem.git.remotes import TRACKING, is_tracking, place_of
from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.process.deadline import share_of_time
from gitmem.state.cursors import read_cursors
from gitmem.state.lock import is_worker_running
from gitmem.state.queue import Queue
from gitmem.state.ref_tips import REFS, is_rewriting, read_last_tips, tips_of
from gitmem.state.unseen import has_unseen
from gitmem.state.worker_launch import launch_worker

_POLL_SECONDS = 0.02
_SHARE = 0.75  # of what is left of a hook's time: the rest is for what it has to say
_MOST_NOTES = 50  # that who waits reads by itself: about as long as a worker takes to start


def is_fresh(repo: Repo, index_tip: str | None) -> bool:
    """Whether the queue is empty, all fetched notes are joined, every commit made here was
    looked at, no branch has moved since, the index stands at the notes ref and nobody else moved
    that.
    """
    tip = _tip_to_follow(repo)
    return tip is not None and tip == (index_tip or "")


def _tip_to_follow(repo: Repo) -> str | None:
    """Where the notes ref stands ("" if there is none), if there is nothing else to catch up on
    but the index; None if there is.
    """
    if not Queue(repo).is_empty():
        return None
    if has_unseen(repo):
        from gitmem.agents.homes import sees_agents  # mostly there is nothing to look at again

        if sees_agents(os.environ):
            return None
    seen = read_cursors(repo)
    known = seen.reflogs.get(str(repo.git_dir))
    if known is not None and known != reflog_size(repo):
        return None
    asked = (NOTES_REF, WATERMARK_REF, TRACKING, *REFS)
    listed = try_git(repo, "for-each-ref", "--format=%(objectname) %(refname)", *asked)
    lines = os.fsdecode(listed.stdout).splitlines()
    if tips_of(repo, lines) != read_last_tips(repo) and not is_rewriting(repo):
        return None
    tips = {ref: tip for tip, ref in (line.split(" ", 1) for line in lines)}
    tip = tips.get(NOTES_REF)
    if tips.get(WATERMARK_REF, tip) != tip:
        return None
    places = {place_of(ref): tips[ref] for ref in tips if is_tracking(ref)}
    return tip or "" if all(seen.has_seen(*item) for item in places.items()) else None


def catch_up(
    repo: Repo,
    patience: float,
    *,
    launch: Callable[[Repo], Callable[[], bool]] = launch_worker,
) -> bool:
    """Let a worker bring everything up to date, and wait up to ``patience`` seconds for it.

    Returns whether all is up to date.  A worker that takes longer goes on by itself; work that
    it had to leave (a rebase is under way, a job keeps failing) is not waited for.
    """
    with closing(Index.open(repo.state_dir)) as index:
        if _is_caught_up(repo, index):
            return True
        is_held = index.is_volatile
    has_ended = launch(repo)
    if is_held:
        return False  # by another process, or not to be written: no worker gets further, either
    deadline = time.monotonic() + share_of_time(patience, _SHARE)
    while time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        if has_ended() and not is_worker_running(repo):
            break
    with closing(Index.open(repo.state_dir)) as index:
        return _is_caught_up(repo, index)


def _is_caught_up(repo: Repo, index: Index) -> bool:
    tip, base = _tip_to_follow(repo), index.tip
    if tip is None or tip == (base or ""):
        return tip is not None
    return bool(tip and base) and _follow(repo, index, base or "", tip)


def _follow(repo: Repo, index: Index, base: str, tip: str) -> bool:
    """Bring the index to the tip where a few notes are all that it lacks; their vectors are made by
    the next worker.  Another process may be faster: then that is for the next look to see.
    """
    from gitmem.notes.few_changes import read_few_changes  # YAML, which nothing else here needs

    changes = read_few_changes(repo, base, tip, _MOST_NOTES)
    return changes is not None and index.apply(changes, tip)
