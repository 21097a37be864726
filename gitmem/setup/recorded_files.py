"""What git has of the files that gitmem adds to: in HEAD's commit, or in the index.

A clone without a checkout, a sparse one, or a file that somebody removed a moment ago: what is not
in the work tree may still be the team's.
"""

from __future__ import annotations

import os
from pathlib import Path

from gitmem.git.repo import Repo, try_git


def is_recorded(repo: Repo, name: str) -> bool:
    """Whether HEAD or the index has that file, named from the top of the work tree."""
    return is_committed(repo, name) or _is_in_index(repo, name)


def is_committed(repo: Repo, name: str) -> bool:
    """Whether HEAD's commit has that file."""
    return read_committed(repo, name) is not None


def read_committed(repo: Repo, name: str) -> bytes | None:
    """What HEAD's commit has under that name; None if nothing, or what is not a file."""
    done = try_git(repo, "cat-file", "blob", f"HEAD:{name}")
    return done.stdout if done.returncode == 0 else None


def name_in_worktree(repo: Repo, path: Path) -> str:
    """The path from the top of the work tree, with git's slashes; empty where it lies outside."""
    top = repo.worktree
    if top is None or not path.is_relative_to(top):
        return ""
    return os.fspath(path.relative_to(top)).replace(os.sep, "/")


def _is_in_index(repo: Repo, name: str) -> bool:
    done = try_git(repo, "ls-files", "--error-unmatch", "--", f":(top,literal){name}")
    return done.returncode == 0
