"""Commits: which have a note, and which of those are like a commit or hold what is asked for.

The number of a note stays with its commit as long as it has one, and grows with each new one.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.index.cache import Index
from gitmem.index.memories import HOLDINGS, LIVE
from gitmem.index.parameters import batches, marks
from gitmem.index.rows import digest, storable


def annotated_commits(index: Index) -> set[str]:
    """The ids of all objects with a note."""
    with index.reader() as database:
        return {row[0] for row in database.execute("SELECT commit_oid FROM note")}


def remembered_commits(index: Index) -> set[str]:
    """The ids of all objects whose note has a memory that is live."""
    query = f"SELECT DISTINCT commit_oid FROM {HOLDINGS} WHERE {LIVE}"
    with index.reader() as database:
        return {row[0] for row in database.execute(query)}


def annotated_commit_count(index: Index) -> int:
    """How many objects have a note."""
    return index.number("SELECT count(*) FROM note")


def annotated_commits_among(index: Index, commits: Iterable[str]) -> set[str]:
    """Those of the commits that have a note."""
    return set(note_numbers(index, commits))


def annotated_commits_since(index: Index, mark: int) -> list[str]:
    """The commits that got their first note after the index was at ``mark``."""
    query = "SELECT commit_oid FROM note WHERE place > ?"
    with index.reader() as database:
        return [row[0] for row in database.execute(query, (mark,))]


def annotated_commit_beginning(index: Index, beginning: str) -> str:
    """The object with a note whose id begins so; "" if there is none."""
    query = "SELECT commit_oid FROM note WHERE commit_oid >= ? AND commit_oid < ? LIMIT 1"
    with index.reader() as database:
        row = database.execute(query, (beginning, beginning + "g")).fetchone()
    return row[0] if row else ""


def note_numbers(index: Index, commits: Iterable[str]) -> dict[str, int]:
    """The numbers of the notes of those commits that have one."""
    found: dict[str, int] = {}
    with index.reader() as database:
        for some in batches(commits):
            query = f"SELECT commit_oid, place FROM note WHERE commit_oid IN ({marks(some)})"
            found.update(database.execute(query, some))
    return found


def numbers_among(index: Index, commits: Iterable[str]) -> Iterator[int]:
    """The same for a long walk: all notes are read once."""
    with index.reader() as database:
        numbers = dict(database.execute("SELECT commit_oid, place FROM note"))
    return (numbers[commit] for commit in commits if commit in numbers)


def commits_like(
    index: Index, patch_id: str, change_id: str, author: str, time: str
) -> dict[str, frozenset[str]]:
    """The annotated commits with a memory made of the same patch, of the same change id, or of
    a commit of the same author at the same time (ISO 8601); by which of these words.

    Empty texts match nothing.
    """
    asked = {
        "patch": digest(patch_id),
        "change": digest(change_id),
        "made": digest(time, author) if author else 0,  # told as "author"
    }
    found: dict[str, set[str]] = {}
    with index.reader() as database:
        for column, number in asked.items():
            query = f"SELECT commit_oid FROM {HOLDINGS} WHERE {column} = ? AND {column} <> 0"
            for (commit,) in database.execute(query, (number,)):
                found.setdefault(commit, set()).add("author" if column == "made" else column)
    return {commit: frozenset(words) for commit, words in found.items()}


def commits_touching(index: Index, paths: Iterable[str]) -> dict[str, str]:
    """The annotated commits with a memory that changed one of the paths, each with the time of
    its newest memory (ISO 8601).
    """
    found: dict[str, str] = {}
    with index.reader() as database:
        for some in batches(paths):
            query = (
                f"SELECT commit_oid, max(time) FROM {HOLDINGS} WHERE note.place IN"
                " (SELECT note FROM path JOIN touched ON touched.path = path.place"
                " JOIN holding ON holding.memory = touched.memory"
                f" WHERE name IN ({marks(some)})) GROUP BY commit_oid"
            )
            found.update(database.execute(query, storable(some)))
    return found


def commits_holding(index: Index, ids: Iterable[str]) -> dict[str, set[str]]:
    """For each memory's id the commits whose notes hold it, superseded and forgotten or not."""
    found: dict[str, set[str]] = {name: set() for name in ids}
    with index.reader() as database:
        for some in batches(found):
            query = f"SELECT id, commit_oid FROM {HOLDINGS} WHERE id IN ({marks(some)})"
            for name, commit in database.execute(query, some):
                found[name].add(commit)
    return found


def abandoned_commits(index: Index) -> dict[str, tuple[str, str]]:
    """Every commit whose note has the mark: since when (ISO 8601), and what did it."""
    with index.reader() as database:
        query = "SELECT commit_oid, since, how FROM abandoned JOIN note ON note = note.place"
        rows = database.execute(query)
        return {commit: (since, how) for commit, since, how in rows}
