"""The tables of the index, and the rows that a note becomes.

A memory is named by its content, so it has one row however many commits hold it; ``holding``
says which do.  Its words are in a full-text table without content of its own, and its vector,
added later by who has the model at hand, in a chunk of ``vectors`` at the memory's place.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from gitmem.index import lexical
from gitmem.index.fields import COLUMNS, FIELDS, Field, digest_of
from gitmem.index.seal import break_seal
from gitmem.model.digest import sha256_hex
from gitmem.model.memory import SCHEMA, Memory, from_fields, to_fields
from gitmem.model.note import Note
from gitmem.model.value import dataclass


def validity_of(fields: Sequence[Field]) -> str:
    """What an index must say of itself to count, where its memories were weighed by these fields.

    It names all that rows and vectors were made with: tables, words, weights and schema.
    """
    return (
        f"gitmem index 9, words {lexical.VERSION}, fields {digest_of(fields)},"
        f" memory schema {SCHEMA}"
    )


VALIDITY = validity_of(FIELDS)

_BULK_KIB = 64 << 10
_UNFIT = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_LARGEST = (1 << 63) - 1  # of an SQLite integer
_COLUMNS = ", ".join(COLUMNS)
_COLUMN_MARKS = ",".join("?" * len(COLUMNS))
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE note (place INTEGER PRIMARY KEY AUTOINCREMENT, commit_oid TEXT NOT NULL UNIQUE);
CREATE TABLE memory (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, time TEXT NOT NULL, author INTEGER NOT NULL, branch INTEGER NOT NULL,
    agent INTEGER NOT NULL, record_end INTEGER NOT NULL,
    session INTEGER NOT NULL, patch INTEGER NOT NULL, change INTEGER NOT NULL,
    made INTEGER NOT NULL, fields BLOB NOT NULL
);
CREATE INDEX memory_session ON memory (session, record_end) WHERE session <> 0;
CREATE INDEX memory_patch ON memory (patch) WHERE patch <> 0;
CREATE INDEX memory_change ON memory (change) WHERE change <> 0;
CREATE INDEX memory_made ON memory (made) WHERE made <> 0;
CREATE TABLE name (place INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE holding (
    note INTEGER NOT NULL, position INTEGER NOT NULL, memory INTEGER NOT NULL,
    stated_id TEXT NOT NULL, PRIMARY KEY (note, position)
) WITHOUT ROWID;
CREATE INDEX holding_memory ON holding (memory);
CREATE INDEX holding_stated ON holding (stated_id) WHERE stated_id <> '';
CREATE TABLE path (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE touched (
    path INTEGER NOT NULL, memory INTEGER NOT NULL, PRIMARY KEY (path, memory)
) WITHOUT ROWID;
CREATE INDEX touched_memory ON touched (memory);
CREATE TABLE facet (
    name INTEGER NOT NULL, memory INTEGER NOT NULL, PRIMARY KEY (name, memory)
) WITHOUT ROWID;
CREATE INDEX facet_memory ON facet (memory);
CREATE TABLE abandoned (
    note INTEGER PRIMARY KEY, since TEXT NOT NULL, how TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE tombstone (
    id TEXT NOT NULL, note INTEGER NOT NULL, session INTEGER NOT NULL,
    record_end INTEGER NOT NULL, PRIMARY KEY (id, note)
) WITHOUT ROWID;
CREATE INDEX tombstone_session ON tombstone (session, record_end);
CREATE INDEX tombstone_note ON tombstone (note);
CREATE TABLE supersedes (
    id TEXT NOT NULL, by_id TEXT NOT NULL, note INTEGER NOT NULL,
    PRIMARY KEY (id, by_id, note)
) WITHOUT ROWID;
CREATE INDEX supersedes_note ON supersedes (note);
CREATE TABLE corrects (
    id TEXT NOT NULL, by_id TEXT NOT NULL, note INTEGER NOT NULL,
    PRIMARY KEY (id, by_id, note)
) WITHOUT ROWID;
CREATE INDEX corrects_note ON corrects (note);
CREATE TABLE pin (
    id TEXT NOT NULL, pin_id TEXT NOT NULL, note INTEGER NOT NULL,
    PRIMARY KEY (id, pin_id, note)
) WITHOUT ROWID;
CREATE INDEX pin_note ON pin (note);
CREATE TABLE by_person (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE outranked (id TEXT PRIMARY KEY, by_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pinned (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
    {_COLUMNS}, content='', tokenize='porter unicode61'
);
CREATE TABLE vectors (chunk INTEGER PRIMARY KEY, codes BLOB NOT NULL);
CREATE TABLE standing (note INTEGER PRIMARY KEY, share REAL NOT NULL);
CREATE TABLE standing_path (
    path INTEGER NOT NULL, note INTEGER NOT NULL, PRIMARY KEY (path, note)
) WITHOUT ROWID;
CREATE TABLE named_commit (
    note INTEGER NOT NULL, commit_oid TEXT NOT NULL, how TEXT NOT NULL,
    PRIMARY KEY (note, commit_oid)
) WITHOUT ROWID;
CREATE TABLE rewritten (
    newer INTEGER NOT NULL, older INTEGER NOT NULL, is_so INTEGER NOT NULL,
    PRIMARY KEY (newer, older)
) WITHOUT ROWID;
CREATE TABLE reach (
    tip TEXT PRIMARY KEY, mark INTEGER NOT NULL, used INTEGER NOT NULL, notes BLOB NOT NULL
) WITHOUT ROWID;
"""

