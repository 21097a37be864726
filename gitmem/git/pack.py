"""Packing what one command wrote, before it slows down the person's next git command.

Each note is a few small files in ``objects/``.  Thousands of them make ``git gc --auto`` start at
the next commit or fetch; packed at once they are one file of a fraction of the size.
"""

from __future__ import annotations

from gitmem.errors import GitFailed
from gitmem.git.repo import Repo, run_git, try_git

MIN_NOTES_TO_PACK = 500
"""From so many notes on it pays."""


def pack_since(repo: Repo, ref: str, base: str | None) -> bool:
    """Pack the objects that ``ref`` reaches and ``base`` does not; whether that was done.

    Git writes the pack whole before it removes a loose copy, so that killing it loses nothing.
    An object of the repository's alternates is left where it is.
    """
    asked = ["rev-list", "--objects", ref, *(["--not", base] if base else [])]
    listed = try_git(repo, *asked)
    if listed.returncode != 0 or not listed.stdout:
        return False
    folder = repo.common_dir / "objects" / "pack"
    try:
        folder.mkdir(exist_ok=True)
        packing = ("pack-objects", "--quiet", "--local", str(folder / "pack"))
        run_git(repo, *packing, stdin=listed.stdout)
        run_git(repo, "prune-packed", "--quiet")
    except (GitFailed, OSError):
        return False  # they stay loose, which is slower and nothing worse
    return True
