"""Looking memories up by their words and by what they are.

A memory's *place* is its number in this building of the index.  Standard library only: agent
hooks import this.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from gitmem.index.cache import Index
from gitmem.index.fields import WORD_WEIGHTS
from gitmem.index.memories import HOLDINGS, LIVE, NOT_FORGOTTEN, NOT_OUTRANKED, STILL_SUPERSEDES
from gitmem.index.parameters import batches, marks
from gitmem.index.rows import storable, transaction, unpack_memory
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.model.value import dataclass

_ID_PREFIX = re.compile(r"m[0-9a-f]{0,20}")


@dataclass(frozen=True)
class Match:
    """The place of a memory that matches, and its BM25 score: larger is better, never negative."""

    place: int
    score: float


@dataclass(frozen=True)
class Holder:
    """A commit whose note holds a live memory; ``note`` is the number of the commit's note."""

    note: int
    commit: str


def matches(index: Index, expression: str, limit: int, query: Query | None = None) -> list[Match]:
    """The ``limit`` memories that match an FTS5 expression best, best first.

    With ``query`` only those that its filters let through; histories, and so ``branch``, and what
    was forgotten since are not looked at here.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    if not expression:
        return []
    condition, parameters = _filters(query) if query is not None else ("", [])
    only = f"AND rowid IN (SELECT place FROM memory WHERE {condition})" if condition else ""
    weights = ", ".join(str(weight) for weight in WORD_WEIGHTS)
    statement = (
        f"SELECT rowid, -bm25(words, {weights}) AS score FROM words WHERE words MATCH ?"
        f" {only} ORDER BY score DESC LIMIT ?"
    )
    with index.reader() as database:
        rows = database.execute(statement, (expression, *parameters, limit)).fetchall()
    return [Match(place, max(score, 0.0)) for place, score in rows]


def without_common_words(index: Index, expression: str) -> str:
    """The expression without the words that more than half of all memories have; as it is where
    that leaves nothing.

    Such words weigh nothing (:func:`matches` counts them as a millionth), but every memory that has
    one would be looked at: in 10,000 memories that takes twenty milliseconds.
    """
    words, most = expression.split(" OR "), index.number("SELECT count(*) FROM memory") // 2
    statement = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1 OFFSET ?"
    with index.reader() as database:
        rare = [word for word in words if not database.execute(statement, (word, most)).fetchone()]
    return " OR ".join(rare) or expression


def places_with_word(index: Index, word: str, limit: int) -> list[int]:
    """The places of the memories that have a word, or another form of it; at most ``limit``.

    Raises:
        GitmemError: the file is damaged; it is set aside, so that the next try works.
    """
    statement = "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?"
    with index.reader() as database:
        return [row[0] for row in database.execute(statement, (f'"{word}"', limit))]


def newest(index: Index, query: Query, limit: int) -> list[int]:
    """The places of the newest memories that the query's filters let through, newest first."""
    condition, parameters = _filters(query)
    statement = (
        f"SELECT place FROM memory{' WHERE ' + condition if condition else ''}"
        " ORDER BY time DESC, place DESC LIMIT ?"
    )
    with index.reader() as database:
        return [row[0] for row in database.execute(statement, (*parameters, limit))]


def holders_of(index: Index, places: Iterable[int]) -> dict[int, list[Holder]]:
    """Where each of these memories lives: neither forgotten nor superseded.

    A memory that lives nowhere is not in the answer.
    """
    found: dict[int, list[Holder]] = {}
    with index.reader() as database:
        for some in batches(places):
            statement = (
                f"SELECT memory.place, note.place, commit_oid FROM {HOLDINGS}"
                f" WHERE memory.place IN ({marks(some)}) AND {LIVE} ORDER BY note.place"
            )
            for place, note, commit in database.execute(statement, some):
                found.setdefault(place, []).append(Holder(note, commit))
    return found


