"""What the system refuses, as the foreseen failure that it is, wherever it came up.

Most refusals are translated where they enter.  This stands behind that, in the outermost frame, so
that a full disk or a missing right never reads as a bug in gitmem.
"""

from __future__ import annotations

import errno
import re
import sqlite3

from gitmem.errors import (
    DiskFull,
    GitmemError,
    InstallError,
    ReadOnlyRepository,
    RepositoryError,
)
from gitmem.process.installation import install_command

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FILES = {errno.EMFILE, errno.ENFILE}
_NO_MEMORY = {errno.ENOMEM, errno.EAGAIN}
_ILL = {errno.EIO, errno.ESTALE, errno.ENXIO, errno.ENODEV, errno.ELOOP, errno.ENAMETOOLONG}

# What SQLite and libgit2 say in words, having no numbers that reach us.
_ROOM_WORDS = re.compile("disk is full|No space left|quota exceeded|File too large", re.IGNORECASE)
_RIGHT_WORDS = re.compile(
    "readonly database|unable to open database|Permission denied|Read-only file system"
    "|Operation not permitted",
    re.IGNORECASE,
)
_FILES_WORDS = re.compile("Too many open files", re.IGNORECASE)
_HELD_WORDS = re.compile(
    "database is locked|failed to lock file|cannot lock|Unable to create .*lock"
)
_ILL_WORDS = re.compile("disk I/O error|Input/output error", re.IGNORECASE)

_KEPT = "Nothing was lost: queued work stays queued"


def foreseen(error: BaseException) -> GitmemError | None:
    """The error that a person can act on, if this, or what it came from, is one; else None."""
    seen = 0
    cause: BaseException | None = error
    while cause is not None and seen < 10:
        if found := _foreseen(cause):
            return found
        cause, seen = cause.__cause__ or cause.__context__, seen + 1
    return None


def _foreseen(error: BaseException) -> GitmemError | None:
    text = str(error)
    if isinstance(error, OSError):
        number = error.errno
        what = f" '{error.filename}'" if error.filename else ""
        if number in _NO_ROOM:
            return DiskFull(f"cannot write{what}: no space left on the device")
        if number in _NO_RIGHT:
            return ReadOnlyRepository(f"no right to use{what or ' a file'}: {error.strerror}")
        if number in _NO_FILES:
            return _too_many_files()
        if number in _NO_MEMORY:
            return _no_memory()
        if number in _ILL:
            return RepositoryError(f"cannot use{what or ' a file'}: {error.strerror}", _KEPT)
    if isinstance(error, ImportError) and not (error.name or "gitmem").startswith("gitmem"):
        return InstallError(
            f"the package '{error.name}', which gitmem needs, cannot be loaded",
            f"{_KEPT}. Run: {install_command()}",
        )
    if isinstance(error, MemoryError):
        return _no_memory()
    if isinstance(error, sqlite3.Error) or type(error).__module__.startswith(("_pygit2", "pygit2")):
        return _in_words(text)
    return None


def _in_words(text: str) -> GitmemError | None:
    if _ROOM_WORDS.search(text):
        return DiskFull("cannot write: no space left on the device")
    if _RIGHT_WORDS.search(text):
        return ReadOnlyRepository(f"cannot write: {text}")
    if _FILES_WORDS.search(text):
        return _too_many_files()
    if _HELD_WORDS.search(text):
        return RepositoryError(
            f"another process holds what this needs: {text}",
            "Nothing was lost. Run the command again; a lock that no git process holds any more"
            " is named by: gitmem doctor",
        )
    if _ILL_WORDS.search(text):
        return RepositoryError(f"the disk does not answer: {text}", _KEPT)
    return None


def _too_many_files() -> GitmemError:
    return RepositoryError(
        "this process may not open another file", f"{_KEPT}. Raise the limit: ulimit -n 1024"
    )


def _no_memory() -> GitmemError:
    return RepositoryError("there is no memory left for this", f"{_KEPT}. Run it again later")
