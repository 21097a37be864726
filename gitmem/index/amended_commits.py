"""What git told once of commits that amend earlier ones: facts of two commits, which never change.

Notes stand for their commits by number.  Where the file cannot be written nothing is kept, and
git is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitmem.index.cache import Index
from gitmem.index.parameters import batches, marks
from gitmem.index.rows import transaction
from gitmem.model.amendment import Amendment

_WAS_READ = ""  # in place of a commit: the message was read, whatever it names


def read_named(index: Index, notes: Iterable[int]) -> dict[int, dict[str, Amendment]]:
    """For each of these notes whose commit's message was read the commits that it says it amends,
    by their full id.
    """
    found: dict[int, dict[str, Amendment]] = {}
    with index.reader() as database:
        for some in batches(notes):
            query = f"SELECT note, commit_oid, how FROM named_commit WHERE note IN ({marks(some)})"
            for note, commit, how in database.execute(query, some):
                named = found.setdefault(note, {})
                if commit != _WAS_READ:
                    named[commit] = Amendment(how)
    return found


def keep_named(index: Index, named: Mapping[int, Mapping[str, Amendment]]) -> None:
    """Keep what the messages of these notes' commits say."""
    if not named:
        return
    rows = [
        (note, commit, how)
        for note, told in named.items()
        for commit, how in [(_WAS_READ, ""), *((name, how.value) for name, how in told.items())]
    ]
    with index.optional_writer() as database, transaction(database):
        database.executemany("INSERT OR REPLACE INTO named_commit VALUES (?,?,?)", rows)


def read_rewrites(index: Index, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bool]:
    """Whether the commit of the first note rewrites lines of the second's, as far as is known."""
    found: dict[tuple[int, int], bool] = {}
    query = "SELECT is_so FROM rewritten WHERE newer = ? AND older = ?"
    with index.reader() as database:
        for pair in pairs:
            row = database.execute(query, pair).fetchone()
            if row is not None:
                found[pair] = bool(row[0])
    return found


def keep_rewrites(index: Index, pairs: Mapping[tuple[int, int], bool]) -> None:
    """Keep the answers for these pairs of notes, newer and older."""
    if not pairs:
        return
    rows = [(newer, older, is_so) for (newer, older), is_so in pairs.items()]
    with index.optional_writer() as database, transaction(database):
        database.executemany("INSERT OR REPLACE INTO rewritten VALUES (?,?,?)", rows)
