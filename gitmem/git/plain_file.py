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


def open_plain_file(path: Path | str, *, follow: bool = True) -> BinaryIO:
    """Open a regular file for reading; nothing else, and no link either unless it may ``follow``.

    Raises:
        OSError: it is not there, not ours to read, or not a regular file.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_plain_file(path: Path | str, max_bytes: int, *, follow: bool = True) -> bytes:
    """The first ``max_bytes`` of a regular file; as :func:`open_plain_file`.

    Raises:
        OSError: as there.
    """
    with open_plain_file(path, follow=follow) as file:
        return file.read(min(max_bytes, os.fstat(file.fileno()).st_size))