def holders_in_scope(
    index: Index, places: Iterable[int], scope: Container[int] | None = None
) -> dict[int, Holder]:
    """The same within a scope of notes: where each memory is, as far as the scope goes.

    A memory that is superseded elsewhere only, on a branch that the scope does not hold, is not
    superseded here.  Without a scope everything counts.
    """
    found: dict[int, Holder] = {}
    with index.reader() as database:
        for some in batches(places):
            superseded = {
                place
                for place, note in database.execute(
                    f"SELECT memory.place, supersedes.note FROM {HOLDINGS} JOIN supersedes"
                    " ON supersedes.id = memory.id OR supersedes.id = holding.stated_id"
                    f" WHERE memory.place IN ({marks(some)}) AND {STILL_SUPERSEDES}",
                    some,
                )
                if scope is None or note in scope
            }
            statement = (
                f"SELECT memory.place, note.place, commit_oid FROM {HOLDINGS}"
                f" WHERE memory.place IN ({marks(some)}) AND {NOT_FORGOTTEN} AND {NOT_OUTRANKED}"
                " ORDER BY note.place"
            )
            for place, note, commit in database.execute(statement, some):
                if place not in superseded and (scope is None or note in scope):
                    found.setdefault(place, Holder(note, commit))
    return found


def memories(index: Index, places: Iterable[int]) -> dict[int, Memory]:
    """The memories at these places."""
    found: dict[int, Memory] = {}
    with index.reader() as database:
        for some in batches(places):
            statement = (
                "SELECT place, id, fields FROM memory"
                f" WHERE place IN ({marks(some)}) ORDER BY place"
            )
            for place, name, fields in database.execute(statement, some):
                found[place] = unpack_memory(fields, name)
    return found


def places_of(index: Index, ids: Iterable[str]) -> dict[str, int]:
    """The places of the memories of these ids."""
    found: dict[str, int] = {}
    with index.reader() as database:
        for some in batches(ids):
            statement = f"SELECT id, place FROM memory WHERE id IN ({marks(some)})"
            found.update(database.execute(statement, storable(some)))
    return found


def successors(index: Index, ids: Iterable[str]) -> dict[str, str]:
    """What supersedes each of these memories, unless that is forgotten."""
    found: dict[str, str] = {}
    with index.reader() as database:
        for some in batches(ids):
            statement = (
                f"SELECT id, min(by_id) FROM supersedes WHERE id IN ({marks(some)}) AND by_id"
                " NOT IN (SELECT id FROM tombstone) AND by_id NOT IN (SELECT id FROM outranked)"
                " GROUP BY id"
            )
            found.update(database.execute(statement, storable(some)))
    return found


def successor_of_former(index: Index, id_prefix: str) -> tuple[list[str], str]:
    """The ids beginning so that no memory has but that one supersedes, and the memory that came of
    it in the end; empty if there is none, or the ids are several.

    Such an id was handed out for what was still pending, or for what was replaced without a trace.
    """
    if not _ID_PREFIX.fullmatch(id_prefix):
        return [], ""
    with index.reader() as database:
        statement = (
            "SELECT DISTINCT id FROM supersedes WHERE id >= ? AND id < ? AND by_id NOT IN"
            " (SELECT id FROM tombstone) AND by_id NOT IN (SELECT id FROM outranked)"
            " ORDER BY id LIMIT 2"
        )
        former = [row[0] for row in database.execute(statement, (id_prefix, id_prefix + "g"))]
    if len(former) != 1:
        return former, ""
    seen = {former[0]}
    name = former[0]
    while (after := successors(index, [name]).get(name)) and after not in seen:
        seen.add(after)
        name = after
    return former, name


