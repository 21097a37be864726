"""Which commit is checked out, read as git reads it; git itself is asked only where that is not
plain to see.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

from gitmem.git.repo import Repo, try_git

_ID = re.compile("[0-9a-f]{40}")
_BRANCH = re.compile(r"ref: (refs/heads/[^\s\x00]+)")
_MAX_HEAD = 1 << 16  # bytes: more than any commit has parents
_COMMITTER = re.compile(rb"^committer [^\n]*> (\d{1,12}) [+-]\d{4}$", re.M)


def head_commit(repo: Repo) -> str:
    """The id of HEAD's commit; "" if there is none yet."""
    try:
        head = _read(repo.git_dir / "HEAD")
        named = _BRANCH.fullmatch(head)
        if named:
            head = _read_ref(repo, named[1])
        if _ID.fullmatch(head):
            return head
    except (OSError, ValueError):
        pass  # a reftable, a symbolic ref, or no commit: git knows
    return find_commit(repo, "HEAD")


def head_branch(repo: Repo) -> str:
    """The branch that is checked out, as HEAD names it; "" where it names none, or not plainly."""
    try:
        named = _BRANCH.fullmatch(_read(repo.git_dir / "HEAD"))
    except (OSError, ValueError):
        return ""
    return named[1].removeprefix("refs/heads/") if named else ""


def head_commit_time(repo: Repo) -> int | None:
    """When HEAD's commit was made (POSIX seconds), if its object lies in a file of its own.

    None where it is packed, where there is no commit, and where git would show another one in its
    place (a replace ref, a graft).
    """
    commit = head_commit(repo)
    try:
        if not commit or _has_replacements(repo):
            return None
        with (repo.common_dir / "objects" / commit[:2] / commit[2:]).open("rb") as file:
            head = zlib.decompressobj().decompress(file.read(_MAX_HEAD), _MAX_HEAD)
    except (OSError, zlib.error):
        return None
    made = _COMMITTER.search(head.partition(b"\n\n")[0])
    return int(made[1]) if made else None


def _has_replacements(repo: Repo) -> bool:
    if (repo.common_dir / "refs" / "replace").exists():
        return True
    try:
        return b" refs/replace/" in (repo.common_dir / "packed-refs").read_bytes()
    except FileNotFoundError:
        return False


def _read_ref(repo: Repo, ref: str) -> str:
    """What a ref holds: its own file comes before the file of all that are packed."""
    try:
        return _read(repo.common_dir / ref)
    except FileNotFoundError:
        packed = (repo.common_dir / "packed-refs").read_bytes()
    at = packed.find(os.fsencode(f" {ref}\n"))
    return packed[max(at - 40, 0) : max(at, 0)].decode("ascii")


def find_commit(repo: Repo, revision: str) -> str:
    """The id of the commit that a revision names; "" if it names none."""
    name = f"{revision}^{{commit}}"
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    found = os.fsdecode(done.stdout).strip()
    return found if done.returncode == 0 and _ID.fullmatch(found) else ""


def _read(path: Path) -> str:
    return os.fsdecode(path.read_bytes()).strip()