_OF_NOTES = ("holding", "tombstone", "supersedes", "corrects", "pin", "abandoned")
_CONTENT = (
    "note",
    *_OF_NOTES,
    "memory",
    "by_person",
    "outranked",
    "pinned",
    "name",
    "path",
    "touched",
    "facet",
    "vectors",
    "reach",
    "standing",
    "standing_path",
    "named_commit",
    "rewritten",
)

# What memories have in common, so that even a short one is stored in half its size.
_COMMON = json.dumps(
    {
        "schema": SCHEMA,
        "kind": "bugfix change decision discovery feature gotcha refactor security session",
        "title": "",
        "why": "because instead of rather than so that the",
        "what": ["Reverts ", "See #"],
        "decisions": [{"chose": "", "because": "", "rejected": [""]}],
        "errors": [{"message": "Error: ", "frames": [""], "resolution": ""}],
        "next": [],
        "concepts": [],
        "tags": {"phase": "implementation", "stack": ["python"], "failure": ["test-failure"]},
        "files": {"changed": ["src/", "tests/test_", ".py"], "read": [""]},
        "symbols": ["test_", "__init__", "self"],
        "supersedes": [],
        "provenance": {
            "commit": "",
            "patch-id": "",
            "change-id": "",
            "branch": "main",
            "author": " <@users.noreply.github.com>",
            "time": "2026-01-01T00:00:00Z",
            "agent": "claude-code",
            "session": "",
            "records": [0, 0],
            "compressor": "extractive/1 history/1",
            "model": "claude-",
            "tokens": {"in": 0, "out": 0},
        },
    }
).encode()


