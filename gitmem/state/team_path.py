"""Where the team's file is, and whether there is one: all that a hook asks where there is none.

Standard library only.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from gitmem.git.repo import Repo

NAME = ".gitmem"


def worktree_path(repo: Repo) -> Path | None:
    """Where the file lies in this work tree, if it has any."""
    return None if repo.worktree is None else repo.worktree / NAME


def kept_path(repo: Repo) -> Path:
    """Where gitmem keeps what the file says on the default branch."""
    return repo.state_dir / "team-files.json"


def has_worktree_file(repo: Repo) -> bool:
    """Whether there is one; a folder of that name is none.  One look at the file system."""
    if repo.worktree is None:
        return False
    try:
        return not stat.S_ISDIR(os.lstat(f"{repo.worktree}/{NAME}").st_mode)
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.ENOTDIR)


def has_kept_files(repo: Repo) -> bool:
    """Whether the default branch has such a file, as far as is known.  One more look."""
    return os.path.lexists(kept_path(repo))
