"""Forgetting memories on purpose: a tombstone for each, and nothing else is touched.

Their text stays in the history of the notes ref, from where they can be brought back; what must
not even stay there is for :mod:`gitmem.upkeep.scrub`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import commits_holding
from gitmem.index.memories import memories_with_id
from gitmem.model.memory import Json, Memory, Tombstone
from gitmem.model.note import Document
from gitmem.notes.codec import tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.pending_words import FORGOTTEN, PendingWord, PendingWords
from gitmem.state.taken_memories import TakenMemory, keep_taken
from gitmem.upkeep.find_memory import FoundMemory, find_memories


@dataclass(frozen=True)
class Forgotten:
    """A memory that is not told any more, and whether it was only pending."""

    memory: Memory
    is_pending: bool = False


def forget_memories(
    repo: Repo, names: Sequence[str], by: str, now: float | None = None
) -> list[Forgotten]:
    """Forget these memories, with the earlier forms of them that would be told in their place.

    All or none; durable on return.  ``by`` is who does it.

    Raises:
        UnknownMemory: one of the names means no memory, or several.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    moment = time.time() if now is None else now
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    notes = NoteStore(repo)
    with closing(refresh(repo)) as index:
        found = find_memories(repo, index, names)
        stones: dict[str, dict[str, Document]] = defaultdict(dict)
        tip = notes.tip() or ""
        taken = []
        for one in found:
            for memory, commits in _with_earlier_forms(index, one) if one.commits else ():
                for commit in commits:
                    stones[commit][memory.id] = tombstone_document(_stone(memory, day))
                taken.append(TakenMemory(memory.id, commits[0], tip, "forgotten", by, "", moment))
        if stones:
            keep_taken(repo, taken)  # first: what cannot be brought back is not to be taken away
            count = "1 memory" if len(taken) == 1 else f"{len(taken)} memories"
            additions = {commit: list(those.values()) for commit, those in stones.items()}
            notes.add(additions, f"notes: forget {count}")
            refresh_index(notes, index)
    words = PendingWords(repo)
    for one in found:
        if one.pending is not None:
            original = one.word.original_id if one.word else one.pending.memory.id
            words.put(PendingWord(one.pending.key, original, FORGOTTEN))
    return [Forgotten(one.memory, is_pending=one.pending is not None) for one in found]


def forgotten_pending(repo: Repo) -> Iterator[tuple[Pending, PendingWord]]:
    """The pending memories that are forgotten for now, newest first."""
    words = PendingWords(repo).every()
    for pending in PendingStore(repo).as_written():
        word = words.get(pending.key)
        if word is not None and word.how == FORGOTTEN:
            yield pending, word


def _with_earlier_forms(
    index: Index, found: FoundMemory
) -> Iterator[tuple[Memory, tuple[str, ...]]]:
    """The memory, and those that it superseded, each with the commits whose notes hold it."""
    yield found.memory, found.commits
    if found.memory.corrects:
        return  # what was wrong stays for whoever forgets that it was
    for name in found.memory.supersedes:
        stored = [s for s in memories_with_id(index, name, even_wrong=True) if s.memory.id == name]
        if stored:
            held = commits_holding(index, [name])[name]
            yield stored[0].memory, tuple(sorted(held))


def _stone(memory: Memory, day: str) -> Tombstone:
    """A tombstone that also says what the memory was made of: that is not captured again."""
    origin = memory.provenance
    extra: dict[str, Json] = {}
    if origin.session and origin.records is not None:
        extra = {"session": origin.session, "records": list(origin.records)}
    return Tombstone(memory.id, day, extra)
