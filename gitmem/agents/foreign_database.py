"""Reading an SQLite database that another program owns and may be writing to at this moment.

It is opened for reading only, and nothing beside it is made or changed: no ``-wal``, no ``-shm``,
no rollback of somebody else's journal.  Four ways, by what lies there:

* with a rollback journal: SQLite's locks alone;
* with a write-ahead log and its index (``-shm``), as while a client runs: the index is only read;
* with a log whose index is gone, as in a copy: the index is built in memory, without locks;
* with no log: as a file that does not change.

In the last two nobody holds a writer back, so what was read counts only if the files are afterwards
what they were before.  A database may be damaged, of another schema, or made to be endless: each
reading has a time limit, and each value a size that is held.

**Source:** "Read-Only Databases" and "Use of WAL Without Shared-Memory" in
https://www.sqlite.org/wal.html; https://www.sqlite.org/uri.html; ``readonly_shm`` in ``os_unix.c``.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

MAX_VALUE_BYTES = 32 << 20
"""A larger text or blob cannot be read (on Python 3.10 it can); :class:`sqlite3.DataError`."""

_SECONDS = 20.0
_BUSY_SECONDS = 1.0
_TRIES = 3
_STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
_LIMIT_LENGTH = 0  # sqlite3.SQLITE_LIMIT_LENGTH, which Python 3.10 has not
_HEADER = b"SQLite format 3\0"
_WAL_VERSION = 2

_T = TypeVar("_T")


def read_database(
    path: Path, read: Callable[[sqlite3.Connection], _T], seconds: float = _SECONDS
) -> _T:
    """What ``read`` finds in the database, within so many ``seconds``.

    It may be called more than once, if the database changed meanwhile; texts are decoded whatever
    their bytes.

    Raises:
        OSError: it is gone, no regular file (a link or a pipe is none), no database, damaged,
            locked for longer than a second, or took too long to read.
    """
    for _ in range(_TRIES):
        before = _state(path)
        address, is_alone = _address(path)
        try:
            with closing(sqlite3.connect(address, timeout=_BUSY_SECONDS, uri=True)) as database:
                _prepare(database, seconds, is_alone="unix-none" in address)
                found = read(database)
        except sqlite3.Error as error:
            if is_alone and _state(path) != before:
                continue
            raise OSError(errno.EIO, f"the database cannot be read: {error}", str(path)) from error
        if not is_alone or _state(path) == before:
            return found
    raise OSError(errno.EAGAIN, "the database is being written to", str(path))


def columns_of(database: sqlite3.Connection, table: str) -> frozenset[str]:
    """The columns of a table; none if it is missing, or is no table."""
    is_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if database.execute(is_table, (table,)).fetchone() is None:
        return frozenset()
    told = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return frozenset(str(row[0]) for row in told)


def _prepare(database: sqlite3.Connection, seconds: float, *, is_alone: bool) -> None:
    if is_alone:  # the log's index is then built in memory, not in a file
        database.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
    if hasattr(database, "setlimit"):  # Python 3.11
        database.setlimit(_LIMIT_LENGTH, MAX_VALUE_BYTES)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.execute("PRAGMA query_only = ON").fetchall()
    database.execute("PRAGMA trusted_schema = OFF").fetchall()
    end = time.monotonic() + seconds
    database.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)


def _address(path: Path) -> tuple[str, bool]:
    """The URI to open, and whether nothing then holds a writer back."""
    uri = Path(os.path.realpath(path.parent), path.name).as_uri()
    log, index = _beside(path, "-wal"), _beside(path, "-shm")
    if not _is_logged(path):
        return f"{uri}?mode=ro", False
    if log is None or (log.st_size == 0 and index is None):
        return f"{uri}?mode=ro&immutable=1", True
    if index is not None and os.access(f"{path}-shm", os.R_OK):
        return f"{uri}?mode=ro&readonly_shm=1", False
    return f"{uri}?mode=ro&vfs=unix-none", True


def _is_logged(path: Path) -> bool:
    """Whether the header says that there is a write-ahead log.

    Raises:
        OSError: it is no database, or cannot be read.
    """
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        head = os.read(file, 20)
    finally:
        os.close(file)
    if len(head) < 20 or not head.startswith(_HEADER):
        raise OSError(errno.EINVAL, "is no database", str(path))
    return head[19] == _WAL_VERSION


def _beside(path: Path, suffix: str) -> os.stat_result | None:
    """A neighbour of the database; a link or a pipe of its name is refused.

    Raises:
        OSError: it is something else than a file.
    """
    with suppress(FileNotFoundError):
        found = os.lstat(f"{path}{suffix}")
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "is no regular file", f"{path}{suffix}")
        return found
    return None


def _state(path: Path) -> list[tuple[int, int, int]]:
    """What changes when the database is written to.

    Raises:
        OSError: it is gone.
    """
    found = [os.lstat(path), _beside(path, "-wal")]
    return [(one.st_ino, one.st_size, one.st_mtime_ns) if one else (0, 0, 0) for one in found]
