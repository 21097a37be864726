"""The agent of a session says why it made a commit: checked while it waits, and kept.

What it says is as little trusted as any transcript: masked, checked against what the session
says, capped.  It is pending, and so searchable, until the worker has made it the commit's memory
(:mod:`gitmem.capture.agent_memory`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.capture.agent_memory import answer_key, memories_of_share
from gitmem.capture.agent_work import AgentWork
from gitmem.capture.hand_edits import hand_edited_ids
from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.capture.session_candidates import makers_of, session_file
from gitmem.capture.transcript_range import read_again, read_new_records
from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.compress.agent_answer import (
    AgentAnswer,
    CheckedAnswer,
    check_answer,
    events_before,
    masked_answer,
)
from gitmem.compress.kinds import kind_of, title_of_subject
from gitmem.compress.quotes import SessionWords
from gitmem.compress.writer_name import AGENT
from gitmem.errors import GitmemError, TranscriptMissing, UsageError
from gitmem.git.commits import read_change
from gitmem.git.repo import Repo, resolve_commit, top_relative
from gitmem.guard.redact import make_evidence, redact, redact_change, redact_memory
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of
from gitmem.model.change import Change
from gitmem.model.instant import iso_time
from gitmem.model.job import Job
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Event, EventKind
from gitmem.notes.store import NoteStore
from gitmem.refresh.catch_up import catch_up
from gitmem.refresh.refresh import refresh
from gitmem.state.lock import wait_for_lock
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.questions import Question, Questions
from gitmem.state.queue import Queue
from gitmem.state.worker_launch import launch_worker

_PATIENCE_SECONDS = 2.0
_MAX_FILES = 200


@dataclass(frozen=True)
class Speaker:
    """Who answers: the agent's ``session`` and name, empty where nobody knows.

    ``is_sure``: the session is that of the moment; a server that outlives a session may name an
    older one, and then speaks for the session that was asked if it can quote it.
    """

    session: str = ""
    agent: str = ""
    is_sure: bool = True


@dataclass(frozen=True)
class KeptAnswer:
    """The memory as it waits, its commit, and what was left out with the reason."""

    memory: Memory
    commit: str
    refusals: tuple[str, ...] = ()


def speaker_of(environ: Mapping[str, str], *, is_sure: bool = True) -> Speaker:
    """Who speaks, by what the agent's client put into the environment."""
    session = Agents.from_environment(environ).session_in(environ)
    return Speaker(session, environ.get("AI_AGENT", "").partition("_")[0], is_sure)


def keep_agent_answer(
    repo: Repo,
    answer: AgentAnswer,
    revision: str,
    speaker: Speaker,
    here: Path,
    *,
    environ: Mapping[str, str] | None = None,
    now: float | None = None,
) -> KeptAnswer:
    """Keep what the agent says about the commit; durable on return, and the worker's from then on.

    Without a ``revision`` it is about the commit that the session was asked about last, or HEAD.

    A second answer takes the place of the first; the same one changes nothing.

    Raises:
        UsageError: nothing of it can be kept, or the session took no part in the commit.
        UnknownRevision: there is no such commit.
        GitmemError: gitmem is off here, or a person has edited the memory.
        BareRepository, DiskFull, ReadOnlyRepository, SettingsInvalid: as everywhere.
    """
    worktree = os.fspath(repo.need_worktree())
    workspace = open_workspace(repo, environ)
    if not workspace.settings.enabled:
        raise GitmemError("gitmem is switched off here", "Nothing was kept. See: gitmem config")
    moment = time.time() if now is None else now
    if not revision:
        last = Questions(repo).last_of(speaker.session) if speaker.session else None
        revision = last.commit if last else "HEAD"
    change = read_change(repo, resolve_commit(repo, revision), "", workspace.policy.covers)
    if change.paths and all(workspace.policy.covers(path) for path in change.paths):
        raise GitmemError("all files of this commit are excluded", "Nothing was kept")
    if repo.is_initialised:
        catch_up(repo, _PATIENCE_SECONDS)  # the capture of the commit comes first
    with closing(refresh(repo)) as index:
        work = AgentWork(worktree)
        session = _session_of(workspace, index, change, work, speaker)
        _check_nobody_edited(workspace, index, change, session)
        events = _read_words(workspace, index, change, work, session, moment)
        kept = _checked(workspace, answer, change, events, here)
        if speaker.session not in ("", session) and not kept.checked.citations:
            raise _no_part(change)  # whoever spoke there would know a word of it
        agent = _agent_of(index, change, session) or speaker.agent
    memory = _memory(kept, change, session, agent)
    memory = redact_memory(memory, workspace.policy)
    memory = limit_to_policy(memory, workspace.policy, events or (), change)
    memory = _put(workspace, memory, change, session)
    Queue(repo).add(Job("answer", commit=change.commit, session=session, worktree=worktree))
    if repo.is_initialised:
        launch_worker(repo)
    return KeptAnswer(memory, change.commit, kept.refusals)


def _session_of(
    workspace: Workspace, index: Index, change: Change, work: AgentWork, speaker: Speaker
) -> str:
    """The session whose share of the commit this is about.

    Raises:
        UsageError: the one that speaks took no part in the commit.
    """
    question = Questions(workspace.repo).about(change.commit)
    named = speaker.session
    asked = question.session if question else ""
    if named and (named == asked or _has_share(workspace, index, change, named)):
        return named
    work = replace(work, moment=change.commit_time + 1.0)
    makers = [maker.file.session for maker in makers_of(workspace, index, change, work)]
    if named in makers:
        return named
    if asked and not (named and speaker.is_sure):
        return asked
    if named:
        raise _no_part(change)
    return makers[0] if makers else ""


