"""Partial clones: what is still at the remote, and bringing much of it at once.

Git fetches what it lacks by itself, object after object, in the middle of whatever it does; here
it is kept from that (:func:`gitmem.git.repo.local_environment`), because a hook that waits for a
remote, or a hundred fetches for a hundred commits, are worse than not knowing.  A command that a
person typed asks first what is missing, and fetches it in one go.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import DiffOption  # noqa: TID253 - as above

from gitmem.errors import RemoteError, RemoteUnavailable
from gitmem.git.libgit2 import open_objects, readable_for_diffs
from gitmem.git.repo import Repo, may_lack_objects, run_git, try_git
from gitmem.git.transport import fetch_objects

_SECONDS = 600.0
_AT_ONCE = 20_000  # objects of one fetch
_MOST_NAMES = 10
_SUBMODULE = 0o160000
_NO_OBJECT = "0" * 40


@dataclass(frozen=True)
class Lack:
    """The commits whose contents are not here and did not come, and why not."""

    commits: frozenset[str] = frozenset()
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.commits)


def lack_error(count: int, reason: str) -> RemoteUnavailable:
    """The failure of a command that needed so many commits' contents and did not get them."""
    what = "1 commit" if count == 1 else f"{count} commits"
    return RemoteUnavailable(
        f"this is a partial clone that lacks the contents of {what}: {reason}",
        "Nothing was lost. Run the command again when the remote answers",
    )


def promisor_remote(repo: Repo) -> str:
    """The remote that has what a partial clone lacks; empty where nothing is lacking."""
    if not may_lack_objects(repo):
        return ""
    asked = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    listed = os.fsdecode(try_git(repo, "config", "-z", "--get-regexp", asked).stdout)
    for item in listed.split("\0"):
        name, _, value = item.partition("\n")
        if name == "extensions.partialclone":
            return value
        if name.endswith(".promisor") and value.lower() not in ("false", "no", "off", "0"):
            return name[len("remote.") : -len(".promisor")]
    return ""


def bring_changes(repo: Repo, commits: Sequence[str], seconds: float = _SECONDS) -> Lack:
    """Have here what it takes to tell what these commits changed; what did not come is lacking.

    Where trees are missing, they are fetched before the contents of files: two fetches for any
    number of commits, and one more for each 20,000 objects.  ``seconds`` bounds each.
    """
    remote = promisor_remote(repo) if commits else ""
    if not remote:
        return Lack()
    objects = readable_for_diffs(repo, open_objects(repo))
    try:
        roots = {tree for commit in commits for tree in _roots_to_fetch(objects, commit)}
        _fetch(repo, remote, roots, seconds)
        missing = {oid for commit in commits for oid in _missing_contents(objects, commit)}
        _fetch(repo, remote, missing, seconds)
    except RemoteError as error:
        reason = error.message
    else:
        reason = f"'{remote}' does not have them"
    return Lack(frozenset(commit for commit in commits if _is_lacking(objects, commit)), reason)


def bring_reached(repo: Repo, options: Sequence[str], seconds: float = _SECONDS) -> None:
    """Have all objects here that ``git rev-list --objects`` lists with these options.

    Raises:
        RemoteLogin, RemoteUnavailable: the remote did not give them.
    """
    remote = promisor_remote(repo)
    if remote:
        asked = ("rev-list", "--objects", "--no-object-names", "--missing=print")
        listed = os.fsdecode(try_git(repo, *asked, *options).stdout).splitlines()
        _fetch(repo, remote, {line[1:] for line in listed if line.startswith("?")}, seconds)


def bring_file_history(repo: Repo, path: str, seconds: float = _SECONDS) -> None:
    """Have here every content that a file of HEAD ever had, under its last few names too, for
    ``git blame``.

    Raises:
        RemoteLogin, RemoteUnavailable: the remote did not give them.
        GitFailed: folders are missing, too, so that no history of a path can be told.
    """
    remote, tip, name = promisor_remote(repo), "HEAD", path
    odb: pygit2.Odb | dict[str, str] = open_objects(repo).odb if remote else {}
    for _ in range(_MOST_NAMES if remote else 0):
        contents, first = _history_of_path(repo, tip, name)
        _fetch(repo, remote, {oid for oid in contents if oid not in odb}, seconds)
        if not first:
            return
        if lack := bring_changes(repo, [first], seconds):
            raise lack_error(1, lack.reason)
        before = _renames(repo, first).get(name)
        if before is None:
            return
        tip, name = f"{first}^", before


