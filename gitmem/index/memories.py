"""Whole memories, each with the commit whose note holds it: by commit, session, agent or id.

Standard library only: agent hooks import this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from gitmem.index.cache import Index
from gitmem.index.parameters import BATCH_SIZE, marks
from gitmem.index.rows import digest, transaction, unpack_memory
from gitmem.model.memory import Memory
from gitmem.model.value import dataclass

HOLDINGS = (
    "note JOIN holding ON holding.note = note.place JOIN memory ON memory.place = holding.memory"
)
_SELECT = f"SELECT commit_oid, id, fields FROM {HOLDINGS}"
# A document edited by hand answers to the id it states and to the one its content has.
NOT_FORGOTTEN = """NOT EXISTS (
    SELECT 1 FROM tombstone WHERE tombstone.id IN (memory.id, holding.stated_id))"""
# What a person said is wrong, or has put in other words, is told nowhere: this decides it.
NOT_OUTRANKED = "NOT EXISTS (SELECT 1 FROM outranked WHERE outranked.id = memory.id)"
STILL_SUPERSEDES = """NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.id = supersedes.by_id)
    AND NOT EXISTS (SELECT 1 FROM outranked WHERE outranked.id = supersedes.by_id)"""
_NOT_SUPERSEDED = f"""NOT EXISTS (
    SELECT 1 FROM supersedes WHERE supersedes.id IN (memory.id, holding.stated_id)
    AND {STILL_SUPERSEDES})"""
LIVE = f"{NOT_FORGOTTEN} AND {NOT_OUTRANKED} AND {_NOT_SUPERSEDED}"


@dataclass(frozen=True)
class IndexedMemory:
    """A memory and the commit whose note holds it (after a rewrite not the one it was made at)."""

    memory: Memory
    commit: str


def memories_of(
    index: Index, commits: Iterable[str], limit: int | None = None
) -> list[IndexedMemory]:
    """The live memories of these commits, in the commits' order, oldest first within one.

    Live: neither forgotten anywhere nor superseded by a memory that is not forgotten.
    With ``limit`` no more than so many are given, and commits are taken from the iterable
    only as needed.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    found: list[IndexedMemory] = []
    remaining = iter(commits)
    size = BATCH_SIZE if limit is None else min(limit, BATCH_SIZE)
    while limit is None or len(found) < limit:
        some = list(dict.fromkeys(islice(remaining, size)))
        if not some:
            break
        found += _memories_of_some(index, some)
        size = min(2 * size, BATCH_SIZE)
    return found[:limit]


def _memories_of_some(index: Index, commits: Sequence[str]) -> list[IndexedMemory]:
    query = f"{_SELECT} WHERE commit_oid IN ({marks(commits)}) AND {LIVE} ORDER BY position"
    rows = _rows(index, query, commits)
    place = {commit: number for number, commit in enumerate(commits)}
    return sorted(rows, key=lambda stored: place[stored.commit])


def memories_of_session(index: Index, session: str) -> list[IndexedMemory]:
    """The live memories that were made of this session's records, in the records' order.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    query = (
        f"{_SELECT} WHERE session = ? AND record_end > 0 AND {LIVE}"
        " ORDER BY record_end, commit_oid, position"
    )
    return _rows(index, query, (digest(session),))


def memories_of_agent(index: Index, agent: str) -> list[IndexedMemory]:
    """Every memory of that agent, superseded ones too, in no order.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    named = "agent = (SELECT place FROM name WHERE text = ?)"
    return _rows(index, f"{_SELECT} WHERE {named} AND {NOT_FORGOTTEN}", (agent,))


