from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitmem.errors import RemoteRejected, RemoteUnavailable
from gitmem.follow.amounts import Amount
from gitmem.follow.push import push
from gitmem.follow.sync import sync
from gitmem.git.remotes import refspec_of
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from tests.support.prepared import prepared


def remember(git: GitDriver, commit: str, title: str) -> None:
    memory = Memory("decision", title, provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def titles(git: GitDriver) -> set[str]:
    return {memory.title for _, note in NoteStore(git.repo) for memory in note.memories}


@prepared
def two(committed: GitDriver, remote: GitDriver, tmp_path: Path) -> tuple[GitDriver, GitDriver]:
    """Two clones of one remote, both with the fetch refspec."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    other = remote.clone(tmp_path / "other")
    other.run("config", "user.name", "Ben")
    other.run("config", "user.email", "ben@example.com")
    for git in (committed, other):
        git.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
    return committed, other


def test_what_one_clone_remembers_the_other_receives(two: tuple[GitDriver, GitDriver]) -> None:
    one, other = two
    remember(one, one.out("rev-parse", "HEAD"), "from one")

    sent = sync(workspace_of(one))
    received = sync(workspace_of(other))

    assert (sent.is_pushed, received.incoming) == (True, Amount(1, 1))
    assert titles(other) == {"from one"}


def test_both_sides_keep_everything_when_they_diverge(two: tuple[GitDriver, GitDriver]) -> None:
    one, other = two
    commit = one.out("rev-parse", "HEAD")
    remember(one, commit, "from one")
    remember(other, commit, "from other")

    sync(workspace_of(one))
    sync(workspace_of(other))
    sync(workspace_of(one))

    assert titles(one) == titles(other) == {"from one", "from other"}


def test_a_push_into_a_moved_remote_joins_and_tries_again(two: tuple[GitDriver, GitDriver]) -> None:
    one, other = two
    commit = one.out("rev-parse", "HEAD")
    remember(other, commit, "from other")
    push(workspace_of(other))
    remember(one, commit, "from one")

    assert push(workspace_of(one), sleep=lambda _: None)
    assert titles(one) == {"from one", "from other"}


def test_a_plain_fetch_brings_memories_without_touching_ours(
    two: tuple[GitDriver, GitDriver],
) -> None:
    one, other = two
    remember(one, one.out("rev-parse", "HEAD"), "from one")
    push(workspace_of(one))
    remember(other, other.out("rev-parse", "HEAD"), "from other")
    other.run("fetch", "-q")

    assert titles(other) == {"from other"}
    assert other.out("for-each-ref", "--format=%(refname)", "refs/gitmem/")


def test_nothing_new_is_no_push(two: tuple[GitDriver, GitDriver]) -> None:
    one, _ = two
    remember(one, one.out("rev-parse", "HEAD"), "from one")

    assert push(workspace_of(one))
    assert not push(workspace_of(one))


def test_without_a_remote_memories_stay(committed: GitDriver) -> None:
    assert sync(workspace_of(committed)).remote == ""


def test_a_remote_that_is_not_there_is_told(committed: GitDriver, tmp_path: Path) -> None:
    committed.run("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    remember(committed, committed.out("rev-parse", "HEAD"), "ours")

    with pytest.raises(RemoteUnavailable):
        sync(workspace_of(committed))
    assert titles(committed) == {"ours"}


def test_a_remote_that_refuses_is_told(two: tuple[GitDriver, GitDriver], remote: GitDriver) -> None:
    one, _ = two
    hook = remote.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    remember(one, one.out("rev-parse", "HEAD"), "ours")

    with pytest.raises(RemoteRejected):
        push(workspace_of(one))


def test_what_is_pushed_is_sound(two: tuple[GitDriver, GitDriver], remote: GitDriver) -> None:
    one, _ = two
    remember(one, one.out("rev-parse", "HEAD"), "from one")
    push(workspace_of(one))

    subprocess.run(["git", "-C", str(remote.path), "fsck", "--strict"], check=True)
