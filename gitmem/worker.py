"""The worker: drains the queue, then exits.  At most one per repository.

A job leaves the queue only when its work is done, so killing the worker at any moment loses
nothing.  Trouble goes to the log; a job that keeps failing is set aside for ``gitmem doctor``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from gitmem.capture.capture_commit import Request, remember, remember_turn
from gitmem.capture.complete_turn import complete_turn
from gitmem.capture.settle_pending import mark_ended, settle_ended
from gitmem.capture.workspace import Means
from gitmem.errors import (
    DiskFull,
    EncoderUnavailable,
    GitmemError,
    NotesMoved,
    ReadOnlyRepository,
    RemoteError,
    UnknownRevision,
)
from gitmem.follow.push import push_along
from gitmem.follow.reconcile import Reconciled, reconcile
from gitmem.git.log import commits_made, reflog_size
from gitmem.git.repo import Repo, find_repo
from gitmem.index.cache import Index
from gitmem.model.job import Job
from gitmem.refresh.refresh import refresh
from gitmem.state.cursors import read_seen, write_seen
from gitmem.state.error_log import append_log
from gitmem.state.lock import worker_lock
from gitmem.state.notices import add_notice
from gitmem.state.queue import Queue, QueuedJob
from gitmem.state.rewrite_log import add_pairs, parse_pairs

_REWRITING = ("rebase-merge", "rebase-apply")
_WORTH_ANOTHER_TRY_LATER = (DiskFull, ReadOnlyRepository, NotesMoved)


@dataclass
class _Tried:
    """What this worker has attempted: each job and each commit once, whoever reported it."""

    paths: set[Path] = field(default_factory=set)
    commits: set[str] = field(default_factory=set)


def work(means: Means) -> int:
    """Drain the queue if no other worker does; returns how many jobs were done.

    After letting go of the lock the queue is looked at again: a hook may have queued a job just
    when this worker thought it was finished, and seen the lock still held.

    Raises:
        DiskFull, ReadOnlyRepository: not even the lock can be taken.
        NotesMoved: the notes ref kept moving; the job stays queued.
    """
    done = 0
    tried = _Tried()
    while True:
        with worker_lock(means.repo) as is_ours:
            if not is_ours:
                return done
            done += _drain(means, tried)
            settle_ended(means.repo)
            _follow_history(means)
        if not _waiting(Queue(means.repo), tried):
            return done


def _follow_history(means: Means) -> None:
    """Join what was fetched, and bring memories to the commits that carry their changes now."""
    with closing(refresh(means.repo)) as index:
        done = reconcile(means.repo, index)
        _embed(means, index)
    for line in told_lines(done):
        add_notice(means.repo, line)


def _embed(means: Means, index: Index) -> None:
    """Give new memories their vectors; the model that is chosen may not be there."""
    if index.place_count() == index.embedded_count():
        return  # numpy alone takes longer to load than most workers live
    from gitmem.refresh.embed import embed_missing
    from gitmem.refresh.encoders import encoder_of

    try:
        encoder = encoder_of(means.settings)
        if encoder is not None:
            embed_missing(index, encoder)
    except EncoderUnavailable as error:
        append_log(means.repo, f"vectors: {error.message}")


def told_lines(done: Reconciled) -> list[str]:
    """What a person should know about an automatic reconciliation: what remains uncertain."""
    lines = [
        f"the memories of {commit[:10]} are on no branch: "
        f"{' or '.join(other[:10] for other in found[:3])} may carry the change"
        for commit, found in done.unmatched.items()
    ]
    if done.left_out:
        lines.append(f"{done.left_out} of the new commits were too many to compare")
    return lines


def watch_reflog(repo: Repo) -> None:
    """From now on, find the commits made in this work tree even where no hook reports them."""
    seen = read_seen(repo)
    if str(repo.git_dir) not in seen.reflogs:
        write_seen(repo, seen.with_reflog(repo, reflog_size(repo)))


def _drain(means: Means, tried: _Tried) -> int:
    """Do what waits, once each; what no hook reported is queued first."""
    queue = Queue(means.repo)
    done = 0
    while waiting := _waiting(queue, tried) or _missed(means, queue, tried):
        for queued in waiting:
            if _must_wait(queued.job):
                continue  # git has begun to rewrite commits since
            tried.paths.add(queued.path)
            tried.commits.add(queued.job.commit)
            done += _attempt(means, queue, queued)
    return done


def _waiting(queue: Queue, tried: _Tried) -> list[QueuedJob]:
    """The jobs that can be done now and were not tried yet.

    One that waits for the end of a rebase is not tried: the worker that the rebase's last hook
    wakes may find this one still at work, and then it is this one that must come back to it.
    """
    untried = [queued for queued in queue.jobs() if queued.path not in tried.paths]
    return [queued for queued in untried if not _must_wait(queued.job)]


def _missed(means: Means, queue: Queue, tried: _Tried) -> list[QueuedJob]:
    """Queue the commits that a reflog knows and no hook reported."""
    before = seen = read_seen(means.repo)
    queued = {other.job.commit for other in queue.jobs()}
    for git_dir, worktree in before.worktrees.items():
        place = _place(worktree)
        if place is None or str(place.git_dir) != git_dir:
            continue  # the work tree is gone, or another has taken its place
        made, size = commits_made(place, before.reflogs[git_dir])
        for commit in made:
            if commit.commit not in tried.commits | queued:
                job = Job("capture", commit=commit.commit, worktree=worktree)
                queue.add(job, commit.time + 1.0)
        seen = seen.with_reflog(place, size)
    if seen != before:
        write_seen(means.repo, seen)
    return _waiting(queue, tried)


def _place(worktree: str) -> Repo | None:
    """The repository as seen from a work tree; None when that is gone."""
    try:
        return find_repo(worktree)
    except (GitmemError, OSError):
        return None


def _attempt(means: Means, queue: Queue, queued: QueuedJob) -> int:
    """Do one job; 1 when it left the queue as done."""
    try:
        _VERBS[queued.job.kind](means, queued)
    except _WORTH_ANOTHER_TRY_LATER:
        raise
    except (UnknownRevision, RemoteError) as error:
        # The commit is gone (rewritten and pruned), or the next push will send it: no retry.
        _log(means, queued, error)
    except Exception as error:  # noqa: BLE001 - outermost frame of a job: the next one must run
        _log(means, queued, error)
        queue.retry(queued)
        return 0
    queue.done(queued)
    return 1


def _must_wait(job: Job) -> bool:
    """While git rewrites commits their notes move: wait until it is done."""
    if job.kind != "capture" or not job.worktree:
        return False
    place = _place(job.worktree)
    return place is not None and any((place.git_dir / name).exists() for name in _REWRITING)


def _capture(means: Means, queued: QueuedJob) -> None:
    job = queued.job
    place = _place(job.worktree)
    if place is not None and place.worktree is not None:
        watch_reflog(place)
    sources = job.extra.get("sources", "").split()
    add_pairs(means.repo, parse_pairs("".join(f"{source} {job.commit}\n" for source in sources)))
    outcome = remember(means, Request(job.commit, job.worktree, queued.time, job.session))
    for notice in outcome.notices:
        append_log(means.repo, f"capture {job.commit[:10]}: {notice}")


def _turn(means: Means, queued: QueuedJob) -> None:
    if _is_last_of_session(means, queued) and means.settings.pending:
        _stop(means, queued.job)


def _end(means: Means, queued: QueuedJob) -> None:
    job = queued.job
    if means.settings.pending:
        _stop(means, job)
        if _is_last_of_session(means, queued):
            mark_ended(means.repo, job.session)


def _stop(means: Means, job: Job) -> None:
    complete_turn(means, job.session, job.worktree)
    remember_turn(means, job.session, job.worktree)


def _is_last_of_session(means: Means, queued: QueuedJob) -> bool:
    """Whether no later stop of the same session waits: that one will say all."""
    return not any(
        other.job.kind in ("turn", "end")
        and other.job.session == queued.job.session
        and other.time > queued.time
        for other in Queue(means.repo).jobs()
    )


def _push(means: Means, queued: QueuedJob) -> None:
    try:
        _follow_history(means)  # what was picked a moment ago goes along
    except GitmemError as error:
        append_log(means.repo, f"reconcile: {error}")
    push_along(means, queued.job.remote)


def _merge(means: Means, queued: QueuedJob) -> None:
    add_pairs(means.repo, parse_pairs(queued.job.extra.get("rewritten", "")))
    _follow_history(means)


_VERBS: dict[str, Callable[[Means, QueuedJob], None]] = {
    "capture": _capture,
    "turn": _turn,
    "end": _end,
    "push": _push,
    "merge": _merge,
}


def _log(means: Means, queued: QueuedJob, error: Exception) -> None:
    what = queued.job.commit[:10] or queued.job.session or queued.job.remote
    kind = "" if isinstance(error, GitmemError) else f"{type(error).__name__}: "
    append_log(means.repo, f"{queued.job.kind} {what}: {kind}{error}")
