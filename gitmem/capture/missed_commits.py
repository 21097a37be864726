"""Commits that no hook reported, queued as if one had.

They are found in the reflogs of all work trees, in what branches have gained since somebody last
looked, and in the list of those that were looked at where no agent's files could be seen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping

from gitmem.agents.homes import sees_agents
from gitmem.errors import GitmemError
from gitmem.git.log import read_reflog_commits, reflog_size
from gitmem.git.repo import Repo, repo_at
from gitmem.git.unreported import unreported_commits
from gitmem.git.worktrees import worktrees_of
from gitmem.model.job import Job
from gitmem.state.cursors import read_cursors, write_cursors
from gitmem.state.queue import Queue
from gitmem.state.ref_tips import (
    head_name,
    is_rewriting,
    read_last_tips,
    read_tips,
    write_last_tips,
)
from gitmem.state.unseen import drop_unseen, read_unseen

_AGE_SECONDS = 14 * 86_400.0
"""How far back is looked where it is not known where to begin."""


def watch_worktrees(repo: Repo) -> None:
    """From now on, find the commits made here even where no hook reports them."""
    seen = read_cursors(repo)
    for place in _places(repo, seen.worktrees):
        if str(place.git_dir) not in seen.reflogs:
            seen = seen.with_reflog(place, reflog_size(place))
    if seen != read_cursors(repo):
        write_cursors(repo, seen)
    if read_last_tips(repo) is None:
        write_last_tips(repo, read_tips(repo))


def watch_reflog(repo: Repo) -> None:
    """From now on, look into the reflog of this work tree."""
    seen = read_cursors(repo)
    if str(repo.git_dir) not in seen.reflogs:
        write_cursors(repo, seen.with_reflog(repo, reflog_size(repo)))


def queue_reflog_commits(repo: Repo, queue: Queue, done: Collection[str]) -> None:
    """Queue the commits that a reflog knows and no hook reported; those that are ``done`` are.

    Of a work tree that nobody knew all of its reflog is new, as far as it is young enough.
    """
    before = seen = read_cursors(repo)
    skipped = {*done, *_queued(queue)}
    long_ago = time.time() - _AGE_SECONDS
    for place in _places(repo, before.worktrees):
        offset = before.reflogs.get(str(place.git_dir))
        made, size = read_reflog_commits(place, offset or 0)
        for commit in made:
            if commit.commit in skipped or (offset is None and commit.time < long_ago):
                continue
            job = Job("capture", commit=commit.commit, worktree=str(place.worktree))
            queue.add(job, commit.time + 1.0)
            skipped.add(commit.commit)
        seen = seen.with_reflog(place, size)
    if seen != before:
        write_cursors(repo, seen)


def queue_unreported_commits(repo: Repo, queue: Queue) -> None:
    """Queue what the branches have gained that neither a hook nor a known line of a reflog told."""
    before = read_last_tips(repo)
    if before is None or is_rewriting(repo):
        return
    now = read_tips(repo)
    if now == before:
        return
    found = unreported_commits(repo, before.refs, now.refs, time.time() - _AGE_SECONDS)
    queued = _queued(queue)
    places = {name: str(place.worktree) for place in worktrees_of(repo) for name in _refs_of(place)}
    usual = str(repo.worktree or next(iter(read_cursors(repo).worktrees.values()), ""))
    for ref, commit in found:
        if commit.commit not in queued:
            job = Job("capture", commit=commit.commit, worktree=places.get(ref, usual))
            queue.add(job, commit.time + 1.0)


def queue_unseen_commits(repo: Repo, queue: Queue) -> None:
    """Queue again what was looked at where no agent's files could be seen, now that some can."""
    unseen = read_unseen(repo)
    if not unseen or not sees_agents(os.environ):
        return
    queued, long_ago = _queued(queue), time.time() - _AGE_SECONDS
    for one in unseen:
        if one.time >= long_ago and one.commit not in queued:
            queue.add(Job("capture", commit=one.commit, worktree=one.worktree), one.time)
    drop_unseen(repo)


def _queued(queue: Queue) -> set[str]:
    return {other.job.commit for other in queue.jobs() if other.job.kind == "capture"}


def _places(repo: Repo, known: Mapping[str, str]) -> list[Repo]:
    """All work trees, and those that hooks have told of in another way, by their git directory."""
    found = {str(place.git_dir): place for place in worktrees_of(repo)}
    for git_dir, worktree in known.items():
        if git_dir not in found:
            place = _repo_at(repo, worktree)
            if place is not None and str(place.git_dir) == git_dir:
                found[git_dir] = place  # else it is gone, or another has taken its place
    return [place for place in found.values() if place.worktree is not None]


def _repo_at(repo: Repo, worktree: str) -> Repo | None:
    try:
        return repo_at(repo, worktree)
    except (GitmemError, OSError):
        return None


def _refs_of(place: Repo) -> list[str]:
    """What the tips call this work tree's HEAD: its branch, or the folder of its HEAD."""
    try:
        head = (place.git_dir / "HEAD").read_text("utf-8", "replace").strip()
    except OSError:
        return []
    return [head.removeprefix("ref: "), head_name(place.git_dir)]
