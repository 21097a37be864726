"""Opening a file that others choose, or may have put another thing in the place of.

A path out of a payload, a transcript, a repository or a shared folder may name a FIFO, a device or
a socket.  To open one of those, or to read from it, can take for ever; so it is opened without
waiting, and looked at before it is read.  Standard library only: hooks import this.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_LARGE, _BLOCK = 256 << 20, 512
_HOLES = 64
"""A large file that takes a 64th of its size on the disk has holes: no file system compresses text
so well, and to read what is not there takes as long as if it were.
"""


def open_regular(path: Path | str, *, follow: bool = True) -> BinaryIO:
    """Open a regular file for reading; nothing else, and no link either unless it may ``follow``.

    Raises:
        OSError: it is not there, not ours to read, not a regular file, or one of holes.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file", os.fspath(path))
    if found.st_size > _LARGE and found.st_blocks * _BLOCK < found.st_size // _HOLES:
        os.close(descriptor)
        raise OSError(errno.EFBIG, "consists of holes", os.fspath(path))
    return os.fdopen(descriptor, "rb")


def open_own(path: Path, flags: int, mode: int) -> int:
    """Open a file of ours to write, made if it is not there.  A link or a pipe that stands in its
    place is taken away: what is written must not go anywhere else, nor wait.

    Raises:
        OSError: it cannot be opened or made.
    """
    for is_last in (False, True):
        try:
            file = os.open(
                path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode
            )
        except OSError as error:
            if is_last or error.errno not in (errno.ELOOP, errno.EMLINK, errno.ENXIO):
                raise
        else:
            if is_last or stat.S_ISREG(os.fstat(file).st_mode):
                return file
            os.close(file)
        os.unlink(path)  # noqa: PTH108
    raise AssertionError("the second try returns or raises")


def own_folder(folder: Path) -> None:
    """Make a folder of ours, and those on the way to it; a link or a pipe in its place is taken
    away, but for the state folder itself, which a person may have put elsewhere.

    Raises:
        OSError: it cannot be made.
    """
    is_strange = folder.is_symlink() or (
        folder.exists() and not (folder.is_dir() or folder.is_file())
    )
    if is_strange and folder.name != "gitmem":
        folder.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)


def read_regular(path: Path | str, max_bytes: int, *, follow: bool = True) -> bytes:
    """The first ``max_bytes`` of a regular file; as :func:`open_regular`.

    Raises:
        OSError: as there.
    """
    with open_regular(path, follow=follow) as file:
        return file.read(min(max_bytes, os.fstat(file.fileno()).st_size))
