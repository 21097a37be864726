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
    return _holders(index, "corrects", "by_id", ids)


def pins_of(index: Index, ids: Iterable[str]) -> list[tuple[str, str]]:
    """The pins in force on one of these memories, each with the commit whose note holds it."""
    return _holders(index, "pin", "pin_id", ids)


def _holders(index: Index, table: str, by: str, ids: Iterable[str]) -> list[tuple[str, str]]:
    query = (
        f"SELECT {by}, commit_oid FROM {table} JOIN note ON note.place = note"
        f" WHERE id = ? AND {by} NOT IN (SELECT id FROM tombstone)"
    )
    with index.reader() as database:
        rows = [row for name in dict.fromkeys(ids) for row in database.execute(query, (name,))]
    return list(dict.fromkeys(rows))
