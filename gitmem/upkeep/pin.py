"""Pins: memories that a person wants to be told first.

A pin is a document of its own beside the memory (docs/format.md), so that the memory keeps its
id, and whoever edits or folds it loses no pin.  Taking it off is a tombstone for the pin.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.person_words import pinned_ids, pins_of
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Tombstone, content_id
from gitmem.model.note import PIN, Document
from gitmem.notes.codec import tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.pending_words import PendingWord, PendingWords
from gitmem.upkeep.find_memory import FoundMemory, find_memories


def pin_memories(
    repo: Repo, names: Sequence[str], by: str, now: float | None = None
) -> list[tuple[Memory, bool]]:
    """Pin these memories; each, and whether it was not pinned before.  Durable on return.

    Raises:
        UnknownMemory: one of the names means no memory, or several.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    moment = iso_time(time.time() if now is None else now)
    notes = NoteStore(repo)
    with closing(refresh(repo)) as index:
        found = find_memories(repo, index, names)
        pinned = pinned_ids(index)
        new = [one for one in found if one.commits and one.memory.id not in pinned]
        pins: dict[str, list[Document]] = defaultdict(list)
        for one in new:
            for commit in one.commits:
                pins[commit].append(tombstone_document(pin_of(one.memory.id, by, moment)))
        if pins:
            notes.add(pins, f"notes: pin {new[0].memory.id[:9]}")
            refresh_index(notes, index)
    waiting = [one for one in found if one.pending and not (one.word and one.word.is_pinned)]
    for one in waiting:
        _put_word(repo, one, is_pinned=True)
    changed = {one.memory.id for one in [*new, *waiting]}
    return [(one.memory, one.memory.id in changed) for one in found]


def unpin_memories(
    repo: Repo, names: Sequence[str], now: float | None = None
) -> list[tuple[Memory, bool]]:
    """Take the pins off these memories; each, and whether it had one.  Durable on return.

    Raises:
        UnknownMemory, NotesMoved, ReadOnlyRepository, DiskFull: as for :func:`pin_memories`.
    """
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() if now is None else now))
    notes = NoteStore(repo)
    changed = set[str]()
    with closing(refresh(repo)) as index:
        found = find_memories(repo, index, names)
        stones: dict[str, list[Document]] = defaultdict(list)
        for one in found:
            for name, commit in pins_of(index, _earlier_names(index, one.memory)):
                stones[commit].append(tombstone_document(Tombstone(name, day)))
                changed.add(one.memory.id)
        if stones:
            notes.add(stones, "notes: unpin")
            refresh_index(notes, index)
    for one in found:
        if one.pending and one.word and one.word.is_pinned:
            _put_word(repo, one, is_pinned=False)
            changed.add(one.memory.id)
    return [(one.memory, one.memory.id in changed) for one in found]


def pin_of(memory_id: str, by: str, time_text: str) -> Tombstone:
    """The document that pins this memory, named by its content."""
    extra = {"pins": memory_id, "by": by, "time": time_text}
    return Tombstone(content_id(extra), PIN, extra)


def _earlier_names(index: Index, memory: Memory) -> list[str]:
    """The memory's id and those it took the place of, on one of which the pin may stand."""
    seen = dict.fromkeys([memory.id])
    left = [memory.id]
    with index.reader() as database:
        while left:
            query = "SELECT DISTINCT id FROM supersedes WHERE by_id = ?"
            for (name,) in database.execute(query, (left.pop(),)).fetchall():
                if name not in seen:
                    seen[name] = None
                    left.append(name)
    return list(seen)


def _put_word(repo: Repo, found: FoundMemory, *, is_pinned: bool) -> None:
    if found.pending is None:
        return
    word = found.word or PendingWord(found.pending.key, found.pending.memory.id)
    words = PendingWords(repo)
    if is_pinned or word.how:
        words.put(replace(word, is_pinned=is_pinned))
    else:
        words.drop(word.key)
