"""The names of files that are like one that is not there."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from itertools import islice

from gitmem.git.repo import Repo, try_git
from gitmem.guard.untrusted import clean_line

_MOST_NAMES = 200_000
_MOST_NEAR = 3


def near_names(repo: Repo, name: str) -> list[str]:
    """The files of the work tree, or of ``HEAD``, whose names are like this one, nearest first."""
    names = file_names(repo)
    wanted = name.rstrip("/").lower()
    by_base: dict[str, list[str]] = {}
    for path in names:
        by_base.setdefault(path.rpartition("/")[2].lower(), []).append(path)
    base = wanted.rpartition("/")[2]
    near = difflib.get_close_matches(base, by_base, _MOST_NEAR, 0.6)
    found = [path for one in near for path in by_base[one]]
    found.sort(key=lambda path: -difflib.SequenceMatcher(None, wanted, path.lower()).ratio())
    return found[:_MOST_NEAR]


def file_names(repo: Repo) -> list[str]:
    """The files that git knows in the work tree, or else in ``HEAD``."""
    command = (
        ["ls-files", "-z"] if repo.worktree else ["ls-tree", "-r", "-z", "--name-only", "HEAD"]
    )
    done = try_git(repo, *command)
    return list(islice((n for n in os.fsdecode(done.stdout).split("\0") if n), _MOST_NAMES))


def near_hint(names: Sequence[str]) -> str:
    """Names as a hint; how to list them where there are none."""
    if not names:
        return "List files: git ls-files"
    return f"Near it: {', '.join(clean_line(name, 200) for name in names)}"
