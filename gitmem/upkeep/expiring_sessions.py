"""Sessions of this repository that their agent will delete before anything is remembered of them.

That is work in any of its work trees that no memory holds: edits behind what the notes have of the
session, and behind what is pending of it.  Talk alone is no loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.housekeeping import kept_days
from gitmem.agents.session_edits import edits_of
from gitmem.capture.agent_work import AgentWork, SessionFile
from gitmem.capture.capture_commit import capture_turn
from gitmem.capture.settle_pending import end_session, settle_ended_sessions
from gitmem.capture.transcript_range import read_new_records
from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError
from gitmem.git.log import has_head
from gitmem.git.repo import try_git
from gitmem.git.worktrees import worktrees_of
from gitmem.index.cache import Index
from gitmem.model.instant import iso_time
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import PendingStore
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill, session_start

_DAY = 86_400.0
_MOST_BRANCHES = 20
_MOST_SESSIONS = 200


@dataclass(frozen=True)
class ExpiringSession:
    """A session with work that no memory holds; its transcript may go at ``expires`` (POSIX
    seconds).
    """

    file: TranscriptFile
    agent: str
    worktree: str
    expires: float


def find_expiring(
    workspace: Workspace, environ: Mapping[str, str], now: float, within: float
) -> list[ExpiringSession]:
    """Those whose transcripts may be deleted within so many seconds, the next one first.

    A transcript is read only if its time comes so soon.
    """
    with closing(refresh(workspace.repo)) as index:
        found = [
            session
            for session in _dated(workspace, environ)
            if session.expires <= now + within and _holds_work(workspace, index, session)
        ]
    return sorted(found, key=lambda one: (one.expires, one.file.path))[:_MOST_SESSIONS]


def remember_expiring(workspace: Workspace, sessions: Sequence[ExpiringSession]) -> None:
    """Remember them now: commits that they made as ``backfill`` does, the rest as pending work of
    a session that is over.

    Raises:
        BackfillRunning: another one is at work here.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    repo = workspace.repo
    if not sessions:
        return
    since = iso_time(min(session_start(one.file) for one in sessions) - _DAY)
    for revision in _branches(workspace):
        selection = BackfillSelection(revision, since=since, with_history=False)
        plan = plan_backfill(workspace, selection)
        if plan.sessions:
            backfill(workspace, plan, lambda _: None)
    if not workspace.settings.pending:
        return
    with closing(refresh(repo)) as index:
        for one in sessions:
            if _holds_work(workspace, index, one):
                with suppress(GitmemError):
                    capture_turn(workspace, index, AgentWork(one.worktree, one.file.session))
                    end_session(repo, one.file.session)
    if has_head(repo):
        settle_ended_sessions(repo)


def _dated(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[ExpiringSession]:
    """Every transcript of a session in a work tree, with the time at which it may go."""
    seen: set[Path] = set()
    for place in worktrees_of(workspace.repo):
        if place.worktree is None:
            continue
        for file in workspace.agents.transcripts_for(place.worktree, 0.0):
            agent = workspace.agents.agent_of(file.path)
            kept = kept_days(agent, environ, place.worktree)
            if kept is not None and file.path not in seen:
                seen.add(file.path)
                expires = file.mtime + kept.days * _DAY
                yield ExpiringSession(file, agent, str(place.worktree), expires)


def _holds_work(workspace: Workspace, index: Index, one: ExpiringSession) -> bool:
    """Whether the session edited something here that neither a note nor pending work has."""
    try:
        unread = read_new_records(workspace, index, SessionFile(one.file.session, one.file.path))
    except GitmemError:
        return False
    tree = AgentWork(one.worktree).tree
    edits = [edit for edit in edits_of(unread.events, tree) if edit.path]
    pending = PendingStore(workspace.repo).get(one.file.session)
    held = pending.memory.provenance.records if pending is not None else None
    return bool(edits) and (held is None or held[1] < unread.end)


def _branches(workspace: Workspace) -> list[str]:
    """What HEAD reaches, and what each other local branch has beyond it."""
    if not has_head(workspace.repo):
        return []
    form = "--format=%(refname)"
    listed = try_git(workspace.repo, "for-each-ref", form, "--sort=-committerdate", "refs/heads/")
    names = listed.stdout.decode("utf-8", "replace").split("\n")
    others = [f"HEAD..{name}" for name in names if name and "/entire/" not in name]
    return ["HEAD", *others[:_MOST_BRANCHES]]
