"""Completing, when a turn ends, what was written in the middle of it.

An agent that commits has mostly not said its last word: why it chose what it did comes in the
summary that ends the turn.  The memory is written at once, so that it exists and travels with a
push; at the stop it is made again of the whole, and what was not yet sent is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from gitmem.agents.turn_boundary import end_of_commit_words
from gitmem.capture.agent_memory import join_agents_words
from gitmem.capture.agent_work import AgentWork, SessionFile
from gitmem.capture.compress_slice import compress_slice
from gitmem.capture.hand_edits import hand_edited_ids
from gitmem.capture.replace_memories import replace_memories
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import move_mark, read_again, read_new_records
from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Compressor
from gitmem.compress.writer_name import early_mark, is_by_agent, is_early, judged_mark
from gitmem.errors import UnknownRevision
from gitmem.git.commits import read_change
from gitmem.index.cache import Index
from gitmem.index.memories import IndexedMemory, memories_of_session
from gitmem.index.sessions import last_record
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Slice
from gitmem.notes.store import NoteStore


def provisional_compressor(workspace: Workspace) -> Compressor | None:
    """What writes a memory that a paid model will rewrite; None if the model is free."""
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    offline = ExtractiveCompressor()
    return None if workspace.compressor.name == offline.name else offline


def as_provisional(memory: Memory, workspace: Workspace) -> Memory:
    """The memory, marked with who is to rewrite it: ``extractive/2 before anthropic/2``."""
    mark = early_mark(memory.provenance.compressor, workspace.compressor.name)
    return replace(memory, provenance=replace(memory.provenance, compressor=mark))


def complete_turn(workspace: Workspace, index: Index, work: AgentWork) -> list[Memory]:
    """Make the session's provisional memories again, the last one with the words that ended it.

    Returns what was written.  Nothing is done where that would say the same, or where the
    transcript is gone.  ``index`` is up to date, and is again on return.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    file = session_file(workspace, work.session)
    if file is None:
        return []
    written: list[Memory] = []
    last = last_record(index, work.session)
    tail = end_of_commit_words(read_new_records(workspace, index, file).events) if last else None
    slices = groupby(memories_of_session(index, work.session), key=_slice_key)
    for group in [list(stored) for _, stored in slices]:
        end_time = tail if group[0].memory.provenance.records[1] == last else None  # type: ignore[index]
        if end_time is not None or any(map(_is_provisional, group)):
            written += _remake_slice(workspace, index, group, file, replace(work, moment=end_time))
    return written


def _slice_key(stored: IndexedMemory) -> tuple[tuple[int, int], str]:
    return stored.memory.provenance.records or (0, 0), stored.commit


def _is_provisional(stored: IndexedMemory) -> bool:
    return is_early(stored.memory.provenance.compressor)


def _remake_slice(
    workspace: Workspace,
    index: Index,
    group: Sequence[IndexedMemory],
    file: SessionFile,
    work: AgentWork,
) -> list[Memory]:
    """The memories of one slice made again, up to the work's moment where it has one."""
    provenance = group[0].memory.provenance
    if provenance.records is None:
        return []
    if hand_edited_ids(NoteStore(workspace.repo), [group[0].commit]) & {s.memory.id for s in group}:
        return []  # a person's words stay as they are
    transcript = read_again(workspace, file, *provenance.records, work.moment)
    try:
        change = read_change(
            workspace.repo, group[0].commit, provenance.branch, workspace.policy.covers
        )
    except UnknownRevision:
        return []  # the commit is gone; what was written of it stays
    part = work.slice_of(transcript)
    words = next((s.memory for s in group if is_by_agent(s.memory.provenance.compressor)), None)
    compressor = workspace.compressor
    if words is not None:  # the agent has told it: no model is paid to
        compressor = provisional_compressor(workspace) or compressor
    made, notice = compress_slice(compressor, part, change, workspace.policy)
    before = [stored.memory for stored in group]
    ids = [memory.id for memory in before]
    if words is not None:  # what ended the turn belongs to the slice, though the agent told it all
        supersedes = [*ids, *words.supersedes]
        origin = replace(words.provenance, records=(transcript.first, transcript.end))
        if origin.records == provenance.records:
            return []
        made = [join_agents_words(words, made[0] if made else words, origin, supersedes)]
    else:
        if not made and not notice:
            early = [memory for memory in before if is_early(memory.provenance.compressor)]
            made = [_as_judged(memory, workspace, part) for memory in early]
        if not made or {_said(m) for m in made} == {_said(m) for m in before}:
            return []
        made = [replace(memory, supersedes=tuple(ids)) for memory in made]
    subject = f"notes: complete {change.commit[:10]}"
    replace_memories(workspace, index, [change.commit], ids, made, subject)
    if work.moment is not None:
        move_mark(workspace, transcript, file.path, work.moment)
    return made


def _as_judged(memory: Memory, workspace: Workspace, part: Slice) -> Memory:
    """What was written early, marked as seen by who was to rewrite it and has nothing to tell:
    or it would be asked again, and paid, at each stop.
    """
    mark = judged_mark(memory.provenance.compressor, workspace.compressor.name)
    origin = replace(memory.provenance, compressor=mark, records=(part.first, part.end))
    return replace(memory, provenance=origin)


def _said(memory: Memory) -> tuple[str, bool]:
    """What a memory says, without where it comes from, and whether another is to say it anew."""
    is_waiting = is_early(memory.provenance.compressor)
    return replace(memory, provenance=Provenance(), supersedes=()).id, is_waiting
