"""The tables of the index, and the rows that a note becomes."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gitmem.model.memory import SCHEMA, Memory, to_fields
from gitmem.model.note import Note

VALIDITY = f"gitmem index 4, memory schema {SCHEMA}"

_LARGEST = (1 << 63) - 1  # of an SQLite integer
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE note (place INTEGER PRIMARY KEY AUTOINCREMENT, commit_oid TEXT NOT NULL UNIQUE);
CREATE TABLE memory (
    id TEXT NOT NULL, commit_oid TEXT NOT NULL, stated_id TEXT NOT NULL, position INTEGER NOT NULL,
    kind TEXT NOT NULL, time TEXT NOT NULL, session TEXT NOT NULL, record_end INTEGER NOT NULL,
    patch_id TEXT NOT NULL, change_id TEXT NOT NULL, author TEXT NOT NULL,
    fields TEXT NOT NULL, PRIMARY KEY (id, stated_id, commit_oid)
);
CREATE INDEX memory_patch ON memory (patch_id) WHERE patch_id <> '';
CREATE INDEX memory_change ON memory (change_id) WHERE change_id <> '';
CREATE INDEX memory_made ON memory (time, author);
CREATE TABLE touched (
    path TEXT NOT NULL, commit_oid TEXT NOT NULL, PRIMARY KEY (path, commit_oid)
) WITHOUT ROWID;
CREATE INDEX touched_commit ON touched (commit_oid);
CREATE TABLE abandoned (
    commit_oid TEXT PRIMARY KEY, since TEXT NOT NULL, how TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX memory_commit ON memory (commit_oid);
CREATE INDEX memory_session ON memory (session, record_end);
CREATE INDEX memory_stated ON memory (stated_id);
CREATE TABLE tombstone (
    id TEXT NOT NULL, commit_oid TEXT NOT NULL, session TEXT NOT NULL, record_end INTEGER NOT NULL,
    PRIMARY KEY (id, commit_oid)
) WITHOUT ROWID;
CREATE INDEX tombstone_session ON tombstone (session, record_end);
CREATE INDEX tombstone_commit ON tombstone (commit_oid);
CREATE TABLE supersedes (
    id TEXT NOT NULL, by_id TEXT NOT NULL, commit_oid TEXT NOT NULL,
    PRIMARY KEY (id, by_id, commit_oid)
) WITHOUT ROWID;
CREATE INDEX supersedes_commit ON supersedes (commit_oid);
"""

_CONTENT = ("note", "memory", "touched", "tombstone", "supersedes", "abandoned")


def make_tables(database: sqlite3.Connection) -> None:
    """Lay out an empty index."""
    database.executescript(f"BEGIN; {_TABLES} COMMIT;")
    birth = os.urandom(8).hex()
    database.executemany(
        "INSERT INTO meta VALUES (?, ?)", [("validity", VALIDITY), ("birth", birth)]
    )


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One writer at a time; whoever reads meanwhile sees the state before."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def empty(database: sqlite3.Connection) -> None:
    """Delete every row that follows from notes."""
    for table in _CONTENT:
        database.execute(f"DELETE FROM {table}")  # noqa: S608  our own names


def replace_note(database: sqlite3.Connection, commit: str, note: Note | None) -> None:
    """Put the rows of a commit's note in place of those it had; None where the note is gone."""
    for table in _CONTENT:
        if table != "note" or note is None:  # a commit keeps its place as long as it has a note
            database.execute(f"DELETE FROM {table} WHERE commit_oid = ?", (commit,))  # noqa: S608  as above
    if note is None:
        return
    database.execute("INSERT OR IGNORE INTO note (commit_oid) VALUES (?)", (commit,))
    for position, document in enumerate(note.documents):
        if document.memory is not None:
            _insert(database, commit, position, document.memory, document.stated_id)
        elif document.tombstone is not None:
            stone = document.tombstone
            end = min(stone.records[1], _LARGEST) if stone.records else 0
            row = storable((stone.id, commit, stone.session, end))
            database.execute("INSERT OR IGNORE INTO tombstone VALUES (?,?,?,?)", row)
        elif document.mark is not None:
            row = storable((commit, document.mark.since, document.mark.by))
            database.execute("INSERT OR IGNORE INTO abandoned VALUES (?,?,?)", row)


def _insert(
    database: sqlite3.Connection, commit: str, position: int, memory: Memory, stated_id: str
) -> None:
    origin = memory.provenance
    row = (
        memory.id,
        commit,
        stated_id or memory.id,
        position,
        memory.kind,
        origin.time,
        origin.session,
        min(origin.records[1], _LARGEST) if origin.records else 0,
        origin.patch_id,
        origin.change_id,
        origin.author,
        json.dumps(to_fields(memory)),
    )
    marks = ",".join("?" * len(row))
    database.execute(f"INSERT OR REPLACE INTO memory VALUES ({marks})", storable(row))  # noqa: S608
    for path in dict.fromkeys(memory.files_changed):
        row_of_path = storable((path, commit))
        database.execute("INSERT OR IGNORE INTO touched VALUES (?,?)", row_of_path)
    for old in memory.supersedes:
        row_of_old = storable((old, memory.id, commit))
        database.execute("INSERT OR IGNORE INTO supersedes VALUES (?,?,?)", row_of_old)


def storable(row: Sequence[str | int]) -> list[str | int]:
    """SQLite takes no lone surrogate; the fields themselves keep it, as an escape in JSON."""
    return [
        value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for value in row
    ]
