"""Whether the index file is as it was left: a checksum of all its bytes, kept beside it.

SQLite notices damage to its own structure, and not that to a value: one flipped byte makes a
memory unfindable, or turns it into another.  So whoever wrote leaves a *seal*: the checksum, and
what the file system says of the file.  While that is the same, nothing else is read; if it is not,
the checksum decides (2 GB a second).  The write-ahead log has checksums of its own, which SQLite
looks at.

A writer breaks the seal within its transaction, before the file can change: it is renamed, and made
again under the same lock once all of the log has reached the file.  So a file that differs from its
seal was changed by nobody who may.  Beside a broken seal nothing is known; a file with neither was
put there by somebody else.  Standard library only: agent hooks import this.
"""

from __future__ import annotations

import os
import sqlite3
import time
import zlib
from pathlib import Path

from gitmem.model.value import dataclass
from gitmem.state.state_file import StateFile

SEAL = "seal"
BROKEN = "seal-broken"
_LOG_SUFFIX = "-wal"
_PART_BYTES = 1 << 20
_MAX_SEAL_BYTES = 4_096
_SECONDS_TRUSTED = 24 * 3600  # a disk may lose what it was never told to change


@dataclass(frozen=True)
class _Seal:
    """Inode, size, two times in nanoseconds; CRC-32; when it was taken, in POSIX seconds."""

    looks: tuple[int, ...]
    checksum: int
    when: int


def break_seal(database: sqlite3.Connection) -> None:
    """Say that the file is about to change.  Call it within the transaction.

    Raises:
        sqlite3.OperationalError: the folder cannot be written.
    """
    query = "SELECT file FROM pragma_database_list WHERE name = 'main'"
    (file,) = database.execute(query).fetchone()
    if file:  # not in memory
        folder = Path(file).parent
        try:
            (folder / SEAL).replace(folder / BROKEN)
        except FileNotFoundError:
            pass  # it is broken already
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error


def is_sealed(file: Path) -> bool:
    """Whether there is a seal, and the file looks as it says; reads nothing else."""
    told = _read(file)
    try:
        return told is not None and told.looks == _looks(file)
    except OSError:
        return False


def seal(database: sqlite3.Connection, file: Path) -> bool:
    """Bring all that was written into the file, and seal it unless it is sealed and trusted.

    Returns False where another process writes or reads just now, where the file is not what its
    seal says, or nothing can be written.
    """
    try:
        database.execute("PRAGMA busy_timeout = 0")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("BEGIN IMMEDIATE")
        try:
            log = file.with_name(file.name + _LOG_SUFFIX)
            return not (log.exists() and log.stat().st_size) and _write(file)
        finally:
            database.execute("ROLLBACK")
    except (OSError, sqlite3.Error):
        return False


def is_whole(file: Path, *, is_thorough: bool = False) -> bool:
    """Whether nobody but a writer changed the file, as far as a seal tells.

    The bytes are read only where the file looks different, or, ``is_thorough``, where they were not
    for a day.
    """
    while True:
        told = _read(file)
        try:
            if told is None:
                is_so = (file.parent / BROKEN).exists()
            else:
                is_so = told.looks == _looks(file) and not (is_thorough and _is_old(told))
                is_so = is_so or told.checksum == _checksum(file)  # a copied folder, or a day later
        except OSError:
            return True  # gone, or not ours to read: another matter
        if is_so or _read(file) == told:  # else a writer was at work meanwhile
            return is_so


def _looks(file: Path) -> tuple[int, ...]:
    """What any writing to the file changes, and a copy of it."""
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _checksum(file: Path) -> int:
    checksum = 0
    with file.open("rb") as source:
        while part := source.read(_PART_BYTES):
            checksum = zlib.crc32(part, checksum)
    return checksum


def _is_old(told: _Seal) -> bool:
    return not 0 <= time.time() - told.when <= _SECONDS_TRUSTED


def _read(file: Path) -> _Seal | None:
    """The seal; one that cannot be read fits no file, for what damaged it may have done more."""
    text = StateFile(file.parent / SEAL, max_bytes=_MAX_SEAL_BYTES).read()
    if text is None:
        return None
    try:
        *looks, checksum, when = map(int, text.split())
    except ValueError:
        return _Seal((), -1, 0)
    return _Seal(tuple(looks), checksum, when)


def _write(file: Path) -> bool:
    told, looks = _read(file), _looks(file)
    if told is not None and told.looks == looks and not _is_old(told):
        return True
    checksum = _checksum(file)
    if (told is not None and told.checksum != checksum) or looks != _looks(file):
        return False  # for the next who opens it to find out
    place = file.parent / SEAL
    aside = place.with_name(f"{SEAL}.{os.getpid()}")
    fields = (*looks, checksum, int(time.time()))
    aside.write_text(" ".join(map(str, fields)), "ascii")
    aside.replace(place)
    place.with_name(BROKEN).unlink(missing_ok=True)
    return True
