"""What the refs reach and what they do not, each with one git process and no longer a walk than
it takes to tell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence

from gitmem.git.repo import Repo, try_git

# The notes' own histories are not part of the project's.
_ALL = ("--exclude=refs/notes/*", "--exclude=refs/gitmem*", "--exclude=refs/stash", "--all")
_ID = re.compile("[0-9a-f]{40}")


def unreachable_commits(repo: Repo, commits: Collection[str]) -> list[str]:
    """The commits that no ref and no work tree's HEAD reaches, and those of their ancestors,
    children before parents.  What is not here is skipped.
    """
    return _rev_list(repo, commits, ["--topo-order"], ["--not", *_ALL])


def commits_outside(repo: Repo, commits: Collection[str], tips: Collection[str]) -> list[str]:
    """Those of the commits, and of their ancestors, that the tips do not reach; as above."""
    return _rev_list(repo, [*commits, *(f"^{tip}" for tip in tips)], ["--topo-order"])


def descendants_of(repo: Repo, base: str, commits: Collection[str]) -> set[str]:
    """Those of the commits that have ``base`` among their ancestors."""
    found = _rev_list(repo, [*commits, f"^{base}"], ["--ancestry-path"])
    return set(found) & set(commits)


def commits_between(
    repo: Repo, tips: Collection[str], bases: Collection[str], limit: int
) -> list[str]:
    """The newest commits that the tips reach and the bases do not, at most ``limit``."""
    wanted = [*tips, *(f"^{base}" for base in bases)]
    return _rev_list(repo, wanted, [f"--max-count={limit}"])


def newest_commits_touching(
    repo: Repo, paths: Sequence[str], since: int, limit: int, without: Sequence[str] = ()
) -> list[str]:
    """The newest commits that any ref reaches, committed since that time (POSIX seconds), that
    touch one of the paths; no path: any.  Those that one of ``without`` reaches are left out.
    """
    dated = [f"--since={since}"] if since >= 100_000_000 else []
    names = [f":(literal){path}" for path in paths]
    options = ["--full-history", f"--max-count={limit}", *dated, *_ALL]
    bases = [f"^{commit}" for commit in without if _ID.fullmatch(commit)]
    done = try_git(repo, "rev-list", *options, *bases, "--", *names)
    return os.fsdecode(done.stdout).split()


def refs_with(repo: Repo, commits: Sequence[str], without: str) -> list[str]:
    """Where refs stand that contain one of the commits but not ``without``; each place once."""
    if not commits:
        return []
    asked = [part for commit in commits for part in ("--contains", commit)]
    patterns = ["refs/heads/", "refs/remotes/", "refs/pull/", "refs/merge-requests/"]
    options = ["--format=%(objectname)", *asked, "--no-contains", without]
    done = try_git(repo, "for-each-ref", *options, *patterns)
    return list(dict.fromkeys(os.fsdecode(done.stdout).split()))


def _rev_list(
    repo: Repo, revisions: Iterable[str], options: Sequence[str], behind: Sequence[str] = ()
) -> list[str]:
    names = [name for name in revisions if _ID.fullmatch(name.removeprefix("^"))]
    if not any(not name.startswith("^") for name in names):
        return []
    text = "".join(f"{name}\n" for name in names).encode()
    arguments = [*options, "--ignore-missing", "--stdin", *behind]
    done = try_git(repo, "rev-list", *arguments, stdin=text)
    return os.fsdecode(done.stdout).split()


def is_ancestor(repo: Repo, one: str, other: str) -> bool:
    """Whether ``other`` reaches ``one``, or is it; False where either is gone."""
    return try_git(repo, "merge-base", "--is-ancestor", one, other).returncode == 0