def _history_of_path(repo: Repo, tip: str, path: str) -> tuple[set[str], str]:
    """The contents that a path ever had, and the oldest commit that added it."""
    options = ("--raw", "--no-abbrev", "--no-renames", "-m", "--format=%x01%H")
    listed = run_git(repo, "log", *options, tip, "--", f":(top,literal){path}")
    contents: set[str] = set()
    commit = first = ""
    for line in os.fsdecode(listed).splitlines():
        if line.startswith("\x01"):
            commit = line[1:]
        elif line.startswith(":"):
            old_mode, new_mode, *oids, status = line[1:].partition("\t")[0].split(" ")
            if f"{_SUBMODULE:o}" not in (old_mode, new_mode):
                contents.update(oids)
            first = commit if status == "A" else first
    return contents - {_NO_OBJECT}, first


def _renames(repo: Repo, commit: str) -> dict[str, str]:
    """The old names of what a commit renamed, by the new ones."""
    options = ("-r", "-M", "--diff-filter=R", "--name-status", "-z", "--no-commit-id")
    fields = os.fsdecode(try_git(repo, "diff-tree", *options, commit).stdout).split("\0")
    return {fields[at + 2]: fields[at + 1] for at in range(0, len(fields) - 2, 3)}


def _fetch(repo: Repo, remote: str, oids: Iterable[str], seconds: float) -> None:
    wanted = sorted(oids)
    for first in range(0, len(wanted), _AT_ONCE):
        fetch_objects(repo, remote, wanted[first : first + _AT_ONCE], seconds)


def _commit(objects: pygit2.Repository, name: str) -> pygit2.Commit | None:
    try:
        found = objects[name]
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return found if isinstance(found, pygit2.Commit) else None


def _with_parents(objects: pygit2.Repository, name: str) -> list[pygit2.Commit]:
    commit = _commit(objects, name)
    if commit is None:
        return []
    parents = [_commit(objects, str(parent)) for parent in commit.parent_ids]
    return [commit, *(parent for parent in parents if parent is not None)]


def _roots_to_fetch(objects: pygit2.Repository, name: str) -> Iterator[str]:
    """The trees of a commit and its parents, if any tree that a comparison needs is missing."""
    family = _with_parents(objects, name)
    missing = [str(one.tree_id) for one in family if one.tree_id not in objects.odb]
    if missing:
        yield from missing
        return
    try:
        list(_deltas(objects, family))
    except (pygit2.GitError, KeyError):  # the roots are here, and a folder below is not
        yield from (str(one.tree_id) for one in family)


def _missing_contents(objects: pygit2.Repository, name: str) -> Iterator[str]:
    try:
        for delta in _deltas(objects, _with_parents(objects, name)):
            for file in (delta.old_file, delta.new_file):
                oid = str(file.id)
                is_content = oid != _NO_OBJECT and int(file.mode) != _SUBMODULE
                if is_content and file.id not in objects.odb:
                    yield oid
    except (pygit2.GitError, KeyError):
        return  # its trees did not come


def _deltas(
    objects: pygit2.Repository, family: Sequence[pygit2.Commit]
) -> Iterator[pygit2.DiffDelta]:
    """What differs between a commit and each parent that is here; no content is read."""
    if not family:
        return
    commit, *parents = family
    if not parents and not commit.parent_ids:
        yield from commit.tree.diff_to_tree(swap=True).deltas
    for parent in parents:
        yield from parent.tree.diff_to_tree(commit.tree, DiffOption.IGNORE_SUBMODULES).deltas


def _is_lacking(objects: pygit2.Repository, name: str) -> bool:
    is_without_trees = next(_roots_to_fetch(objects, name), None) is not None
    return is_without_trees or next(_missing_contents(objects, name), None) is not None
