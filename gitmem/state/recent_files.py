"""The files of a folder by age: how small state files are listed and kept few.  Standard library
only.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def newest_first(folder: Path) -> list[Path]:
    """The folder's JSON files, last written first; one that vanishes meanwhile is left out."""
    dated = []
    for path in folder.glob("*.json"):
        with suppress(OSError):
            dated.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)]


def keep_newest(folder: Path, count: int) -> None:
    """Delete all but the ``count`` files written last."""
    for path in newest_first(folder)[count:]:
        path.unlink(missing_ok=True)