def make_tables(database: sqlite3.Connection) -> None:
    """Lay out an empty index."""
    database.executescript(f"BEGIN; {_TABLES} COMMIT;")
    birth = os.urandom(8).hex()
    database.executemany(
        "INSERT INTO meta VALUES (?, ?)", [("validity", VALIDITY), ("birth", birth)]
    )


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One writer at a time; readers meanwhile see the previous state."""
    database.execute("BEGIN IMMEDIATE")
    try:
        break_seal(database)
        yield database
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def empty(database: sqlite3.Connection) -> None:
    """Delete every row derived from notes, and the vectors; places start over.

    Notes go on counting: ``reach`` and remembered walks tell by that what is new.
    """
    for table in _CONTENT:
        database.execute(f"DELETE FROM {table}")
    database.execute("INSERT INTO words(words) VALUES ('delete-all')")
    database.execute("DELETE FROM sqlite_sequence WHERE name = 'memory'")
    database.execute("DELETE FROM meta WHERE key IN ('encoder', 'embedded', 'standing')")
    generation = os.urandom(8).hex()
    database.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (generation,))


@contextmanager
def in_bulk(database: sqlite3.Connection) -> Iterator[None]:
    """For writing everything: pages are kept in memory, for each one that must leave it is written
    again and again, and what full-text search keeps in parts is joined once, at the end.

    **Source:** https://www.sqlite.org/fts5.html, "The 'automerge' Configuration Option" ff.
    """
    (pages,) = database.execute("PRAGMA cache_size").fetchone()
    database.execute(f"PRAGMA cache_size = -{_BULK_KIB}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA cache_size = {pages}")


def begin_words(database: sqlite3.Connection) -> None:
    """Many words are about to come: do not merge parts meanwhile."""
    for option, value in (("automerge", 0), ("crisismerge", 2_000), ("hashsize", 32 << 20)):
        database.execute("INSERT INTO words(words, rank) VALUES (?, ?)", (option, value))


def pack_words(database: sqlite3.Connection) -> None:
    """Join what full-text search keeps in parts: smaller, and faster to ask."""
    for option, value in (("automerge", 4), ("crisismerge", 16), ("hashsize", 1 << 20)):
        database.execute("INSERT INTO words(words, rank) VALUES (?, ?)", (option, value))
    database.execute("INSERT INTO words(words) VALUES ('optimize')")


def replace_note(
    database: sqlite3.Connection, commit: str, note: Note | None, *, is_new: bool = False
) -> list[str]:
    """Put the rows of a commit's note in place of those it had; None if the note is gone.

    ``is_new``: it had none, there is no need to look.  Returns the ids of the memories that no
    row can be made of: one of them must not keep all others from being found.
    """
    skipped: list[str] = []
    before: set[int] = set()
    if not is_new:
        found = database.execute("SELECT place FROM note WHERE commit_oid = ?", (commit,))
        row = found.fetchone()
        if row is not None:
            query = "SELECT memory FROM holding WHERE note = ?"
            before = {memory for (memory,) in database.execute(query, row)}
            for table in _OF_NOTES:
                database.execute(f"DELETE FROM {table} WHERE note = ?", row)
            if note is None:  # a commit keeps its place as long as it has a note
                database.execute("DELETE FROM note WHERE place = ?", row)
    if note is not None:
        database.execute("INSERT OR IGNORE INTO note (commit_oid) VALUES (?)", (commit,))
        query = "SELECT place FROM note WHERE commit_oid = ?"
        place = int(database.execute(query, (commit,)).fetchone()[0])
        before -= _insert_documents(database, place, note, skipped)
    _drop_unheld(database, before)
    return skipped


def _insert_documents(
    database: sqlite3.Connection, place: int, note: Note, skipped: list[str]
) -> set[int]:
    """Insert what the note says; the places of the memories it holds."""
    held: set[int] = set()
    for position, document in enumerate(note.documents):
        if document.memory is not None:
            try:
                content = _content_of(document.memory)
            except _UNFIT:
                skipped.append(document.memory.id)
                continue
            memory = _insert_memory(database, document.memory, content)
            stated = document.stated_id if document.stated_id != document.memory.id else ""
            row = storable((place, position, memory, stated))
            database.execute("INSERT INTO holding VALUES (?,?,?,?)", row)
            for old in filter(None, document.memory.supersedes):  # "" is no stated id either
                superseded = storable((old, document.memory.id, place))
                database.execute("INSERT OR IGNORE INTO supersedes VALUES (?,?,?)", superseded)
            for wrong in filter(None, document.memory.corrects):
                corrected = storable((wrong, document.memory.id, place))
                database.execute("INSERT OR IGNORE INTO corrects VALUES (?,?,?)", corrected)
            held.add(memory)
        elif document.tombstone is not None and document.tombstone.id:
            stone = document.tombstone
            if stone.pins:
                pin = storable((stone.pins, stone.id, place))
                database.execute("INSERT OR IGNORE INTO pin VALUES (?,?,?)", pin)
                continue
            end = min(stone.records[1], _LARGEST) if stone.records else 0
            row = storable((stone.id, place, digest(stone.session), end))
            database.execute("INSERT OR IGNORE INTO tombstone VALUES (?,?,?,?)", row)
        elif document.mark is not None:
            row = storable((place, document.mark.since, document.mark.by))
            database.execute("INSERT OR IGNORE INTO abandoned VALUES (?,?,?)", row)
    return held


@dataclass(frozen=True)
class _Content:
    """What is stored of a memory's texts: its fields, its words by column, and its facets."""

    fields: bytes
    words: tuple[str, ...]
    facets: tuple[str, ...]


def _content_of(memory: Memory) -> _Content:
    """The memory as it is stored.

    Raises:
        One of ``_UNFIT``: it cannot be, or could not be read again.
    """
    fields = pack_memory(memory)
    if memory.is_newer:
        unpack_memory(fields)  # of ours that is certain
    return _Content(fields, lexical.columns_of(memory), tuple(facets_of(memory)))


