"""Undoing an import: what it wrote leaves the notes again, and nothing else.

A memory that no remote is known to hold leaves without a trace, so that a later import can bring it
back; one that was sent gets a tombstone, as with ``gitmem forget``.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import closing

from gitmem.capture.replace_memories import unsent_ids
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.model.memory import ID_PATTERN, Tombstone
from gitmem.model.note import Document
from gitmem.notes.codec import tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.imports import RecordedImport, drop_import, read_imports


def last_import(repo: Repo, source: str = "") -> RecordedImport:
    """The newest import that can be undone, of that source where one is named.

    Raises:
        GitmemError: there is none.
    """
    found = [one for one in read_imports(repo) if not source or one.source == source]
    if not found:
        of = f" from '{source}'" if source else ""
        raise GitmemError(
            f"no import{of} is known here", "Nothing was changed. One memory: gitmem forget ID"
        )
    return found[-1]


def undo_import(repo: Repo, what: RecordedImport, now: float | None = None) -> tuple[int, int]:
    """Take back what the import wrote: how many memories left, and how many of them are forgotten
    for everybody because a remote has them.  Durable on return.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() if now is None else now))
    notes = NoteStore(repo)
    unsent: set[str] = set()
    stones: dict[str, list[Document]] = defaultdict(list)
    taken = sent = 0
    with closing(refresh(repo)) as index:
        for commit, listed in what.memories.items():
            note = notes.read(commit)
            there = {memory.id for memory in note.memories} if note else set()
            pins = {stone.id for stone in note.tombstones if stone.pins} if note else set()
            ids = {name for name in listed if ID_PATTERN.fullmatch(name)}
            free = unsent_ids(repo, notes, commit, ids & there)
            stones[commit] = [
                tombstone_document(Tombstone(name, day))
                for name in sorted((ids & there) - free | ids & pins)
            ]
            unsent |= free
            taken += len(ids & there)
            sent += len((ids & there) - free)
        if unsent or any(stones.values()):
            notes.add(stones, f"notes: undo an import from {what.source}", without=unsent)
            refresh_index(notes, index)
    drop_import(repo, what.time)
    return taken, sent