def places_touching(index: Index, paths: Sequence[str], limit: int) -> list[int]:
    """The places of the newest memories that changed one of these very paths, newest first."""
    found: list[tuple[str, int]] = []
    with index.reader() as database:
        for some in batches(paths):
            statement = (
                "SELECT DISTINCT memory.time, memory.place FROM path JOIN touched"
                " ON touched.path = path.place JOIN memory ON memory.place = touched.memory"
                f" WHERE path.name IN ({marks(some)}) ORDER BY time DESC LIMIT ?"
            )
            found += database.execute(statement, (*storable(some), limit)).fetchall()
    return list(dict.fromkeys(place for _, place in sorted(found, reverse=True)))[:limit]


def touch_counts(index: Index, paths: Sequence[str]) -> dict[str, int]:
    """How many memories changed each of these paths; those that none did are not in it."""
    found: dict[str, int] = {}
    with index.reader() as database:
        for some in batches(paths):
            statement = (
                "SELECT name, count(*) FROM path JOIN touched ON touched.path = path.place"
                f" WHERE name IN ({marks(some)}) GROUP BY name"
            )
            found.update(database.execute(statement, storable(some)))
    return found


def _filters(query: Query) -> tuple[str, list[str | int]]:
    """The query's filters as a condition on ``memory``; "" if there are none."""
    conditions: list[str] = []
    parameters: list[str | int] = []

    def add(condition: str, *values: str) -> None:
        conditions.append(condition)
        parameters.extend(storable(values))

    if query.kinds:
        kinds = sorted(query.kinds)
        add(f"kind IN ({marks(kinds)})", *kinds)
    if query.author:
        named = "author IN (SELECT place FROM name WHERE instr(lower(text), lower(?)) > 0)"
        add(named, query.author)
    if query.since:
        add("time >= ?", query.since)
    if query.until:
        add("time <= ?", query.until)
    for name in sorted(
        {f"tag:{tag.lower()}" for tag in query.tags}
        | {f"concept:{concept.lower()}" for concept in query.concepts}
    ):
        named = "name = (SELECT place FROM name WHERE text = ?)"
        add(f"place IN (SELECT memory FROM facet WHERE {named})", name)
    if query.paths:
        below = [path.rstrip("/") for path in query.paths]
        # A range, so that the index on names serves: "0" is the character behind "/".
        some = " OR ".join("path.name = ? OR path.name >= ? AND path.name < ?" for _ in below)
        values = [value for path in below for value in (path, f"{path}/", f"{path}0")]
        add(
            "place IN (SELECT touched.memory FROM path JOIN touched"
            f" ON touched.path = path.place WHERE {some})",
            *values,
        )
    return " AND ".join(f"({condition})" for condition in conditions), parameters


def read_reach(index: Index) -> list[tuple[str, int, bytes]]:
    """What is known about histories, last used first: tip, mark, bits by note number."""
    with index.reader() as database:
        statement = "SELECT tip, mark, notes FROM reach ORDER BY used DESC"
        return [(tip, mark, bytes(bits)) for tip, mark, bits in database.execute(statement)]


def keep_reach(index: Index, tip: str, mark: int, bits: bytes, most: int) -> None:
    """Remember which notes' commits ``tip`` reaches, and forget the least used beyond ``most``.

    A cache of a cache: where it cannot be written, it is not.
    """
    with index.optional_writer() as database, transaction(database):
        database.execute(
            "INSERT OR REPLACE INTO reach SELECT ?, ?, coalesce(max(used), 0) + 1, ? FROM reach",
            (tip, mark, bits),
        )
        database.execute(
            "DELETE FROM reach WHERE tip NOT IN (SELECT tip FROM reach ORDER BY used DESC LIMIT ?)",
            (most,),
        )


def places_above(index: Index, place: int, limit: int = -1) -> list[int]:
    """The places of the memories behind that one, in order; all where ``limit`` is negative."""
    with index.reader() as database:
        statement = "SELECT place FROM memory WHERE place > ? ORDER BY place LIMIT ?"
        return [row[0] for row in database.execute(statement, (place, limit))]
