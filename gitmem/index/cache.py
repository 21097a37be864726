"""The index: the memories of all notes in one SQLite file, so that a hook need not read git.

A cache and nothing more: every row follows from the notes at :attr:`Index.tip`.  Standard
library only: agent hooks import this.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.index.file import (
    BUSY_SECONDS,
    FILE,
    FOLDER,
    connect,
    copied_to_memory,
    create_file,
    discard_file,
    in_memory,
    is_busy,
    open_file,
    replace_file,
)
from gitmem.index.rows import (
    begin_words,
    digest,
    empty,
    in_bulk,
    pack_words,
    replace_note,
    storable,
    transaction,
    unpacked,
)
from gitmem.model.memory import FieldError, Memory
from gitmem.model.note import Note

_MILLISECONDS = round(BUSY_SECONDS * 1000)
_AT_ONCE = 500  # below SQLite's oldest limit of 999 parameters a statement


HELD = "note JOIN holding ON holding.note = note.place JOIN memory ON memory.place = holding.memory"
_STORED = f"SELECT commit_oid, id, fields FROM {HELD}"
# A document edited by hand answers to the id it states and to the one its content has.
REMEMBERED = """NOT EXISTS (
    SELECT 1 FROM tombstone WHERE tombstone.id IN (memory.id, holding.stated_id))"""
_CURRENT = """NOT EXISTS (
    SELECT 1 FROM supersedes WHERE supersedes.id IN (memory.id, holding.stated_id)
    AND NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.id = supersedes.by_id))"""
LIVE = f"{REMEMBERED} AND {_CURRENT}"


@dataclass(frozen=True)
class Stored:
    """A memory and the commit whose note holds it (after a rewrite not the one it was made at)."""

    memory: Memory
    commit: str


class Index:
    """The cached memories of one repository; open it with :meth:`open`.

    ``repaired``: the file was damaged or of another format and starts empty; say so once.
    ``is_volatile``: the git directory cannot be written, what is applied is lost on closing.
    """

    def __init__(self, database: sqlite3.Connection, folder: Path | None, repaired: bool) -> None:
        self._database = database
        self._folder = folder
        self._inode = (folder / FILE).stat().st_ino if folder is not None else 0
        self._seen_tip = self._read_tip()
        self.repaired = repaired

    @classmethod
    def open(cls, state_dir: Path) -> Index:
        """Open the index in gitmem's state folder; an empty one is made where none counts.

        Never fails for what it finds: without the right to write it lives in memory, filled
        from the file if there is one.
        """
        folder = state_dir / FOLDER
        try:
            is_there = (folder / FILE).exists()
            database = open_file(folder) if is_there else None
            repaired = is_there and database is None
            if repaired:
                discard_file(folder)
            if database is None:
                create_file(folder)
                database = connect(folder / FILE)
            return cls(database, folder, repaired)
        except (OSError, sqlite3.Error):
            return cls.in_memory(folder / FILE)

    @classmethod
    def in_memory(cls, file: Path | None = None) -> Index:
        """An index without a file; begun with the content of ``file`` as far as it counts."""
        return cls(copied_to_memory(file) if file else in_memory(), None, repaired=False)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @staticmethod
    def discard(state_dir: Path) -> None:
        """Delete the file, which may still contain deleted rows; it will be rebuilt."""
        if (state_dir / FOLDER).exists():
            discard_file(state_dir / FOLDER)

    def is_current(self) -> bool:
        """Whether the file that was opened is still the index: it may have been rebuilt."""
        if self._folder is None:
            return True
        try:
            return (self._folder / FILE).stat().st_ino == self._inode
        except OSError:
            return False

    @property
    def is_volatile(self) -> bool:
        """Whether the index lives in memory only."""
        return self._folder is None

    @staticmethod
    def replace(state_dir: Path, with_that_of: Path) -> None:
        """Put the index that was built in another folder in the place of the one there is.

        Raises:
            OSError: it cannot be moved there; what was there is gone or stays, and is a cache.
        """
        replace_file(state_dir / FOLDER, with_that_of / FOLDER)

    @property
    def tip(self) -> str | None:
        """The notes commit whose content this is; None for an empty index."""
        self._seen_tip = self._read_tip()
        return self._seen_tip

    def apply(self, changes: Iterable[tuple[str, Note | None]], tip: str) -> bool:
        """Replace the rows of the changed commits and move to ``tip``, in one transaction.

        ``changes`` are those since the :attr:`tip` this object told last, each with the note at
        the new tip, or None if it is gone.  Returns False, with nothing changed, when
        another process has moved the index or is about to, and when the file turns out not to
        be writable (the index then lives on in memory): look at :attr:`tip` and try again.
        """
        return self._write(changes, tip, is_whole=False)

    def rebuild(self, changes: Iterable[tuple[str, Note | None]], tip: str) -> bool:
        """The same from nothing: ``changes`` are all notes there are at ``tip``.

        A ``tip`` of "" is that of a repository whose notes ref is gone.
        """
        return self._write(changes, tip, is_whole=True)

    def _write(
        self, changes: Iterable[tuple[str, Note | None]], tip: str, *, is_whole: bool
    ) -> bool:
        try:
            with (
                in_bulk(self._database) if is_whole else nullcontext(),
                transaction(self._database) as database,
            ):
                if self._read_tip() != self._seen_tip:
                    return False
                if is_whole:
                    empty(database)
                    begin_words(database)
                for commit, note in changes:
                    replace_note(database, commit, note, is_new=is_whole)
                if is_whole:
                    pack_words(database)
                database.execute("INSERT OR REPLACE INTO meta VALUES ('tip', ?)", (tip,))
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                self._move_to_memory(error)
            return False
        self._seen_tip = tip
        return True

    def memories_of(self, commits: Iterable[str], limit: int | None = None) -> list[Stored]:
        """The live memories of these commits, in the commits' order, oldest first within one.

        Live: neither forgotten anywhere nor superseded by a memory that is not forgotten.
        With ``limit`` no more than so many are given, and commits are taken from the iterable
        only as needed.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        found: list[Stored] = []
        remaining = iter(commits)
        size = _AT_ONCE if limit is None else min(limit, _AT_ONCE)
        while limit is None or len(found) < limit:
            some = list(dict.fromkeys(islice(remaining, size)))
            if not some:
                break
            found += self._memories_of_some(some)
            size = min(2 * size, _AT_ONCE)
        return found[:limit]

    def _memories_of_some(self, commits: Sequence[str]) -> list[Stored]:
        marks = ",".join("?" * len(commits))
        rows = self._rows(
            f"{_STORED} WHERE commit_oid IN ({marks}) AND {LIVE} ORDER BY position",
            commits,
        )
        place = {commit: number for number, commit in enumerate(commits)}
        return sorted(rows, key=lambda stored: place[stored.commit])

    def find(self, id_prefix: str) -> list[Stored]:
        """The memories whose id begins so, superseded ones too: at most 20, by id.

        A memory that stands at several commits comes once for each.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        if not re.fullmatch(r"m[0-9a-f]{0,20}", id_prefix):
            return []
        query = (
            f"{_STORED} WHERE (id >= ?1 AND id < ?2 OR holding.memory IN"
            " (SELECT memory FROM holding WHERE stated_id >= ?1 AND stated_id < ?2"
            f" AND stated_id <> '')) AND {REMEMBERED} ORDER BY id, commit_oid LIMIT 20"
        )
        return self._rows(query, (id_prefix, id_prefix + "g"))

    def last_record(self, session: str) -> int:
        """Where capture of this session got to: the largest end of its records, 0 for none.

        What was forgotten counts: it must not be captured again.
        """
        query = (
            "SELECT max(record_end) FROM (SELECT record_end FROM memory WHERE session = ?1"
            " UNION ALL SELECT record_end FROM tombstone WHERE session = ?1)"
        )
        return self._number(query, (digest(session),))

    def holds_session(self, commit: str, session: str) -> bool:
        """Whether the commit's note has a memory of the session, or had one that is forgotten."""
        query = (
            f"SELECT count(*) FROM (SELECT 1 FROM {HELD}"
            " WHERE commit_oid = ?1 AND session = ?2 UNION ALL SELECT 1 FROM note JOIN tombstone"
            " ON tombstone.note = note.place WHERE commit_oid = ?1 AND session = ?2)"
        )
        return self._number(query, (commit, digest(session))) > 0

    def forgotten_until(self, session: str) -> int:
        """The end of the session's records that a forgotten memory was made of, 0 for none."""
        query = "SELECT max(record_end) FROM tombstone WHERE session = ?"
        return self._number(query, (digest(session),))

    def of_session(self, session: str) -> list[Stored]:
        """The live memories that were made of this session's records, in the records' order.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        query = (
            f"{_STORED} WHERE session = ? AND record_end > 0 AND {LIVE}"
            " ORDER BY record_end, commit_oid, position"
        )
        return self._rows(query, (digest(session),))

    def commits_like(
        self, patch_id: str, change_id: str, author: str, time: str
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
        with self.reading():
            for column, number in asked.items():
                query = f"SELECT commit_oid FROM {HELD} WHERE {column} = ? AND {column} <> 0"
                for (commit,) in self._database.execute(query, (number,)):
                    found.setdefault(commit, set()).add("author" if column == "made" else column)
        return {commit: frozenset(words) for commit, words in found.items()}

    def commits_touching(self, paths: Iterable[str]) -> dict[str, str]:
        """The annotated commits with a memory that changed one of the paths, each with the time of
        its newest memory (ISO 8601).
        """
        found: dict[str, str] = {}
        remaining = iter(dict.fromkeys(paths))
        with self.reading():
            while some := list(islice(remaining, _AT_ONCE)):
                marks = ",".join("?" * len(some))
                query = (
                    f"SELECT commit_oid, max(time) FROM {HELD} WHERE note.place IN"
                    " (SELECT note FROM path JOIN touched ON touched.path = path.place"
                    " JOIN holding ON holding.memory = touched.memory"
                    f" WHERE name IN ({marks})) GROUP BY commit_oid"
                )
                found.update(self._database.execute(query, storable(some)))
        return found

    def is_forgotten(self, memory_id: str) -> bool:
        """Whether a tombstone stands for this id."""
        return self._number("SELECT count(*) FROM tombstone WHERE id = ?", (memory_id,)) > 0

    def commits_holding(self, ids: Iterable[str]) -> dict[str, set[str]]:
        """For each memory's id the commits whose notes hold it, superseded and forgotten or not."""
        found: dict[str, set[str]] = {name: set() for name in ids}
        remaining = iter(found)
        with self.reading():
            while some := list(islice(remaining, _AT_ONCE)):
                marks = ",".join("?" * len(some))
                query = f"SELECT id, commit_oid FROM {HELD} WHERE id IN ({marks})"
                for name, commit in self._database.execute(query, some):
                    found[name].add(commit)
        return found

    def abandoned(self) -> dict[str, tuple[str, str]]:
        """Every commit whose note has the mark: since when (ISO 8601), and what did it."""
        with self.reading():
            query = "SELECT commit_oid, since, how FROM abandoned JOIN note ON note = note.place"
            rows = self._database.execute(query)
            return {commit: (since, how) for commit, since, how in rows}

    def all_live(self) -> list[Stored]:
        """Every live memory, by commit.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        return self._rows(f"{_STORED} WHERE {LIVE} ORDER BY commit_oid, position", ())

    def everything(self) -> list[tuple[str, Stored]]:
        """Every memory that is not forgotten, superseded ones too, each with the id it states.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        query = f"SELECT id, stated_id, commit_oid, fields FROM {HELD} WHERE {REMEMBERED}"
        with self.reading():
            return [
                (stated_id or name, Stored(unpacked(fields), commit))
                for name, stated_id, commit, fields in self._database.execute(query)
            ]

    def of_agent(self, agent: str) -> list[Stored]:
        """Every memory of that agent, superseded ones too, in no order.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        named = "agent = (SELECT place FROM name WHERE text = ?)"
        return self._rows(f"{_STORED} WHERE {named} AND {REMEMBERED}", (agent,))

    def annotated(self) -> set[str]:
        """The ids of all objects with a note."""
        with self.reading():
            return {row[0] for row in self._database.execute("SELECT commit_oid FROM note")}

    def annotated_among(self, commits: Sequence[str]) -> set[str]:
        """Those of the commits that have a note."""
        found: set[str] = set()
        with self.reading():
            for first in range(0, len(commits), _AT_ONCE):
                some = commits[first : first + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT commit_oid FROM note WHERE commit_oid IN ({marks})"
                found.update(row[0] for row in self._database.execute(query, some))
        return found

    def annotated_since(self, mark: int) -> list[str]:
        """The commits that got their first note after the index was at ``mark``."""
        query = "SELECT commit_oid FROM note WHERE place > ?"
        with self.reading():
            return [row[0] for row in self._database.execute(query, (mark,))]

    def note_numbers(self, commits: Sequence[str]) -> dict[str, int]:
        """The numbers of the notes of those commits that have one."""
        found: dict[str, int] = {}
        with self.reading() as database:
            for first in range(0, len(commits), _AT_ONCE):
                some = commits[first : first + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT commit_oid, place FROM note WHERE commit_oid IN ({marks})"
                found.update(database.execute(query, some))
        return found

    def numbers_among(self, commits: Iterable[str]) -> Iterator[int]:
        """The same for a long walk: all notes are read once."""
        with self.reading() as database:
            numbers = dict(database.execute("SELECT commit_oid, place FROM note"))
        return (numbers[commit] for commit in commits if commit in numbers)

    @property
    def mark(self) -> int:
        """A number that grows with each commit that gets its first note."""
        return self._number("SELECT max(place) FROM note")

    @property
    def birth(self) -> str:
        """Names this index: a rebuilt one counts from the beginning."""
        with self.reading():
            row = self._database.execute("SELECT value FROM meta WHERE key = 'birth'").fetchone()
        return str(row[0]) if row else ""

    def place_count(self) -> int:
        """How many memories have a place, superseded and forgotten ones too."""
        return self._number("SELECT count(*) FROM memory")

    def embedded_count(self) -> int:
        """How many of them have a vector."""
        query = (
            "SELECT count(*) FROM memory WHERE place <="
            " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'embedded')"
        )
        return self._number(query)

    def annotated_count(self) -> int:
        """How many objects have a note."""
        return self._number("SELECT count(*) FROM note")

    def memory_count(self) -> int:
        """How many memories are live."""
        query = f"SELECT count(DISTINCT id) FROM {HELD} WHERE {LIVE}"
        return self._number(query)

    def _read_tip(self) -> str | None:
        row = self._database.execute("SELECT value FROM meta WHERE key = 'tip'").fetchone()
        return (str(row[0]) or None) if row else None

    def _number(self, query: str, parameters: Sequence[str | int] = ()) -> int:
        with self.reading():
            return self._database.execute(query, parameters).fetchone()[0] or 0

    def _rows(self, query: str, parameters: Sequence[str | int]) -> list[Stored]:
        with self.reading():
            rows = self._database.execute(query, parameters).fetchall()
            # One content under two stated ids is one memory.
            found = {(row[0], row[1]): row for row in rows}
            return [Stored(unpacked(fields), commit) for commit, _, fields in found.values()]

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to be read from.  Damage deep in the file shows only when that page is.

        Raises:
            GitmemError: the file is damaged; it is set aside, so that the next try works.
        """
        try:
            yield self._database
        except (sqlite3.DatabaseError, FieldError, ValueError, TypeError, zlib.error) as error:
            if self._folder is not None and not isinstance(error, sqlite3.OperationalError):
                discard_file(self._folder)
            raise GitmemError(
                f"cannot read the index: {error}",
                "It is only a cache and will be rebuilt. Run the command again",
            ) from error

    @contextmanager
    def trying(self, *, is_patient: bool = False) -> Iterator[sqlite3.Connection]:
        """The database, to write what is only a help: where the file is busy, full or not to be
        written, the rest of the block is skipped.  Only who is patient waits for a writer.
        """
        with suppress(sqlite3.OperationalError):
            self._database.execute(f"PRAGMA busy_timeout = {_MILLISECONDS if is_patient else 0}")
            try:
                yield self._database
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {_MILLISECONDS}")

    def _move_to_memory(self, error: sqlite3.OperationalError) -> None:
        if self._folder is None:
            raise GitmemError(f"cannot hold the memories: {error}") from error
        self._database.close()
        self._database = copied_to_memory(self._folder / FILE)
        self._folder = None
