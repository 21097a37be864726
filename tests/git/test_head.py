"""What is read from git's files is what git says, however the repository is laid out."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from gitmem.git.head import head_branch, head_commit, head_commit_time
from gitmem.git.repo import find_repo
from tests.support.git import GitDriver


def _loose(git: GitDriver) -> None:
    """As git commit leaves it."""


def _packed_refs(git: GitDriver) -> None:
    git.run("branch", "mainly")  # a name that begins as the other does
    git.run("pack-refs", "--all")


def _packed_then_moved(git: GitDriver) -> None:
    git.run("pack-refs", "--all")
    git.commit("newer", b="2\n")


def _packed_objects(git: GitDriver) -> None:
    git.run("gc", "-q")


def _detached(git: GitDriver) -> None:
    git.run("checkout", "-q", "--detach")


def _on_a_branch_in_folders(git: GitDriver) -> None:
    git.run("checkout", "-q", "-b", "team/ada/täsk")
    git.run("pack-refs", "--all")


def _replaced(git: GitDriver) -> None:
    git.now += 1000
    other = git.out("commit-tree", "-m", "instead", "HEAD^{tree}")
    git.run("replace", "HEAD", other)


def _replaced_and_packed(git: GitDriver) -> None:
    _replaced(git)
    git.run("pack-refs", "--all")


def _an_author_who_writes_a_header(git: GitDriver) -> None:
    git.commit("x\n\ncommitter Eve <e> 1 +0000", b="3\n")


LAYOUTS = [
    *(_loose, _packed_refs, _packed_then_moved, _packed_objects, _detached),
    *(_on_a_branch_in_folders, _replaced, _replaced_and_packed, _an_author_who_writes_a_header),
]


@pytest.mark.parametrize("arrange", LAYOUTS)
def test_the_files_say_what_git_says(
    committed: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    time = head_commit_time(committed.repo)

    assert committed.out("rev-parse", "HEAD") == head_commit(committed.repo)
    assert committed.out("branch", "--show-current") == head_branch(committed.repo)
    assert time is None or committed.out("log", "-1", "--format=%ct") == str(time)


def test_an_ordinary_commit_is_dated_without_git(committed: GitDriver) -> None:
    assert committed.out("log", "-1", "--format=%ct") == str(head_commit_time(committed.repo))


def test_a_linked_work_tree_has_a_head_of_its_own(committed: GitDriver) -> None:
    other = committed.path.parent / "other"
    committed.run("worktree", "add", "-q", "-b", "side", str(other))
    there = find_repo(other)

    assert (head_branch(there), head_branch(committed.repo)) == ("side", "main")
    assert committed.out("rev-parse", "side") == head_commit(there)


def test_before_the_first_commit_there_is_none(git: GitDriver) -> None:
    git.init()

    assert (head_commit(git.repo), head_commit_time(git.repo)) == ("", None)


def test_a_damaged_or_swollen_object_has_no_time(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    path = committed.path / ".git/objects" / commit[:2] / commit[2:]
    path.chmod(0o644)

    for data in (b"", b"\0" * 99, zlib.compress(b"commit 9\0" + b"x" * (64 << 20))):
        path.write_bytes(data)
        assert head_commit_time(committed.repo) is None