def memories_with_id(
    index: Index, id_prefix: str, *, even_wrong: bool = False
) -> list[IndexedMemory]:
    """The memories whose id begins so, superseded ones too: at most 20, by id; those that a person
    said are wrong only where they are asked for, for a person who wants to see or undo that.

    A memory that stands at several commits comes once for each.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    if not re.fullmatch(r"m[0-9a-f]{0,20}", id_prefix):
        return []
    also = "" if even_wrong else f"AND {NOT_OUTRANKED}"
    query = (
        f"{_SELECT} WHERE (id >= ?1 AND id < ?2 OR holding.memory IN"
        " (SELECT memory FROM holding WHERE stated_id >= ?1 AND stated_id < ?2"
        f" AND stated_id <> '')) AND {NOT_FORGOTTEN} {also} ORDER BY id, commit_oid LIMIT 20"
    )
    return _rows(index, query, (id_prefix, id_prefix + "g"))


def live_with_ids(index: Index, ids: Sequence[str]) -> list[IndexedMemory]:
    """The live memories that answer to one of these ids, at most a batch of them.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    some = marks(ids)
    query = f"{_SELECT} WHERE (id IN ({some}) OR holding.stated_id IN ({some})) AND {LIVE}"
    return _rows(index, query, (*ids, *ids))


def memories_named(index: Index, name: str) -> list[IndexedMemory]:
    """The live memories that a text names by nothing but the beginning of their id or of their
    commit's, seven characters or more: at most 20; none for any other text.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    name = name.strip().lower()
    if re.fullmatch(r"m[0-9a-f]{6,20}", name):
        column = "id"
    elif re.fullmatch(r"[0-9a-f]{7,64}", name):
        column = "commit_oid"
    else:
        return []
    query = f"{_SELECT} WHERE {column} >= ? AND {column} < ? AND {LIVE} ORDER BY {column} LIMIT 20"
    return _rows(index, query, (name, name + "g"))


def live_memories(index: Index) -> list[IndexedMemory]:
    """Every live memory, by commit.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    return _rows(index, f"{_SELECT} WHERE {LIVE} ORDER BY commit_oid, position")


def memories_by_stated_id(index: Index) -> list[tuple[str, IndexedMemory]]:
    """Every memory that is not forgotten, superseded ones too, each with the id it states.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    query = f"SELECT id, stated_id, commit_oid, fields FROM {HOLDINGS} WHERE {NOT_FORGOTTEN}"
    with index.reader() as database:
        return [
            (stated_id or name, IndexedMemory(unpack_memory(fields, name), commit))
            for name, stated_id, commit, fields in database.execute(query)
        ]


def is_forgotten(index: Index, memory_id: str) -> bool:
    """Whether a tombstone stands for this id."""
    return index.number("SELECT count(*) FROM tombstone WHERE id = ?", (memory_id,)) > 0


def memory_count(index: Index) -> int:
    """How many memories are live.  Counted once for each tip: a status line asks all the time."""
    with index.reader() as database:
        known = dict(database.execute("SELECT key, value FROM meta WHERE key IN ('tip', 'count')"))
    tip, counted = str(known.get("tip", "")), str(known.get("count", ""))
    if tip and counted.startswith(f"{tip} "):
        return int(counted.removeprefix(f"{tip} "))
    count = index.number(f"SELECT count(DISTINCT id) FROM {HOLDINGS} WHERE {LIVE}")
    with index.optional_writer() as database, transaction(database):
        value = f"{tip} {count}"
        database.execute("INSERT OR REPLACE INTO meta VALUES ('count', ?)", (value,))
    return count


def place_count(index: Index) -> int:
    """How many memories have a place, superseded and forgotten ones too."""
    return index.number("SELECT count(*) FROM memory")


def vector_count(index: Index) -> int:
    """How many of them have a vector."""
    query = (
        "SELECT count(*) FROM memory WHERE place <="
        " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'embedded')"
    )
    return index.number(query)


def _rows(index: Index, query: str, parameters: Sequence[str | int] = ()) -> list[IndexedMemory]:
    with index.reader() as database:
        rows = database.execute(query, parameters).fetchall()
        # One content under two stated ids is one memory.
        found = {(row[0], row[1]): row for row in rows}
        return [
            IndexedMemory(unpack_memory(fields, name), commit)
            for commit, name, fields in found.values()
        ]
