"""How a transcript is addressed: as a file, or as a session in a file that holds many.

``…/opencode.db/SESSION`` names the session in that database.  No such path can be opened; whoever
asks when it was written, or whether it is there, asks about the file.  Standard library only.
"""

from __future__ import annotations

from pathlib import Path


def holding_file(path: Path) -> Path:
    """The file in which a transcript lies, which most often is the transcript."""
    return path.parent if path.parent.is_file() else path


def is_own_file(path: Path) -> bool:
    """Whether the transcript is there and its agent's own: what a link or a pipe of that name leads
    to is not.
    """
    file = holding_file(path)
    return file.is_file() and not file.is_symlink()
