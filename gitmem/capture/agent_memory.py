"""What the session's agent said about a commit becomes the commit's memory.

The worker does this, behind the capture of the commit: the agent's words take the place of those
that were found without it.  Errors, names and files stay as they were read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from gitmem.capture.agent_work import AgentWork, SessionFile
from gitmem.capture.compress_slice import compress_slice
from gitmem.capture.hand_edits import hand_edited_ids
from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.capture.replace_memories import replace_memories
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import move_mark, read_again, read_new_records
from gitmem.capture.workspace import Workspace
from gitmem.compress.writer_name import AGENT
from gitmem.errors import TranscriptMissing, UnknownRevision
from gitmem.git.commits import read_change
from gitmem.guard.redact import redact_memory
from gitmem.index.cache import Index
from gitmem.index.memories import IndexedMemory, memories_of, memories_of_session
from gitmem.model.change import Change
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Transcript
from gitmem.notes.store import NoteStore
from gitmem.state.pending import Pending, PendingStore


def answer_key(commit: str, session: str) -> str:
    """What an answer about a commit waits under: a second one of the session replaces the first."""
    return "answer-" + hashlib.sha256(f"{commit}\0{session}".encode()).hexdigest()[:20]


def has_answer(workspace: Workspace, commit: str, session: str) -> bool:
    """Whether an answer about the commit waits to become its memory."""
    return PendingStore(workspace.repo).get(answer_key(commit, session)) is not None


def memories_of_share(index: Index, commit: str, session: str) -> list[IndexedMemory]:
    """The live memories of the session's share of a commit, wherever the commit stands now."""
    if not session:
        return [s for s in memories_of(index, [commit]) if _is_bare_answer(s.memory)]
    return [
        stored
        for stored in memories_of_session(index, session)
        if commit in (stored.commit, stored.memory.provenance.commit)
    ]


def write_agent_memory(
    workspace: Workspace, index: Index, commit: str, session: str, work: AgentWork
) -> Memory | None:
    """Make the answer that waits the commit's memory; None if there is none, or it comes too late.

    It comes too late where a person has edited the memory meanwhile.  ``index`` is up to date, and
    is again on return.

    Raises:
        UnknownRevision: the commit is gone, and the answer with it.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    store = PendingStore(workspace.repo)
    pending = store.get(answer_key(commit, session))
    if pending is None:
        return None
    group = memories_of_share(index, commit, session)
    commits = list(dict.fromkeys(stored.commit for stored in group)) or [commit]
    edited = hand_edited_ids(NoteStore(workspace.repo), commits)
    made = None
    if not edited & {stored.memory.id for stored in group}:
        try:
            made = _write(workspace, index, pending, group, commits, work)
        except UnknownRevision:
            store.drop(pending.key)
            raise
    store.drop(pending.key)
    return made


def join_agents_words(
    written: Memory, read: Memory | None, provenance: Provenance, supersedes: Sequence[str]
) -> Memory:
    """The memory that says what the agent wrote, with the errors and names that were ``read``."""
    base = read or written
    citations = tuple(c for c in base.citations if c.item.startswith("errors/")) if read else ()
    return replace(
        base,
        kind=written.kind,
        title=written.title,
        why=written.why,
        what=written.what,
        decisions=written.decisions,
        next=written.next,
        files_changed=written.files_changed,
        citations=(*written.citations, *citations),
        supersedes=tuple(dict.fromkeys(supersedes)),
        provenance=replace(provenance, compressor=AGENT, model="", tokens_in=0, tokens_out=0),
    )


def _write(
    workspace: Workspace,
    index: Index,
    pending: Pending,
    group: Sequence[IndexedMemory],
    commits: Sequence[str],
    work: AgentWork,
) -> Memory | None:
    written = pending.memory
    origin = group[0].memory.provenance if group else written.provenance
    change = read_change(workspace.repo, commits[0], origin.branch, workspace.policy.covers)
    file = session_file(workspace, origin.session) if origin.session else None
    transcript = _slice_read(workspace, index, file, group, change)
    read = _read_offline(workspace, work, transcript, change)
    if read is None and group:
        read = group[0].memory
    records = origin.records
    if records is None and transcript is not None and transcript.first < transcript.end:
        records = (transcript.first, transcript.end)
    old = [stored.memory for stored in group]
    if any(_is_same(written, memory) for memory in old):
        return None
    ids = [memory.id for memory in old]
    supersedes = [*ids, *(name for memory in old for name in memory.supersedes)]
    supersedes += [written.id, *written.supersedes]
    made = redact_memory(
        join_agents_words(written, read, replace(origin, records=records), supersedes),
        workspace.policy,
    )
    said = transcript.events if transcript is not None else ()
    made = limit_to_policy(made, workspace.policy, said, change)
    subject = f"notes: remember {commits[0][:10]} (by its agent)"
    replace_memories(workspace, index, commits, ids, [made], subject)
    if not group and transcript is not None and file is not None and records is not None:
        PendingStore(workspace.repo).drop(origin.session)
        move_mark(workspace, transcript, file.path, change.commit_time + 1.0)
    return made


def _slice_read(
    workspace: Workspace,
    index: Index,
    file: SessionFile | None,
    group: Sequence[IndexedMemory],
    change: Change,
) -> Transcript | None:
    """The records of the commit's share; None where nobody has them any more."""
    ranges = [s.memory.provenance.records for s in group if s.memory.provenance.records]
    if file is None:
        return None
    try:
        if ranges:
            first, end = min(r[0] for r in ranges), max(r[1] for r in ranges)
            return read_again(workspace, file, first, end)
        return read_new_records(workspace, index, file, change.commit_time + 1.0)
    except TranscriptMissing:
        return None


def _read_offline(
    workspace: Workspace, work: AgentWork, transcript: Transcript | None, change: Change
) -> Memory | None:
    """What is found without the agent: its errors and names; no model is paid for that."""
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    if transcript is None:
        return None
    part = work.slice_of(transcript)
    made, _ = compress_slice(ExtractiveCompressor(), part, change, workspace.policy)
    return made[0] if made else None


def _is_bare_answer(memory: Memory) -> bool:
    return memory.provenance.compressor == AGENT and not memory.provenance.session


def _is_same(written: Memory, memory: Memory) -> bool:
    """Whether that memory says this already."""

    def said(one: Memory) -> tuple[object, ...]:
        return one.kind, one.title, one.why, one.what, one.decisions, one.next, one.files_changed

    return memory.provenance.compressor == AGENT and said(written) == said(memory)
