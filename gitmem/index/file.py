"""The index file: opened if it is valid, created and removed in one step each.

A validity string decides whether a file counts; one that is missing, damaged or of another
format is rebuilt next to the old one and put in its place, so that whoever still reads the
old one is not hurt.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from gitmem.index.rows import VALIDITY, make_tables
from gitmem.index.seal import BROKEN
from gitmem.process.deadline import share_of_time

FOLDER = "index"  # a folder, so that the file and its write-ahead log move as one
FILE = "memories.sqlite3"
BUSY_SECONDS = 5.0
"""How long a writer waits for another."""
_MAX_TRIES = 5
_PAGE_BYTES = 16_384  # rows are long: on small pages a tenth of the file is left over


def is_in_place(folder: Path) -> bool:
    """Whether there is anything where the index belongs."""
    return os.path.lexists(folder / FILE) or os.path.islink(folder)  # noqa: PTH114


def is_own(folder: Path) -> bool:
    """Whether it is a file in a folder, as we make them: not a link, a pipe or something else,
    which could lead elsewhere or be waited for.
    """
    try:
        if os.path.islink(folder):  # noqa: PTH114
            return False
        with os.scandir(folder) as entries:
            return all(entry.is_file(follow_symlinks=False) for entry in entries)
    except OSError:
        return True  # not ours to read: another matter


def busy_seconds() -> float:
    """How long to wait for a writer now: less where somebody waits for this process."""
    return share_of_time(BUSY_SECONDS)


def connect(file: Path) -> sqlite3.Connection:
    """A connection in which every statement is its own transaction unless one is begun."""
    return sqlite3.connect(file, timeout=busy_seconds(), isolation_level=None)


def open_file(folder: Path) -> sqlite3.Connection | None:
    """The database, if it is a whole index of this format; a busy database is not a damaged one."""
    database = connect(folder / FILE)
    try:
        row = database.execute("SELECT value FROM meta WHERE key = 'validity'").fetchone()
        if row and row[0] == VALIDITY:
            return database
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            database.close()
            raise
    except sqlite3.DatabaseError:
        pass
    database.close()
    return None


def create_file(folder: Path) -> None:
    """Put a new, empty index in its place, unless another process was faster."""
    import shutil  # only here: a hook hardly ever gets here, and should not pay for it

    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f"{FOLDER}.new-{os.urandom(8).hex()}")
    aside.mkdir()  # not by tempfile: the umask says who may use the index
    try:
        # SQLite would give it 0644 at most; its write-ahead log is made like the file.
        os.close(os.open(aside / FILE, os.O_RDWR | os.O_CREAT, 0o666))
        database = connect(aside / FILE)
        try:
            database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            database.execute("PRAGMA journal_mode = WAL")
            make_tables(database)
        finally:
            database.close()
        (aside / BROKEN).touch()
        try:
            aside.replace(folder)
        except OSError:
            if not (folder / FILE).exists():  # not another process: a folder with something else
                discard_file(folder)
                aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def discard_file(folder: Path) -> None:
    """Take the folder out of the way in one step, then delete it: readers keep their open files."""
    _delete(_set_aside(folder))


def replace_file(folder: Path, other: Path) -> None:
    """Move a whole index to its place; who reads the old one keeps it.

    The old one is deleted after that: whoever comes in between finds none, and begins an empty one.

    Raises:
        OSError: it cannot be moved there.
    """
    for _ in range(_MAX_TRIES):
        aside = _set_aside(folder)
        try:
            other.replace(folder)
            return
        except OSError as error:  # another process has just made an empty one
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        finally:
            _delete(aside)
    other.replace(folder)


def _set_aside(folder: Path) -> Path:
    """Move the folder, if it is there, into a new one beside it; the new one."""
    import tempfile

    aside = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.old-", dir=folder.parent))
    with suppress(OSError):
        folder.replace(aside / FOLDER)
    return aside


def _delete(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def copy_to_memory(file: Path) -> sqlite3.Connection:
    """An index in memory with the file's content as far as it can be read, else empty."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        # A file that cannot be written cannot be locked either; immutable asks for neither.
        source = sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)
        with closing(source):
            source.backup(memory)
        row = memory.execute("SELECT value FROM meta WHERE key = 'validity'").fetchone()
        if row and row[0] == VALIDITY:
            return memory
    except sqlite3.Error:
        pass
    memory.close()
    return in_memory()


def in_memory() -> sqlite3.Connection:
    """An empty index without a file."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    make_tables(memory)
    return memory


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether another process holds the file: to be tried again, no damage."""
    return "locked" in str(error) or "busy" in str(error)
