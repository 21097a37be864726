"""Telling what a remote took away from our memories, and bringing it back."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass

from gitmem.errors import GitmemError, NoteUnreadable, UnknownMemory
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.memories import IndexedMemory, live_with_ids, memories_with_id
from gitmem.model.memory import Memory
from gitmem.model.note import names_of
from gitmem.model.value import replace
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.notes.takings import SUPERSEDED, Taking, by_id, is_same_account
from gitmem.state.error_log import append_log
from gitmem.state.notices import add_notice
from gitmem.state.taken_memories import TakenMemory, drop_taken, keep_taken, read_taken

_SHOWN = 2
_TITLE_CHARACTERS = 60


def report_taken(repo: Repo, notes: NoteStore, remote: str, before: str | None, other: str) -> None:
    """Leave a notice of what joining ``other``, a remote's notes, took from ours at ``before``."""
    after = notes.tip()
    if before is None or after is None:
        return  # there was nothing to take
    try:
        found = by_id(notes.takings_between(before, after, other))
        if not found:
            return
        with closing(Index.open(repo.state_dir)) as index:
            lost = [one for taking in found.values() if (one := _find(index, taking))]
    except GitmemError as error:  # a note, or the index, cannot be read
        append_log(repo, f"what '{remote}' took away cannot be told: {error.message}")
        return
    if lost:
        now = time.time()
        keep_taken(
            repo,
            (
                TakenMemory(taking.id, commit, before, taking.how, taking.by, remote, now)
                for taking, _, commit in lost
            ),
        )
        add_notice(repo, _line(remote, [(taking, memory) for taking, memory, _ in lost]))


def _find(index: Index, taking: Taking) -> tuple[Taking, Memory, str] | None:
    """The memory that was taken and the commit whose note holds it; None if there was none, it was
    not shown any more, or it has only given way to a later account of the same.
    """
    by_other = taking.how == SUPERSEDED and taking.successor is not None
    if by_other and taking.successor and memories_with_id(index, taking.successor.id):
        return None  # what supersedes it was here before, at another commit
    stored: IndexedMemory | None = next(iter(live_with_ids(index, [taking.id])), None)
    if taking.memory is not None:
        was_hidden = stored is None and memories_with_id(index, taking.id)
        return None if was_hidden else (taking, taking.memory, taking.commit)
    if stored is None or (taking.successor and is_same_account(taking.successor, stored.memory)):
        return None
    return taking, stored.memory, stored.commit


def _line(remote: str, lost: list[tuple[Taking, Memory]]) -> str:
    count = "1 memory was" if len(lost) == 1 else f"{len(lost)} memories were"
    shown = "; ".join(
        f"{taking.id} ({_short(memory.title)}) was {taking.how} by {_short(taking.by)}"
        for taking, memory in lost[:_SHOWN]
    )
    rest = f"; and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    return (
        f"{count} taken away by what '{remote}' sent: {shown}{rest}."
        " To see them, and to bring one back: gitmem restore"
    )


def _short(text: str) -> str:
    return text if len(text) <= _TITLE_CHARACTERS else f"{text[:_TITLE_CHARACTERS]}…"


@dataclass(frozen=True)
class Restorable:
    """What was taken, and its memory; None where git no longer has the notes that held it."""

    taken: TakenMemory
    memory: Memory | None


def list_taken(repo: Repo, notes: NoteStore) -> list[Restorable]:
    """What was taken away and is not back, oldest first."""
    return [Restorable(taken, _read(notes, taken)) for taken in read_taken(repo)]


def restore_taken(repo: Repo, notes: NoteStore, prefixes: Collection[str]) -> list[Restorable]:
    """Write those memories again whose ids begin so; all without a prefix.

    A tombstone holds for ever, so what comes back is a copy with an id of its own, whose
    provenance names the one it is of.

    Raises:
        UnknownMemory: nothing of that id was taken away, or git no longer has it.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    every = list_taken(repo, notes)
    for prefix in prefixes:
        if not any(one.taken.id.startswith(prefix) and len(prefix) > 1 for one in every):
            raise UnknownMemory(
                f"no memory '{prefix}' was taken away here", "To list them: gitmem restore"
            )
    chosen = [one for one in every if not prefixes or one.taken.id.startswith(tuple(prefixes))]
    gone = [one.taken.id for one in chosen if one.memory is None]
    if prefixes and gone:
        raise UnknownMemory(
            f"git no longer has the notes that held '{gone[0]}'",
            "Another clone may have them, or the session that it was made of",
        )
    done = [one for one in chosen if one.memory is not None]
    for one in done:
        if one.memory is not None:
            document = document_of(_copy_of(one.memory, one.taken.id))
            notes.add({one.taken.commit: [document]}, f"notes: restore {one.taken.id}")
    drop_taken(repo, {one.taken.id for one in done})
    return done


def dismiss_taken(repo: Repo) -> int:
    """Let everything that was taken stay away; returns how many memories that are."""
    ids = {taken.id for taken in read_taken(repo)}
    drop_taken(repo, ids)
    return len(ids)


def _copy_of(memory: Memory, name: str) -> Memory:
    origin = memory.provenance
    source = {**origin.extra, "source": f"restored {name}"}
    supersedes = memory.supersedes if memory.corrects else ()
    return replace(memory, supersedes=supersedes, provenance=replace(origin, extra=source))


def _read(notes: NoteStore, taken: TakenMemory) -> Memory | None:
    try:
        note = notes.read_at(taken.notes, taken.commit)
    except NoteUnreadable:
        return None
    documents = note.documents if note is not None else ()
    return next((d.memory for d in documents if taken.id in names_of(d)), None)
