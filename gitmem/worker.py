"""The worker: drains the queue, then exits.  At most one per repository.

A job leaves the queue only when its work is done, so killing the worker at any moment loses
nothing.  Trouble goes to the log; a job that keeps failing is set aside for ``gitmem doctor``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gitmem.agents.homes import has_home, sees_agents
from gitmem.agents.transcript_path import is_own_file
from gitmem.capture.agent_memory import write_agent_memory
from gitmem.capture.agent_work import AgentWork
from gitmem.capture.capture_commit import capture_commit, capture_turn
from gitmem.capture.client_words import name_sessions
from gitmem.capture.complete_turn import complete_turn
from gitmem.capture.missed_commits import (
    queue_reflog_commits,
    queue_unreported_commits,
    queue_unseen_commits,
    watch_reflog,
)
from gitmem.capture.session_candidates import session_file
from gitmem.capture.settle_pending import end_session, settle_ended_sessions
from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.errors import (
    DiskFull,
    EncoderUnavailable,
    GitmemError,
    NotesMoved,
    ReadOnlyRepository,
    RemoteError,
    TranscriptMissing,
    UnknownRevision,
)
from gitmem.follow.push import push_along, replace_notes
from gitmem.follow.reconcile import ReconcileReport, reconcile
from gitmem.git.reachability import is_ancestor
from gitmem.git.repo import Repo, repo_at
from gitmem.git.transport import has_refs
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of_session, memory_count, place_count, vector_count
from gitmem.model.job import PAYLOAD, Job
from gitmem.process.ancestors import is_alive
from gitmem.refresh.refresh import catch_up_index, refresh
from gitmem.state.claims import clear_claims
from gitmem.state.error_log import append_log
from gitmem.state.expiring import ExpiringRecord, read_expiring, write_expiring
from gitmem.state.last_capture import keep_capture
from gitmem.state.notices import add_notice
from gitmem.state.pending import PendingStore
from gitmem.state.queue import MAX_ATTEMPTS, Queue, QueuedJob
from gitmem.state.rewrite_log import add_pairs, parse_pairs
from gitmem.state.scrub_intent import has_scrub_intent
from gitmem.state.sessions import Registry
from gitmem.state.unseen import UnseenCommit, add_unseen
from gitmem.state.worker_turns import leave_mark, work_in_turns

_LOOK_SECONDS = 20 * 3_600.0
_SOON_SECONDS = 10 * 86_400.0
_REBASE_FOLDERS = ("rebase-merge", "rebase-apply")
_RETRY_LATER = (DiskFull, ReadOnlyRepository, NotesMoved, ImportError)  # a package may come back


@dataclass
class _Run:
    """One run of the worker.

    ``paths`` and ``commits`` are what it has attempted: each job and each commit once, whoever
    reported it.  ``remembered`` is the last commit that gained a memory.  The index is opened for
    the first job that needs one, and stays open.
    """

    workspace: Workspace
    paths: set[Path] = field(default_factory=set)
    commits: set[str] = field(default_factory=set)
    remembered: str = ""
    _index: Index | None = None

    def index(self) -> Index:
        """The index, up to date at this moment.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
        """
        if self._index is None:
            self._index = refresh(self.workspace.repo)
        else:
            catch_up_index(self.workspace.repo, self._index)
        return self._index

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.seal()
            self._index.close()
            self._index = None


def work(workspace: Workspace) -> int:
    """Drain the queue if no other worker does; returns how many jobs were done.

    Raises:
        DiskFull, ReadOnlyRepository: not even the lock can be taken.
        NotesMoved: the notes ref kept moving; the job stays queued.
    """
    repo = workspace.repo
    with closing(_Run(workspace)) as run:

        def drain() -> int:
            done = _drain(run)
            settle_ended_sessions(repo)
            _follow_history(run)
            _remember_expiring(run)
            return done

        return work_in_turns(repo, drain, lambda: bool(_ready_jobs(Queue(repo), run)))


def finish_begun_scrub(repo: Repo, patience: float) -> bool:
    """Finish a scrub that was killed, before anything is shown or sent; returns whether there was
    one.  One that is under way is waited for, ``patience`` seconds at most.

    Raises:
        GitmemError: it cannot be finished: what was to go may still be there.
    """
    if not has_scrub_intent(repo):
        return False
    from gitmem.upkeep.scrub import finish_scrub
    from gitmem.upkeep.scrub_remote import scrub_copy

    def send(remote: str) -> None:
        replace_notes(open_workspace(repo, may_capture=False), remote, partial(scrub_copy, repo))

    done = finish_scrub(repo, send, patience=patience)
    if done is not None and done.trouble is not None:
        add_notice(repo, f"a scrub was finished here alone: {done.trouble}")
    return done is not None


def _follow_history(run: _Run) -> None:
    """Join what was fetched, and bring memories to the commits that carry their changes now."""
    index = run.index()
    done = reconcile(run.workspace.repo, index)
    _embed(run.workspace, index)
    memory_count(index)  # so that no session's start has to count
    for line in reconcile_notices(done):
        add_notice(run.workspace.repo, line)


def _remember_expiring(run: _Run) -> None:
    """Once a day, remember the sessions that their agent will soon delete; what cannot be is left
    to be told.
    """
    repo, now = run.workspace.repo, time.time()
    is_due = not 0 <= now - read_expiring(repo).checked < _LOOK_SECONDS
    if not is_due or not run.workspace.settings.enabled or not sees_agents(os.environ):
        return
    from gitmem.upkeep.expiring_sessions import find_expiring, remember_expiring

    write_expiring(repo, ExpiringRecord(now))  # first: what fails is not tried again at once
    try:
        found = find_expiring(run.workspace, os.environ, now, _SOON_SECONDS)
        if found:
            remember_expiring(run.workspace, found)
            found = find_expiring(run.workspace, os.environ, now, _SOON_SECONDS)
        left = ((str(one.file.path), one.agent, one.expires) for one in found)
        write_expiring(repo, ExpiringRecord(now, tuple(left)))
    except _RETRY_LATER:
        raise
    except Exception as error:  # noqa: BLE001 - the jobs are done; this is only for later
        append_log(repo, f"expiring sessions: {type(error).__name__}: {error}")


def _embed(workspace: Workspace, index: Index) -> None:
    """Give new memories their vectors; the model that is chosen may not be there."""
    if place_count(index) == vector_count(index):
        return  # numpy alone takes longer to load than most workers live
    from gitmem.refresh.embed import embed_memories
    from gitmem.refresh.encoders import encoder_of

    try:
        encoder = encoder_of(workspace.settings)
        if encoder is not None:
            embed_memories(index, encoder)
    except EncoderUnavailable as error:
        append_log(workspace.repo, f"vectors: {error.message}")


def reconcile_notices(done: ReconcileReport) -> list[str]:
    """What a person should know about an automatic reconciliation: what remains uncertain."""
    lines = [
        f"the memories of {commit[:10]} are on no branch: "
        f"{' or '.join(other[:10] for other in found[:3])} may carry the change"
        for commit, found in done.unmatched.items()
    ]
    if done.over_limit:
        lines.append(f"{done.over_limit} of the new commits were too many to compare")
    return lines


def _drain(run: _Run) -> int:
    """Do what waits, once each; what no hook reported is queued first."""
    queue = Queue(run.workspace.repo)
    done = 0
    _look_around(run, queue)
    clear_claims(run.workspace.repo)
    while waiting := _ready_jobs(queue, run) or _queue_missed_commits(run, queue):
        if any(PAYLOAD in queued.job.extra for queued in waiting):
            name_sessions(run.workspace.repo)
            continue
        for queued in waiting:
            if _must_wait(run.workspace.repo, queued.job):
                continue  # git has begun to rewrite commits since
            leave_mark(run.workspace.repo)
            run.paths.add(queued.path)
            if queued.job.kind == "capture":
                run.commits.add(queued.job.commit)
            done += _attempt(run, queue, queued)
    return done


def _look_around(run: _Run, queue: Queue) -> None:
    """Before the first commit: queue what branches tell of, and copy the memories of commits that
    were replaced (a reset, a pick, a patch), so that capture does not tell them a second time.
    """
    repo = run.workspace.repo
    try:
        queue_unseen_commits(repo, queue)
        queue_unreported_commits(repo, queue)
        jobs = [queued.job for queued in queue.jobs()]
        if any(job.kind == "capture" for job in jobs) or _queue_missed_commits(run, queue):
            _keep_pairs(repo, jobs)
            reconcile(repo, run.index())
    except _RETRY_LATER:
        raise
    except Exception as error:  # noqa: BLE001 - the jobs that wait come first
        append_log(repo, f"look around: {type(error).__name__}: {error}")


def _keep_pairs(repo: Repo, jobs: Sequence[Job]) -> None:
    """Keep which commits became which, as git told its hooks: a commit knows what it was made of,
    the end of a rebase what it made, and that is told last.
    """
    lines = [
        f"{source} {job.commit}\n"
        for job in jobs
        for source in job.extra.get("sources", "").split()
    ]
    lines += [job.extra.get("rewritten", "") + "\n" for job in jobs]
    add_pairs(repo, parse_pairs("".join(lines)))


def _ready_jobs(queue: Queue, run: _Run) -> list[QueuedJob]:
    """The jobs that can be done now and were not tried yet.

    One that waits for the end of a rebase is not tried: the worker that the rebase's last hook
    wakes may find this one still at work, and then it is this one that must come back to it.
    """
    untried = [queued for queued in queue.jobs() if queued.path not in run.paths]
    return [queued for queued in untried if not _must_wait(run.workspace.repo, queued.job)]


def _queue_missed_commits(run: _Run, queue: Queue) -> list[QueuedJob]:
    """Queue the commits that a reflog knows and no hook reported."""
    queue_reflog_commits(run.workspace.repo, queue, run.commits)
    return _ready_jobs(queue, run)


def _repo_at(repo: Repo, worktree: str) -> Repo | None:
    """The repository as seen from a work tree; None when that is gone."""
    try:
        return repo_at(repo, worktree)
    except (GitmemError, OSError):
        return None


def _attempt(run: _Run, queue: Queue, queued: QueuedJob) -> int:
    """Do one job; 1 when it left the queue as done."""
    try:
        _VERBS[queued.job.kind](run, queued)
    except _RETRY_LATER:
        raise
    except (UnknownRevision, RemoteError) as error:
        # The commit is gone (rewritten and pruned), or the next push will send it: no retry.
        _log(run.workspace.repo, queued, error)
    except Exception as error:  # noqa: BLE001 - outermost frame of a job: the next one must run
        _log(run.workspace.repo, queued, error)
        if not _is_idle_session(run, queued, error):
            queue.retry(queued)
            return 0
    queue.finish(queued)
    run.paths.discard(queued.path)  # a file of that name would be another job
    return 1


def _is_idle_session(run: _Run, queued: QueuedJob, error: Exception) -> bool:
    """Whether a session was opened and closed at once: after the last try there is still no
    transcript of it, and nothing of it was ever remembered.
    """
    session, is_last_try = queued.job.session, queued.job.attempt + 1 >= MAX_ATTEMPTS
    if not isinstance(error, TranscriptMissing) or queued.job.kind not in ("turn", "end"):
        return False
    if not is_last_try or session_file(run.workspace, session) is not None:
        return False
    is_pending = PendingStore(run.workspace.repo).get(session) is not None
    return not is_pending and not memories_of_session(run.index(), session)


def _must_wait(repo: Repo, job: Job) -> bool:
    """While git rewrites commits their notes move: wait until it is done.  So does a push that is
    to follow one of git's own.
    """
    if "after" in job.extra:
        number, _, born = job.extra["after"].partition(" ")
        return number.isdecimal() and is_alive(int(number), born)
    if job.kind != "capture" or not job.worktree:
        return False
    place = _repo_at(repo, job.worktree)
    return place is not None and any((place.git_dir / name).exists() for name in _REBASE_FOLDERS)


def _capture(run: _Run, queued: QueuedJob) -> None:
    workspace, job = run.workspace, queued.job
    place = _repo_at(workspace.repo, job.worktree)
    if place is not None and place.worktree is not None:
        watch_reflog(place)
    if not sees_agents(os.environ):
        made = UnseenCommit(job.commit, queued.time, job.worktree)
        add_unseen(workspace.repo, made)
        is_hopeless = _has_pending_sessions(workspace.repo) and not _has_transcripts(workspace.repo)
        if is_hopeless or not has_home(os.environ):
            return  # whoever has the transcripts will see more
    _keep_pairs(workspace.repo, [job])
    work = AgentWork(job.worktree, job.session, queued.time)
    if run.remembered and not is_ancestor(workspace.repo, run.remembered, job.commit):
        _keep_pairs(workspace.repo, [other.job for other in Queue(workspace.repo).jobs()])
        reconcile(workspace.repo, run.index())  # this one may have taken that one's place
    done = capture_commit(workspace, run.index(), job.commit, work)
    if done.memories:
        run.remembered = job.commit
        keep_capture(workspace.repo)
    for notice in done.notices:
        append_log(workspace.repo, f"capture {job.commit[:10]}: {notice}")


def _has_pending_sessions(repo: Repo) -> bool:
    return any(not pending.note for pending in PendingStore(repo).newest_first())


def _has_transcripts(repo: Repo) -> bool:
    """Whether a session that told of itself here left a transcript that can be seen."""
    return any(is_own_file(Path(one.transcript)) for one in Registry(repo).sessions())


def _answer(run: _Run, queued: QueuedJob) -> None:
    workspace, job = run.workspace, queued.job
    work = AgentWork(job.worktree, job.session, queued.time)
    write_agent_memory(workspace, run.index(), job.commit, job.session, work)


def _turn(run: _Run, queued: QueuedJob) -> None:
    if _is_last_of_session(run.workspace, queued) and run.workspace.settings.pending:
        _stop(run, queued.job)


def _end(run: _Run, queued: QueuedJob) -> None:
    if run.workspace.settings.pending:
        _stop(run, queued.job)
        if _is_last_of_session(run.workspace, queued):
            end_session(run.workspace.repo, queued.job.session)


def _stop(run: _Run, job: Job) -> None:
    index, work = run.index(), AgentWork(job.worktree, job.session)
    written = complete_turn(run.workspace, index, work)
    if capture_turn(run.workspace, index, work) or written:
        keep_capture(run.workspace.repo)


def _is_last_of_session(workspace: Workspace, queued: QueuedJob) -> bool:
    """Whether no later stop of the same session waits: that one will say all."""
    return not any(
        other.job.kind in ("turn", "end")
        and other.job.session == queued.job.session
        and other.time > queued.time
        for other in Queue(workspace.repo).jobs()
    )


def _push(run: _Run, queued: QueuedJob) -> None:
    if not _has_git_pushed(run.workspace, queued.job):
        return  # it was a dry run, or refused
    try:
        _follow_history(run)  # what was picked a moment ago goes along
    except GitmemError as error:
        append_log(run.workspace.repo, f"reconcile: {error}")
    push_along(run.workspace, queued.job.remote)


def _has_git_pushed(workspace: Workspace, job: Job) -> bool:
    """Whether the push that this one was to follow has brought to the remote what it named."""
    lines = job.extra.get("refs", "").splitlines()
    refs = {ref: oid for oid, _, ref in (line.partition(" ") for line in lines)}
    remote = job.extra.get("pushed-to", "")
    return not refs or has_refs(workspace.repo, remote, refs, workspace.settings.push_timeout)


def _merge(run: _Run, queued: QueuedJob) -> None:
    _keep_pairs(run.workspace.repo, [queued.job])
    _follow_history(run)


_VERBS: dict[str, Callable[[_Run, QueuedJob], None]] = {
    "capture": _capture,
    "answer": _answer,
    "turn": _turn,
    "end": _end,
    "push": _push,
    "merge": _merge,
}


def _log(repo: Repo, queued: QueuedJob, error: Exception) -> None:
    what = queued.job.commit[:10] or queued.job.session or queued.job.remote
    kind = "" if isinstance(error, GitmemError) else f"{type(error).__name__}: "
    append_log(repo, f"{queued.job.kind} {what}: {kind}{error}")
