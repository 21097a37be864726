"""Where the work stands when a session starts or is prompted: what git knows of it, in one look.

The processes run side by side, so that the look costs hardly more than the slowest of them.
Standard library only: the agent's hooks run this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from gitmem.git.head import head_branch, head_commit, head_commit_time
from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo
from gitmem.model.value import dataclass

MAIN_NAMES = ("main", "master", "trunk", "develop", "development")

_MOST_FILES = 60
"""More files than this say nothing about what comes next: a checkout under way, a merge, a vendored
tree."""

_MOST_COMMITS = 30

_STATUS = (
    *("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z"),
    *("--untracked-files=no", "--ignore-submodules=all"),
)
_TIME = ("log", "-1", "--format=%ct", "--no-show-signature", "HEAD")
_TRUNKS = (
    *("for-each-ref", "--format=%(refname) %(symref)", "refs/remotes/origin/HEAD"),
    *(f"refs/heads/{name}" for name in MAIN_NAMES),
)


_LONGEST_NAME = 500  # bytes: as many paths as are asked for are still a command line


@dataclass(frozen=True)
class WorktreeState:
    """What is checked out and what is being done to it.

    ``head_time`` is HEAD's commit time (POSIX seconds, 0 without a commit): ages are told against
    it, so that the same repository gives the same text.  ``branch`` is empty if HEAD is
    detached, ``is_trunk`` says that it is the main branch.  ``branch_files`` differ between the
    branch and where it left the main branch, ``branch_commits`` are its last ones since, newest
    first; ``dirty_files`` have changes that no commit has.
    """

    head: str = ""
    head_time: int = 0
    branch: str = ""
    is_trunk: bool = True
    branch_files: tuple[str, ...] = ()
    dirty_files: tuple[str, ...] = ()
    branch_commits: tuple[str, ...] = ()


def read_worktree_state(repo: Repo) -> WorktreeState:
    """Look once.  What git does not report is empty; nothing is written."""
    with suppress(OSError):
        return _read(repo)
    return WorktreeState()


def read_head_time(repo: Repo) -> int:
    """HEAD's commit time, POSIX seconds; 0 without a commit."""
    known = head_commit_time(repo)
    if known is not None:
        return known
    seconds = GitPipe(repo, _TIME, []).output().strip()
    return int(seconds) if seconds.isdigit() else 0


def paths_at_head(repo: Repo, paths: Sequence[str]) -> set[str]:
    """Those of the paths that are files at HEAD."""
    names = {os.fsencode(path): path for path in paths if path and "\0" not in path}
    asked = {name: path for name, path in names.items() if len(name) <= _LONGEST_NAME}
    if not asked:
        return set()
    head = head_commit(repo) or "HEAD"
    command = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", head, "--")
    entries = GitPipe(repo, (*command, *asked.values()), []).output().split(b"\0")
    found = (entry.partition(b"\t") for entry in entries)
    return {asked[name] for kind, _, name in found if b" blob " in kind and name in asked}


def _read(repo: Repo) -> WorktreeState:
    status = GitPipe(repo, _STATUS, [])
    trunks = None if head_branch(repo) in MAIN_NAMES else GitPipe(repo, _TRUNKS, [])
    head_time = read_head_time(repo)
    head, branch, dirty = _parse_status(status.output().split(b"\0"))
    trunk = _trunk(os.fsdecode(trunks.output()).splitlines()) if trunks is not None else ""
    is_trunk = not branch or branch in MAIN_NAMES or trunk in ("", f"refs/heads/{branch}")
    is_trunk = is_trunk or trunk == f"refs/remotes/origin/{branch}"
    files, commits = ((), ()) if is_trunk or not head else _since_trunk(repo, trunk)
    return WorktreeState(
        head,
        head_time,
        branch,
        is_trunk,
        files,
        dirty if len(dirty) <= _MOST_FILES else (),
        commits,
    )


def _parse_status(fields: Sequence[bytes]) -> tuple[str, str, tuple[str, ...]]:
    """HEAD's commit, the branch and the changed files out of ``git status``."""
    head = branch = ""
    for field in fields:
        if field.startswith(b"# branch.oid "):
            head = field[13:].decode("ascii", "replace")
        elif field.startswith(b"# branch.head "):
            branch = os.fsdecode(field[14:])
    head = "" if head == "(initial)" else head
    return head, "" if branch == "(detached)" else branch, tuple(_changed_files(fields))


def _changed_files(fields: Sequence[bytes]) -> Iterator[str]:
    """The paths of the entries; a rename's old path follows it in a field of its own."""
    remaining = iter(fields)
    for field in remaining:
        if field.startswith(b"1 "):
            yield os.fsdecode(field.split(b" ", 8)[-1])
        elif field.startswith(b"2 "):
            yield os.fsdecode(field.split(b" ", 9)[-1])
            next(remaining, None)
        elif field.startswith(b"u "):
            yield os.fsdecode(field.split(b" ", 10)[-1])


def _trunk(lines: Sequence[str]) -> str:
    """The full name of the main branch: what the remote says it is, or one of the usual names."""
    found = dict(line.split(" ", 1) for line in lines if " " in line)
    remote = found.get("refs/remotes/origin/HEAD", "")
    if remote:
        return remote
    return next((ref for name in MAIN_NAMES if (ref := f"refs/heads/{name}") in found), "")


def _since_trunk(repo: Repo, trunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files that the branch changed, and its last commits, newest first."""
    asked = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", f"{trunk}...HEAD", "--")
    listing = ("rev-list", f"--max-count={_MOST_COMMITS}", f"{trunk}..HEAD", "--")
    names, ids = GitPipe(repo, asked, []), GitPipe(repo, listing, [])
    files = [os.fsdecode(name) for name in names.output(1 << 20).split(b"\0")[:-1]]
    commits = tuple(ids.output().decode("ascii", "replace").split())
    return tuple(files) if len(files) <= _MOST_FILES else (), commits
