"""The files that HEAD has, by name and content; the work tree is never looked at."""

from __future__ import annotations

import os

from gitmem.git.repo import Repo, try_git


def paths_at_head(repo: Repo) -> list[str]:
    """Every plain file, from the root; links and submodules are left out."""
    listed = try_git(repo, "ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout.split(b"\0")
    parts = (entry.partition(b"\t") for entry in listed if entry.startswith(b"100"))
    return [os.fsdecode(path) for _, _, path in parts]


def file_at_head(repo: Repo, path: str, max_bytes: int) -> bytes | None:
    """The content of a file; None where there is none, or it is larger than that."""
    name = f"HEAD:{path}"
    size = try_git(repo, "cat-file", "-s", name).stdout.strip()
    if not size.isdigit() or int(size) > max_bytes:
        return None
    done = try_git(repo, "cat-file", "blob", name)
    return done.stdout if done.returncode == 0 else None
