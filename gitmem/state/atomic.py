"""Writing a file whole or not at all.  Standard library only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gitmem.git.regular_file import own_folder
from gitmem.git.repo import translate_os_errors


def write_atomically(
    path: Path, data: bytes, *, mode: int = 0o666, is_durable: bool = True
) -> None:
    """Put ``data`` in a file of ours: written aside, synced to disk, renamed into place.

    On return the content is durable, unless that is not asked for.  A reader sees the old content
    or the new, never a part.  Of ``mode`` the umask takes away what it says.

    Raises:
        DiskFull, ReadOnlyRepository: the file system refuses; the old content is untouched.
    """
    with translate_os_errors(f"write '{path.name}'"):
        own_folder(path.parent)
        _write(path, data, mode, is_durable=is_durable)


def write_over(path: Path, data: bytes, *, mode: int) -> None:
    """The same for somebody else's file, which has exactly this mode then, whatever the umask.

    Raises:
        DiskFull, ReadOnlyRepository: as :func:`write_atomically`.
    """
    with translate_os_errors(f"write '{path.name}'"):
        make_folder(path.parent)
        _write(path, data, 0o600, exact_mode=mode)


def make_folder(folder: Path) -> None:
    """Make a folder of the person's, and those on the way to it: nobody else may write there, even
    if this process works in a repository that a group shares.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o755)


def _write(
    path: Path, data: bytes, mode: int, *, exact_mode: int | None = None, is_durable: bool = True
) -> None:
    # Not by tempfile, which loads the compressors and the random numbers that no hook needs.
    aside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        if exact_mode is not None:
            os.chmod(aside, exact_mode)  # noqa: PTH101
        os.replace(aside, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(aside)  # noqa: PTH108
        raise
