"""Writing a file whole or not at all.  Standard library only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import translate_os_errors


def write_atomically(
    path: Path, data: bytes, *, mode: int = 0o644, is_durable: bool = True
) -> None:
    """Put ``data`` in the file ``path``: written aside, synced to disk, renamed into place.

    On return the content is durable, unless that is not asked for.  A reader sees the old content
    or the new, never a part.

    Raises:
        DiskFull, ReadOnlyRepository: the file system refuses; the old content is untouched.
    """
    with translate_os_errors(f"write '{path.name}'"):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not by tempfile, which loads the compressors and the random numbers that no hook needs.
        aside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                file.write(data)
                file.flush()
                if is_durable:
                    os.fsync(file.fileno())
            os.chmod(aside, mode)  # noqa: PTH101
            os.replace(aside, path)  # noqa: PTH105
        except BaseException:
            with suppress(OSError):
                os.unlink(aside)  # noqa: PTH108
            raise
