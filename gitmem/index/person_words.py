"""What people said about memories, to be asked: what is pinned, and what a correction names.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitmem.index.cache import Index


def pinned_ids(index: Index) -> set[str]:
    """The ids of the memories that are pinned, and of those that took their place."""
    with index.reader() as database:
        return {row[0] for row in database.execute("SELECT id FROM pinned")}


def correction_of(index: Index, memory_id: str) -> str:
    """The id of what keeps this memory from being told; empty if nothing does."""
    with index.reader() as database:
        row = database.execute("SELECT by_id FROM outranked WHERE id = ?", (memory_id,)).fetchone()
    return str(row[0]) if row else ""


def corrections_of(index: Index, ids: Iterable[str]) -> list[tuple[str, str]]:
    """The corrections in force that name one of these ids, each with the commit that holds it."""
    found: list[tuple[str, str]] = []
    with index.reader() as database:
        for name in dict.fromkeys(ids):
            found += database.execute(
                "SELECT by_id, commit_oid FROM corrects JOIN note ON note.place = note"
                " WHERE id = ? AND by_id NOT IN (SELECT id FROM tombstone)",
                (name,),
            )
    return list(dict.fromkeys(found))


def pins_of(index: Index, ids: Iterable[str]) -> list[tuple[str, str]]:
    """The pins in force on one of these memories, each with the commit whose note holds it."""
    found: list[tuple[str, str]] = []
    with index.reader() as database:
        for name in dict.fromkeys(ids):
            found += database.execute(
                "SELECT pin_id, commit_oid FROM pin JOIN note ON note.place = note"
                " WHERE id = ? AND pin_id NOT IN (SELECT id FROM tombstone)",
                (name,),
            )
    return list(dict.fromkeys(found))
