"""What is in a folder, to the byte and the mode."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_LEFT_OUT = (".git/objects", ".git/refs/notes", ".git/logs/refs/notes")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below ``folder`` with its mode and its content or link target.

    Objects and the notes are left out: they are what may stay.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(_LEFT_OUT):
            found[name] = (path.lstat().st_mode, _content(path))
    return found


def _content(path: Path) -> bytes:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return os.fsencode(path.readlink())
    return path.read_bytes() if stat.S_ISREG(mode) else b""
