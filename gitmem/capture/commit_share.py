"""Which part of a session belongs to a commit that took only some of the work.

Turns whose files wait for another commit wait with them; and a commit that takes what an earlier
one left takes the turns in which that was done, though they were read before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.session_edits import edits_of
from gitmem.agents.turns import drop_waiting_turns, turns_of, turns_with
from gitmem.agents.worktree import WorkTree
from gitmem.capture.agent_work import AgentWork
from gitmem.capture.session_candidates import Maker
from gitmem.capture.transcript_range import own_start
from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError
from gitmem.git.dirty import uncommitted_paths
from gitmem.git.reachability import unreachable_commits
from gitmem.git.repo import Repo, repo_at
from gitmem.index.cache import Index
from gitmem.index.sessions import forgotten_until, holds_session
from gitmem.model.change import Change
from gitmem.model.session import EventKind, Transcript


@dataclass(frozen=True)
class CommitShare:
    """The part of a session that a commit takes.  ``has_rest``: behind it waits other work;
    ``work`` is the session's in the commit's work tree, where that is not plain.
    """

    transcript: Transcript
    path: Path
    has_rest: bool = False
    work: AgentWork | None = None


def share_of(
    workspace: Workspace,
    index: Index,
    change: Change,
    work: AgentWork,
    maker: Maker,
    unread: Transcript,
) -> CommitShare:
    """The commit's share of what is unread, and of what was read when the rest was committed.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    if work.is_elsewhere:
        ours = _turns_elsewhere(workspace, index, change, maker, unread)
        return CommitShare(ours, maker.file.path, work=work)
    waiting = set() if work.is_past else _other_dirty_paths(workspace.repo, work, change, unread)
    ours = drop_waiting_turns(unread, work.tree, change.paths, waiting)
    has_rest = ours.end < unread.end
    made = {edit.time for edit in edits_of(ours.events, work.tree)}
    session = maker.file.session
    is_new = not holds_session(index, change.commit, session)
    if maker.times and not maker.times & made and is_new and _is_there(workspace.repo, change):
        ours = _with_earlier_turns(
            workspace, maker, ours, work.tree, forgotten_until(index, session)
        )
    return CommitShare(ours, maker.file.path, has_rest)


def _turns_elsewhere(
    workspace: Workspace, index: Index, change: Change, maker: Maker, unread: Transcript
) -> Transcript:
    """Of a session that was started in another place the turns in which it made this commit's
    edits, once; all else that it did is none of this work tree's.
    """
    none = replace(unread, events=(), end=unread.first, end_byte=0)
    session = maker.file.session
    if holds_session(index, change.commit, session) or not _is_there(workspace.repo, change):
        return none
    start = own_start(workspace, maker.file)
    whole = workspace.agents.read(maker.file.path, first=start, until=maker.moment)
    forgotten = forgotten_until(index, session)
    made = turns_with(whole.events, maker.work.tree, maker.times)
    shifted = (replace(event, record=event.record + unread.shift) for event in made)
    counted = tuple(event for event in shifted if event.record >= forgotten)
    if not counted:
        return none
    end = max(unread.first, *(event.record + 1 for event in counted))
    first = min(event.record for event in counted)
    return replace(none, events=counted, first=first, end=end, goes_on=unread.end > end)


def _is_there(repo: Repo, change: Change) -> bool:
    """Whether any ref reaches the commit: what took its place tells what was told before."""
    return not unreachable_commits(repo, [change.commit])


def has_deeds(transcript: Transcript) -> bool:
    """Whether anything was asked or done there; else it is talk about what was done before."""
    return any(event.kind in (EventKind.PROMPT, EventKind.CALL) for event in transcript.events)


def _other_dirty_paths(repo: Repo, work: AgentWork, change: Change, unread: Transcript) -> set[str]:
    edited = {path for turn in turns_of(unread.events, work.tree) for path in turn.paths}
    others = sorted(edited - set(change.paths))
    if not others or not edited & set(change.paths):
        return set()
    try:
        return uncommitted_paths(repo_at(repo, work.worktree), others)
    except (GitmemError, OSError):
        return set()


def _with_earlier_turns(
    workspace: Workspace, maker: Maker, ours: Transcript, tree: WorkTree, forgotten: int
) -> Transcript:
    """Ours, behind the turns read before in which the commit's edits were made.

    What was read of them into a memory that is ``forgotten`` (up to that record) stays so.
    """
    start, first = own_start(workspace, maker.file), ours.first - ours.shift
    whole = workspace.agents.read(maker.file.path, first=start, until=maker.moment)
    made = [e for e in turns_with(whole.events, tree, maker.times) if e.record < first]
    shifted = (replace(event, record=event.record + ours.shift) for event in made)
    counted = tuple(event for event in shifted if event.record >= forgotten)
    if not counted:
        return ours
    return replace(ours, events=counted + ours.events, first=counted[0].record)
