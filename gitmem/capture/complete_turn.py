"""Completing, when a turn ends, what was written in the middle of it.

An agent that commits has mostly not said its last word: why it chose what it did comes in the
summary that ends the turn.  The memory is written at once, so that it exists and travels with a
push; at the stop it is made again of the whole, and what was not yet sent is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from gitmem.agents.slice import slice_of
from gitmem.agents.turn_boundary import end_of_commit_words
from gitmem.capture.compress_slice import compress_slice
from gitmem.capture.session_candidates import transcript_of
from gitmem.capture.transcript_range import mark_behind, read_again, read_unread
from gitmem.capture.workspace import Means
from gitmem.compress.compressor import Compressor
from gitmem.compress.writer_name import is_early, written_early
from gitmem.errors import NoteUnreadable, UnknownRevision
from gitmem.git.commits import read_change
from gitmem.git.remotes import tracking_tips
from gitmem.index.cache import Index, Stored
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Transcript
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.cursors import Mark, read_seen, write_seen


def provisional_compressor(means: Means) -> Compressor | None:
    """What writes a memory that a paid model will rewrite; None if the model is free."""
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    offline = ExtractiveCompressor()
    return None if means.compressor.name == offline.name else offline


def as_provisional(memory: Memory, means: Means) -> Memory:
    """The memory, marked with who is to rewrite it: ``extractive/2 before anthropic/2``."""
    mark = written_early(memory.provenance.compressor, means.compressor.name)
    return replace(memory, provenance=replace(memory.provenance, compressor=mark))


def complete_turn(means: Means, session: str, worktree: str) -> list[Memory]:
    """Rewrite the session's provisional memories, the last one with the closing words.

    Returns what was written.  Nothing is done where that would say the same, or where the
    transcript is gone.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    path = transcript_of(means, session)
    if path is None:
        return []
    written: list[Memory] = []
    with closing(refresh(means.repo)) as index:
        known = index.last_record(session)
        tail = _tail(means, index, session, path) if known else None
        groups = [list(found) for _, found in groupby(index.of_session(session), key=_slice_key)]
        for group in groups:
            end_time = tail if group[0].memory.provenance.records[1] == known else None  # type: ignore[index]
            if end_time is not None or any(map(_is_provisional, group)):
                written += _made_again(means, index, group, path, worktree, end_time)
    return written


def _tail(means: Means, index: Index, session: str, path: Path) -> float | None:
    return end_of_commit_words(read_unread(means, index, session, path, None).events)


def _slice_key(stored: Stored) -> tuple[tuple[int, int], str]:
    return stored.memory.provenance.records or (0, 0), stored.commit


def _is_provisional(stored: Stored) -> bool:
    return is_early(stored.memory.provenance.compressor)


def _made_again(
    means: Means,
    index: Index,
    group: Sequence[Stored],
    path: Path,
    worktree: str,
    end_time: float | None,
) -> list[Memory]:
    """The memories of one slice made again, up to ``end_time`` where that is given."""
    provenance = group[0].memory.provenance
    if provenance.records is None:
        return []
    first, end = provenance.records
    transcript = read_again(means, provenance.session, path, first, end, end_time)
    try:
        change = read_change(means.repo, group[0].commit, provenance.branch, means.policy.covers)
    except UnknownRevision:
        return []  # the commit is gone; what was written of it stays
    part = slice_of(transcript, worktree, [os.path.realpath(worktree)])
    made, _ = compress_slice(means.compressor, part, change, means.policy)
    before = [stored.memory for stored in group]
    if not made or {_content(m) for m in made} == {_content(m) for m in before}:
        return []
    ids = tuple(memory.id for memory in before)
    made = [replace(memory, supersedes=ids) for memory in made]
    notes = NoteStore(means.repo)
    unsent = _unsent(means, notes, change.commit, ids)
    documents = {change.commit: [document_of(memory) for memory in made]}
    notes.add(documents, f"notes: complete {change.commit[:10]}", without=unsent)
    refresh_index(notes, index)
    if end_time is not None:
        _move_mark(means, transcript, path, end_time)
    return made


def _content(memory: Memory) -> str:
    """What a memory says, without where it comes from."""
    return replace(memory, provenance=Provenance(), supersedes=()).id


def _unsent(means: Means, notes: NoteStore, commit: str, ids: Collection[str]) -> set[str]:
    """The memories that no remote is known to hold: these can be replaced without a trace."""
    sent: set[str] = set()
    for tip in tracking_tips(means.repo).values():
        try:
            note = notes.read_at(tip, commit)
        except NoteUnreadable:
            return set()
        sent |= {memory.id for memory in note.memories} if note else set()
    return set(ids) - sent


def _move_mark(means: Means, transcript: Transcript, path: Path, moment: float) -> None:
    seen = read_seen(means.repo)
    before = seen.marks.get(transcript.session, Mark())
    mark = mark_behind(transcript, path, moment, before)
    write_seen(means.repo, seen.with_mark(transcript.session, mark))
