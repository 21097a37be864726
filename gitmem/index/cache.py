"""The index: the memories of all notes in one SQLite file, so that a hook need not read git.

A cache and nothing more: every row follows from the notes at :attr:`Index.tip`.  Here it is
opened, brought up to date and lent to who reads; what can be asked of it stands in ``memories``,
``commits``, ``sessions``, ``lookup``, ``nearby`` and ``standing``.  Standard library only: agent
hooks import this.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.index.file import (
    FILE,
    FOLDER,
    busy_seconds,
    connect,
    copy_to_memory,
    create_file,
    discard_file,
    in_memory,
    is_busy,
    is_in_place,
    is_own,
    open_file,
    replace_file,
)
from gitmem.index.precedence import settle_precedence
from gitmem.index.rows import (
    begin_words,
    empty,
    in_bulk,
    pack_words,
    replace_note,
    transaction,
)
from gitmem.index.seal import is_sealed, is_whole, seal
from gitmem.model.memory import FieldError
from gitmem.model.note import Note

_QUICK_BYTES = 8 << 20  # a checksum of these takes three milliseconds


class IndexDamaged(GitmemError):
    """The file is damaged where it was read; it has been set aside, to be built anew."""

    default_hint = "It is only a cache and will be rebuilt. Run the command again"


class Index:
    """The cached memories of one repository; open it with :meth:`open`.

    ``is_repaired``: the file was damaged or of another format and starts empty; say so once.
    ``skipped`` are the ids of memories that the last writing could make no row of.
    ``is_volatile``: the git directory cannot be written, what is applied is lost on closing.
    """

    def __init__(
        self, database: sqlite3.Connection, folder: Path | None, is_repaired: bool
    ) -> None:
        self._database = database
        self._folder = folder
        self._inode = (folder / FILE).stat().st_ino if folder is not None else 0
        self._last_tip = self._read_tip()
        self.is_repaired = is_repaired
        self.skipped: list[str] = []

    @classmethod
    def open(cls, state_dir: Path, *, is_thorough: bool = False) -> Index:
        """Open the index in gitmem's state folder; an empty one is made where none counts.

        Never fails for what it finds: without the right to write it lives in memory, filled
        from the file if there is one.  ``is_thorough``: its checksum is taken once a day even
        where nothing speaks for damage.
        """
        folder = state_dir / FOLDER
        try:
            is_there = is_in_place(folder)
            is_sound = (
                is_there and is_own(folder) and is_whole(folder / FILE, is_thorough=is_thorough)
            )
            database = open_file(folder) if is_sound else None
            is_repaired = is_there and database is None
            if is_repaired:
                discard_file(folder)
            if database is None:
                create_file(folder)
                database = connect(folder / FILE)
            return cls(database, folder, is_repaired)
        except (OSError, sqlite3.Error):
            return cls.in_memory(folder / FILE)

    @classmethod
    def in_memory(cls, file: Path | None = None) -> Index:
        """An index without a file; begun with the content of ``file`` as far as it counts."""
        return cls(copy_to_memory(file) if file else in_memory(), None, is_repaired=False)

    def close(self) -> None:
        """Close the file, sealed if that takes no time; the worker seals a large one."""
        if self._folder is not None and self.is_current():
            file = self._folder / FILE
            with suppress(OSError):
                if not is_sealed(file) and file.stat().st_size <= _QUICK_BYTES:
                    seal(self._database, file)
        self._database.close()

    def seal(self) -> None:
        """Let whoever opens the file next know whether it is whole; see :mod:`gitmem.index.seal`.

        Where that cannot be done now, it is left to the next who writes.
        """
        if self._folder is not None:
            seal(self._database, self._folder / FILE)

    @staticmethod
    def discard(state_dir: Path) -> None:
        """Delete the file, which may still contain deleted rows; it will be rebuilt."""
        if os.path.lexists(state_dir / FOLDER):
            discard_file(state_dir / FOLDER)

    def is_current(self) -> bool:
        """Whether the file that was opened is still the index, and still whole."""
        if self._folder is None:
            return True
        try:
            file = self._folder / FILE
            return file.stat().st_ino == self._inode and is_whole(file)
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
        self._last_tip = self._read_tip()
        return self._last_tip

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
                if self._read_tip() != self._last_tip:
                    return False
                if is_whole:
                    empty(database)
                    begin_words(database)
                skipped = []
                for commit, note in changes:
                    skipped += replace_note(database, commit, note, is_new=is_whole)
                if is_whole:
                    pack_words(database)
                settle_precedence(database)
                database.execute("INSERT OR REPLACE INTO meta VALUES ('tip', ?)", (tip,))
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                self._move_to_memory(error)
            return False
        self._last_tip = tip
        self.skipped = skipped
        return True

    @property
    def mark(self) -> int:
        """A number that grows with each commit that gets its first note."""
        return self.number("SELECT max(place) FROM note")

    @property
    def birth(self) -> str:
        """Names this index: a rebuilt one counts from the beginning."""
        with self.reader():
            row = self._database.execute("SELECT value FROM meta WHERE key = 'birth'").fetchone()
        return str(row[0]) if row else ""

    def _read_tip(self) -> str | None:
        row = self._database.execute("SELECT value FROM meta WHERE key = 'tip'").fetchone()
        return (str(row[0]) or None) if row else None

    def number(self, query: str, parameters: Sequence[str | int] = ()) -> int:
        """The one number that a statement asks for, 0 where it is NULL.

        Raises:
            IndexDamaged: it is set aside, so that the next try works.
        """
        with self.reader() as database:
            return database.execute(query, parameters).fetchone()[0] or 0

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """The database, to be read from.  Damage deep in the file shows only when that page is.

        Raises:
            IndexDamaged: it is set aside, so that the next try works.
        """
        try:
            yield self._database
        except (sqlite3.DatabaseError, FieldError, ValueError, TypeError, zlib.error) as error:
            if self._folder is not None and not isinstance(error, sqlite3.OperationalError):
                discard_file(self._folder)
            raise IndexDamaged(f"cannot read the index: {error}") from error

    @contextmanager
    def optional_writer(self, *, is_patient: bool = False) -> Iterator[sqlite3.Connection]:
        """The database, to write what is only a help: where the file is busy, full or not to be
        written, the rest of the block is skipped.  Only who is patient waits for a writer.
        """
        milliseconds = round(busy_seconds() * 1000)
        with suppress(sqlite3.OperationalError):
            self._database.execute(f"PRAGMA busy_timeout = {milliseconds if is_patient else 0}")
            try:
                yield self._database
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _move_to_memory(self, error: sqlite3.OperationalError) -> None:
        if self._folder is None:
            raise GitmemError(f"cannot hold the memories: {error}") from error
        self._database.close()
        self._database = copy_to_memory(self._folder / FILE)
        self._folder = None