def _no_part(change: Change) -> UsageError:
    return UsageError(
        f"this session took no part in commit '{change.commit[:10]}'",
        "Nothing was kept. Name a commit of its work, or keep a note without one",
    )


def _has_share(workspace: Workspace, index: Index, change: Change, session: str) -> bool:
    if memories_of_share(index, change.commit, session):
        return True
    return any(
        queued.job.commit == change.commit and queued.job.session == session
        for queued in Queue(workspace.repo).jobs()
    )


def _check_nobody_edited(workspace: Workspace, index: Index, change: Change, session: str) -> None:
    """Make sure that no person's words would give way.

    Raises:
        GitmemError: somebody edited the memory of this session by hand, or replaced it.
    """
    group = memories_of_share(index, change.commit, session)
    commits = {change.commit, *(stored.commit for stored in group)}
    edited = hand_edited_ids(NoteStore(workspace.repo), commits)
    stored = memories_of(index, commits)
    of_session = {s.memory.id for s in stored if s.memory.provenance.session in ("", session)}
    # What no program signs was written by hand.
    replaced = any(s.memory.supersedes and not s.memory.provenance.compressor for s in stored)
    if edited & of_session or replaced:
        raise GitmemError(
            f"a person has edited the memory of commit '{change.commit[:10]}'",
            "Their words stay; nothing was kept",
        )


def _read_words(
    workspace: Workspace, index: Index, change: Change, work: AgentWork, session: str, now: float
) -> Sequence[Event] | None:
    """What was said in the session's share of the commit, and since; None where that is gone.

    Nothing that the agent said since it was asked: there it composed its answer.
    """
    file = session_file(workspace, session) if session else None
    if file is None:
        return None
    group = memories_of_share(index, change.commit, session)
    ranges = [s.memory.provenance.records for s in group if s.memory.provenance.records]
    try:
        if ranges:
            first, end = min(r[0] for r in ranges), max(r[1] for r in ranges)
            transcript = read_again(workspace, file, first, end, now)
        else:
            transcript = read_new_records(workspace, index, file, now)
    except TranscriptMissing:
        return None
    question = Questions(workspace.repo).about(change.commit)
    part = make_evidence(work.slice_of(transcript), workspace.policy).slice
    return [event for event in events_before(part.events) if not _is_since(event, question)]


def _is_since(event: Event, question: Question | None) -> bool:
    is_own = event.kind in (EventKind.SAY, EventKind.THINK)
    return question is not None and is_own and event.time > question.time


def _checked(
    workspace: Workspace,
    answer: AgentAnswer,
    change: Change,
    events: Sequence[Event] | None,
    here: Path,
) -> _Kept:
    policy = workspace.policy
    masked = masked_answer(answer, lambda text: redact(text, policy))
    words = None if events is None else SessionWords(events)
    checked = check_answer(masked, words, redact_change(change, policy))
    if not checked.says_something:
        reasons = "; ".join(checked.refusals) or "it says neither why, nor a decision, nor a fact"
        raise UsageError(f"nothing was kept: {reasons}", "The existing memory stays")
    paths = [path for path in change.paths if not policy.covers(path)]
    claimed = {top_relative(workspace.repo, path, here) for path in answer.files if path.strip()}
    strangers = sorted(claimed - set(paths))
    refusals = [*checked.refusals]
    refusals += [f"file '{path[:80]}': the commit did not change it" for path in strangers[:8]]
    files = tuple(path for path in paths if path in claimed) or tuple(paths)
    return _Kept(masked, checked, files[:_MAX_FILES], tuple(refusals))


@dataclass(frozen=True)
class _Kept:
    """An answer, what of it holds, and the files it is about."""

    answer: AgentAnswer
    checked: CheckedAnswer
    files: tuple[str, ...]
    refusals: tuple[str, ...]


def _memory(kept: _Kept, change: Change, session: str, agent: str) -> Memory:
    checked = kept.checked
    kind = kind_of(change)
    if kind == "change" and checked.decisions:
        kind = "decision"
    return Memory(
        kind=kept.answer.kind or kind,
        title=kept.answer.title or title_of_subject(change.subject) or "a commit",
        why=checked.why,
        what=checked.what,
        decisions=checked.decisions,
        next=checked.next,
        files_changed=kept.files,
        citations=checked.citations,
        provenance=Provenance(
            commit=change.commit,
            patch_id=change.patch_id,
            change_id=change.change_id,
            links=change.links,
            author=change.author,
            time=iso_time(change.time),
            agent=agent,
            session=session,
            compressor=AGENT,
        ),
    )


def _agent_of(index: Index, change: Change, session: str) -> str:
    found = memories_of_share(index, change.commit, session)
    return found[0].memory.provenance.agent if found else ""


def _put(workspace: Workspace, memory: Memory, change: Change, session: str) -> Memory:
    """Keep it as what waits; the ids of earlier answers lead to this one.

    One at a time: of two at once the second must see the first, or its id would lead nowhere.
    """
    with wait_for_lock(workspace.repo, "answer"):
        return _put_alone(workspace, memory, change, session)


def _put_alone(workspace: Workspace, memory: Memory, change: Change, session: str) -> Memory:
    store = PendingStore(workspace.repo)
    key = answer_key(change.commit, session)
    before = store.get(key)
    if before is not None:
        earlier = before.memory
        if replace(earlier, supersedes=()) == memory:
            return earlier
        memory = replace(memory, supersedes=(*earlier.supersedes, earlier.id))
    worktree = os.fspath(workspace.repo.need_worktree())
    store.put(Pending(memory, worktree, note=key, session=session, commit=change.commit))
    return memory
