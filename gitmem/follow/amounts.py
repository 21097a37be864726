"""How many memories one state of the notes has that another lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gitmem.notes.store import NoteStore


@dataclass(frozen=True)
class Amount:
    """How many memories of how many commits."""

    memories: int = 0
    commits: int = 0


NONE = Amount()


def new_memories(notes: NoteStore, old: str | None, new: str | None) -> Iterator[tuple[str, str]]:
    """The memories, each with its commit, that ``new`` has and that are new to ``old``."""
    if new is None or new == old or not notes.has_commit(new):
        return
    old = old if old and notes.has_commit(old) else None  # a remote may have anything there
    forgotten_ids = notes.forgotten_ids()
    for change in notes.changes(old, new):
        before = notes.read_at(old, change.commit) if old else None
        known = {memory.id for memory in before.memories} if before else set()
        if before:
            known |= {tombstone.id for tombstone in before.tombstones}
        for memory in change.note.memories if change.note else ():
            if memory.id not in known | forgotten_ids:
                yield change.commit, memory.id


def amount_of(pairs: Iterator[tuple[str, str]] | set[tuple[str, str]]) -> Amount:
    """How much that is."""
    found = list(pairs)
    return Amount(len(found), len({commit for commit, _ in found}))
