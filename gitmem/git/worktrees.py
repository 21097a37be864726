"""The work trees of a repository, read from git's own files.  Standard library only."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gitmem.git.repo import Repo

_MAX_PATH = 1 << 14


def linked_worktrees(repo: Repo) -> Iterator[Repo]:
    """The linked work trees that are there, by name; a path that git keeps relative is resolved."""
    for git_dir in sorted(repo.common_dir.glob("worktrees/*")):
        try:
            with (git_dir / "gitdir").open("rb") as file:
                named = os.fsdecode(file.read(_MAX_PATH)).removesuffix("\n")
            dot_git = git_dir / named  # an absolute path stays as it is
            if named and dot_git.is_file():
                top = os.path.normpath(dot_git.parent)
                yield Repo(repo.common_dir, git_dir, type(git_dir)(top))
        except (OSError, ValueError):
            continue


def worktrees_of(repo: Repo) -> Iterator[Repo]:
    """All work trees: the main one first, where this is known, then the linked ones."""
    if repo.git_dir == repo.common_dir and repo.worktree is not None:
        yield repo
    elif repo.common_dir.name == ".git" and (repo.common_dir / "HEAD").is_file():
        yield Repo(repo.common_dir, repo.common_dir, repo.common_dir.parent)
    yield from linked_worktrees(repo)
