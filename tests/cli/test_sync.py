"""``gitmem sync``: which remotes, how much, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.follow.push import push
from tests.support.capture import workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.memories import notes_tip, remember, titles


@pytest.fixture
def upstream(remote: GitDriver, committed: GitDriver, tmp_path: Path) -> GitDriver:
    """The project's own repository, with one memory that came from a maintainer."""
    committed.run("push", "-q", str(remote.path), "main")
    maintainer = remote.clone(tmp_path / "maintainer")
    remember(maintainer, "of a maintainer")
    push(workspace_of(maintainer))
    return remote


@pytest.fixture
def fork(tmp_path: Path, home: Path, committed: GitDriver) -> GitDriver:
    """A copy of it that the person may push to."""
    bare = GitDriver(tmp_path / "fork.git", home).init(bare=True)
    committed.run("push", "-q", str(bare.path), "main")
    return bare


def refuses_all(remote: GitDriver) -> None:
    hook = remote.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)


@pytest.mark.parametrize("where", ["remote.pushDefault", "branch.main.pushRemote"])
def test_a_triangle_receives_from_upstream_and_sends_to_the_fork(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver, where: str
) -> None:
    committed.run("remote", "add", "origin", str(upstream.path))
    committed.run("remote", "add", "mine", str(fork.path))
    committed.run("config", "branch.main.remote", "origin")
    committed.run("config", where, "mine")
    refuses_all(upstream)
    remember(committed, "of the person")

    done = gitmem(committed, "sync")

    assert done.stdout == (
        "origin, mine: 1 memory of 1 commit received\nmine: 2 memories of 1 commit sent\n"
    )
    assert titles(fork) == titles(committed) == ["of a maintainer", "of the person"]
    assert titles(upstream) == ["of a maintainer"]


def test_a_clone_of_the_fork_receives_from_upstream_too(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver
) -> None:
    committed.run("remote", "add", "origin", str(fork.path))
    committed.run("remote", "add", "upstream", str(upstream.path))
    assert gitmem(committed, "trust", "upstream").returncode == 0
    refuses_all(upstream)
    remember(committed, "of the person")

    assert gitmem(committed, "sync").returncode == 0
    assert titles(fork) == ["of a maintainer", "of the person"]


def test_a_plain_push_to_the_fork_takes_the_memories_there(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver
) -> None:
    committed.run("remote", "add", "origin", str(upstream.path))
    committed.run("remote", "add", "mine", str(fork.path))
    assert gitmem(committed, "init").returncode == 0
    committed.run("fetch", "-q", "origin")
    remember(committed, "of the person")

    committed.run("push", "-q", "mine", "main")

    assert titles(fork) == ["of a maintainer", "of the person"]
    assert titles(upstream) == ["of a maintainer"]


def test_the_elected_remote_gets_them_whatever_is_pushed_where(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver
) -> None:
    committed.run("remote", "add", "origin", str(upstream.path))
    committed.run("remote", "add", "elected", str(fork.path))
    committed.run("config", "gitmem.remote", "elected")
    assert gitmem(committed, "init").returncode == 0
    committed.commit("more")
    remember(committed, "of the person")

    committed.run("push", "-q", "origin", "main")

    assert "of the person" in titles(fork)
    assert titles(upstream) == ["of a maintainer"]


def test_a_remote_that_is_named_is_the_only_one_asked(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver, tmp_path: Path
) -> None:
    committed.run("remote", "add", "origin", str(tmp_path / "gone"))
    committed.run("remote", "add", "mine", str(fork.path))
    remember(committed, "of the person")

    assert gitmem(committed, "sync", "mine").returncode == 0
    assert titles(fork) == ["of the person"]


def test_another_remote_that_is_gone_is_told_and_the_rest_is_done(
    committed: GitDriver, fork: GitDriver, tmp_path: Path
) -> None:
    committed.run("remote", "add", "upstream", str(tmp_path / "gone"))
    committed.run("remote", "add", "origin", str(fork.path))
    remember(committed, "of the person")

    done = gitmem(committed, "sync")

    assert done.returncode == 0
    assert "cannot fetch memories from 'upstream'" in done.stderr
    assert titles(fork) == ["of the person"]


def test_a_dry_run_counts_both_directions_and_moves_no_ref(
    committed: GitDriver, upstream: GitDriver
) -> None:
    committed.run("remote", "add", "origin", str(upstream.path))
    remember(committed, "ours")
    remember(committed, "ours, too")
    committed.commit("more")
    remember(committed, "ours of another commit")
    before = committed.out("for-each-ref"), upstream.out("for-each-ref")

    done = gitmem(committed, "sync", "--dry-run")
    machine = json.loads(gitmem(committed, "sync", "--dry-run", "--json").stdout)

    assert done.stdout == (
        "1 memory of 1 commit to receive from origin\n3 memories of 2 commits to send to origin\n"
    )
    assert machine["received"] == {"memories": 1, "commits": 1}
    assert machine["sent"] == {"memories": 3, "commits": 2}
    assert machine["dry_run"] is True
    assert (committed.out("for-each-ref"), upstream.out("for-each-ref")) == before
    assert not (committed.path / ".git" / "FETCH_HEAD").exists()


def test_what_a_dry_run_told_is_what_a_sync_does(committed: GitDriver, upstream: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(upstream.path))
    remember(committed, "ours")
    told = json.loads(gitmem(committed, "sync", "--dry-run", "--json").stdout)
    done = json.loads(gitmem(committed, "sync", "--json").stdout)
    after = json.loads(gitmem(committed, "sync", "--dry-run", "--json").stdout)

    nothing = {"memories": 0, "commits": 0}
    assert (told["received"], told["sent"]) == (done["received"], done["sent"])
    assert done["is_pushed"] is True
    assert (after["received"], after["sent"]) == (nothing, nothing)


def test_a_dry_run_in_a_triangle_sends_on_what_upstream_has(
    committed: GitDriver, upstream: GitDriver, fork: GitDriver
) -> None:
    committed.run("remote", "add", "upstream", str(upstream.path))
    committed.run("remote", "add", "origin", str(fork.path))
    assert gitmem(committed, "trust", "upstream").returncode == 0

    told = json.loads(gitmem(committed, "sync", "--dry-run", "--json").stdout)

    assert told["asked"] == ["upstream", "origin"]
    assert told["sent"] == {"memories": 1, "commits": 1}
    assert notes_tip(fork) == ""


def test_without_a_remote_it_says_so(committed: GitDriver) -> None:
    for options in ([], ["--dry-run"]):
        assert "There is no remote" in gitmem(committed, "sync", *options).stdout
    assert json.loads(gitmem(committed, "sync", "--json").stdout)["remote"] == ""
