"""Whether a session worked in a work tree: folders compared under all their names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def resolve_names(worktree: Path) -> list[str]:
    """The path of a work tree as given, and without links."""
    return list(dict.fromkeys([str(worktree), os.path.realpath(worktree)]))


def is_below(folder: str, roots: Iterable[str]) -> bool:
    """Whether a folder is one of the roots or lies inside it."""
    if not folder or "\0" in folder:
        return False
    places = {folder.rstrip("/"), os.path.realpath(folder)}
    return any(f"{place}/".startswith(f"{root.rstrip('/')}/") for root in roots for place in places)
