"""The files of a folder by age: how small state files are listed and kept few.  Standard library
only.
"""

from __future__ import annotations

import os
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path


def newest_first(folder: Path, names: str = "*.json") -> list[Path]:
    """The folder's files of such names, last written first; one that vanishes meanwhile is left
    out.
    """
    dated = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if fnmatch(entry.name, names):
                with suppress(OSError):
                    dated.append((entry.stat().st_mtime, entry.name))
    return [folder / name for _, name in sorted(dated, reverse=True)]


def keep_newest(folder: Path, count: int, names: str = "*.json") -> None:
    """Delete all but the ``count`` files of such names that were written last."""
    for path in newest_first(folder, names)[count:]:
        path.unlink(missing_ok=True)
