"""How much of each commit still stands, as last computed, kept until one of its files changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from gitmem.index.cache import Index
from gitmem.index.parameters import batches, marks
from gitmem.index.rows import digest, transaction

_ANYTHING = 0  # in place of a path: whatever changes


def standing_tip(index: Index) -> str:
    """The commit for which the stored shares are true; "" if there is none."""
    with index.reader() as database:
        row = database.execute("SELECT value FROM meta WHERE key = 'standing'").fetchone()
    return str(row[0]) if row else ""


def has_unjudged(index: Index) -> bool:
    """Whether there are notes of whose commits nothing is kept."""
    notes = index.number("SELECT count(*) FROM note")
    return notes > index.number("SELECT count(*) FROM standing")


def unjudged(index: Index, most: int) -> dict[str, int]:
    """The newest of these notes: the numbers by the commits."""
    query = (
        "SELECT commit_oid, place FROM note WHERE place NOT IN (SELECT note FROM standing)"
        " ORDER BY place DESC LIMIT ?"
    )
    with index.reader() as database:
        return dict(database.execute(query, (most,)).fetchall())


def read_shares(index: Index, notes: Sequence[int], tip: str) -> dict[int, float]:
    """The shares that are kept of these notes' commits, as far as they are those of ``tip``."""
    found: dict[int, float] = {}
    if standing_tip(index) != tip:
        return found
    with index.reader() as database:
        for some in batches(notes):
            statement = (
                f"SELECT note, share FROM standing WHERE share >= 0 AND note IN ({marks(some)})"
            )
            found.update(database.execute(statement, some))
    return found


def move_shares(index: Index, old: str, tip: str, changed: Iterable[bytes] | None) -> None:
    """Go from one tip to another: what is about a changed path is forgotten, all where it is None.

    Where the file cannot be written, or another process moved it, nothing is done.
    """
    with index.optional_writer() as database, transaction(database):
        if standing_tip(index) != old:
            return
        if changed is None:
            database.execute("DELETE FROM standing")
            database.execute("DELETE FROM standing_path")
        else:
            for number in {_ANYTHING, *map(_number, changed)}:
                notes = "SELECT note FROM standing_path WHERE path = ?"
                database.execute(f"DELETE FROM standing WHERE note IN ({notes})", (number,))
                database.execute("DELETE FROM standing_path WHERE path = ?", (number,))
        database.execute("INSERT OR REPLACE INTO meta VALUES ('standing', ?)", (tip,))


def keep_shares(
    index: Index, tip: str, shares: Mapping[int, tuple[float, Iterable[bytes], bool]]
) -> None:
    """Keep shares that are true of ``tip``: of each note the share, its paths, and whether any
    change may alter it.  A share below zero says that git could not tell.
    """
    with index.optional_writer() as database, transaction(database):
        if standing_tip(index) != tip:
            return
        for note, (share, paths, is_open) in shares.items():
            numbers = {_number(path) for path in paths} | ({_ANYTHING} if is_open else set())
            database.execute("INSERT OR REPLACE INTO standing VALUES (?, ?)", (note, share))
            database.executemany(
                "INSERT OR IGNORE INTO standing_path VALUES (?, ?)",
                [(number, note) for number in numbers],
            )


def _number(path: bytes) -> int:
    return digest(os.fsdecode(path))
