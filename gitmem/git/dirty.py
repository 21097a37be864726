"""Which files of a work tree have uncommitted changes."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitmem.git.repo import Repo, try_git

_MAX_PATHS = 500


def uncommitted_paths(place: Repo, paths: Sequence[str]) -> set[str]:
    """Of these paths (the first 500) those that differ from HEAD, untracked ones too.

    What git ignores is not work that waits for a commit.  All of them where git cannot tell.
    """
    asked = paths[:_MAX_PATHS]
    if not asked:
        return set()
    names = [f":(top,literal){path}" for path in asked]
    options = ["--porcelain", "-z", "--no-renames", "--untracked-files=all"]
    done = try_git(place, "status", *options, "--", *names)
    if done.returncode != 0:
        return set(asked)
    lines = os.fsdecode(done.stdout).split("\0")
    return {line[3:] for line in lines if len(line) > 3} & set(asked)