def _insert_memory(database: sqlite3.Connection, memory: Memory, content: _Content) -> int:
    """The place of the memory, which is given one where it is new."""
    known = database.execute("SELECT place FROM memory WHERE id = ?", (memory.id,)).fetchone()
    if known is not None:
        return int(known[0])
    origin = memory.provenance
    row: tuple[str | int, ...] = (
        memory.id,
        memory.kind,
        origin.time,
        _name(database, origin.author),
        _name(database, origin.branch),
        _name(database, origin.agent),
        min(origin.records[1], _LARGEST) if origin.records else 0,
        digest(origin.session),
        digest(origin.patch_id),
        digest(origin.change_id),
        digest(origin.time, origin.author) if origin.author else 0,
    )
    inserted = database.execute(
        "INSERT INTO memory (id, kind, time, author, branch, agent, record_end, session, patch,"
        " change, made, fields) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (*storable(row), content.fields),
    )
    place = int(inserted.lastrowid or 0)
    database.execute(
        f"INSERT INTO words (rowid, {_COLUMNS}) VALUES (?,{_COLUMN_MARKS})",
        (place, *storable(content.words)),
    )
    for name in dict.fromkeys(memory.files_changed):
        (path,) = storable((name,))
        database.execute("INSERT OR IGNORE INTO path (name) VALUES (?)", (path,))
        query = "INSERT OR IGNORE INTO touched SELECT place, ? FROM path WHERE name = ?"
        database.execute(query, (place, path))
    if origin.is_of_person:
        database.execute("INSERT OR IGNORE INTO by_person VALUES (?)", (memory.id,))
    for facet in content.facets:
        named = (_name(database, facet), place)
        database.execute("INSERT OR IGNORE INTO facet VALUES (?,?)", named)
    return place


def _drop_unheld(database: sqlite3.Connection, places: Iterable[int]) -> None:
    """Delete those of the memories that no note holds any more."""
    for place in places:
        if database.execute("SELECT 1 FROM holding WHERE memory = ?", (place,)).fetchone():
            continue
        query = "SELECT fields FROM memory WHERE place = ?"
        (fields,) = database.execute(query, (place,)).fetchone()
        # A table without content must be told what it is to forget.
        database.execute(
            f"INSERT INTO words (words, rowid, {_COLUMNS}) VALUES ('delete',?,{_COLUMN_MARKS})",
            (place, *storable(lexical.columns_of(unpack_memory(fields)))),
        )
        database.execute(
            "DELETE FROM by_person WHERE id = (SELECT id FROM memory WHERE place = ?)", (place,)
        )
        for table in ("touched", "facet"):
            database.execute(f"DELETE FROM {table} WHERE memory = ?", (place,))
        database.execute("DELETE FROM memory WHERE place = ?", (place,))


def digest(*texts: str) -> int:
    """A number for these texts where only equality matters; 0 if all are empty.

    Sixty bits: that two of a million differ and have the same is as likely as one in two million.
    """
    if not any(texts):
        return 0
    text = "\0".join(texts).encode("utf-8", "surrogatepass")
    return int(sha256_hex(text)[:15], 16) or 1


def _name(database: sqlite3.Connection, text: str) -> int:
    """The number of a name that many memories share."""
    row = storable((text,))
    database.execute("INSERT OR IGNORE INTO name (text) VALUES (?)", row)
    return int(database.execute("SELECT place FROM name WHERE text = ?", row).fetchone()[0])


def facets_of(memory: Memory) -> list[str]:
    """What filters ask for, in lower case: ``concept:NAME``, ``tag:VALUE``, ``tag:KEY:VALUE``."""
    found = [f"concept:{concept}" for concept in memory.concepts]
    for key, value in memory.tags.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        for one in values:
            found += [f"tag:{one}", f"tag:{key}:{one}"]
    return list(dict.fromkeys(facet.lower()[:200] for facet in found))


def pack_memory(memory: Memory) -> bytes:
    """The memory's fields as they are stored."""
    compressor = zlib.compressobj(level=6, zdict=_COMMON)
    text = json.dumps(to_fields(memory), separators=(",", ":")).encode()
    return compressor.compress(text) + compressor.flush()


def unpack_memory(fields: bytes, known_id: str = "") -> Memory:
    """The memory of stored fields; ``known_id`` is the id of the same row, where it is at hand.

    Raises:
        ValueError, FieldError, zlib.error: they are not what :func:`pack_memory` made.
    """
    text = zlib.decompressobj(zdict=_COMMON).decompress(fields)
    return from_fields(json.loads(text), known_id=known_id)


def storable(row: Sequence[str | int]) -> list[str | int]:
    """SQLite takes no lone surrogate; the fields themselves keep it, as an escape in JSON."""
    return [
        value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for value in row
    ]
