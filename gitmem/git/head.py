"""Which commit is checked out, read as git reads it; git itself is asked only where that is not
plain to see.
"""

from __future__ import annotations

import os
import re

from gitmem.git.repo import Repo, try_git

_ID = re.compile("[0-9a-f]{40}")
_BRANCH = re.compile(r"ref: (refs/heads/[^\s\x00]+)")


def head_commit(repo: Repo) -> str:
    """The id of HEAD's commit; "" if there is none yet."""
    try:
        head = (repo.git_dir / "HEAD").read_text(encoding="ascii").strip()
        named = _BRANCH.fullmatch(head)
        if named:
            head = (repo.common_dir / named[1]).read_text(encoding="ascii").strip()
        if _ID.fullmatch(head):
            return head
    except (OSError, ValueError):
        pass  # packed, a reftable, or no commit: git knows
    return commit_named(repo, "HEAD")


def commit_named(repo: Repo, revision: str) -> str:
    """The id of the commit that a revision names; "" if it names none."""
    name = f"{revision}^{{commit}}"
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    found = os.fsdecode(done.stdout).strip()
    return found if done.returncode == 0 and _ID.fullmatch(found) else ""
