"""Every kind of clone that git makes exchanges memories: cut, partial, narrow, bare, nested."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.follow.push import push
from gitmem.follow.sync import sync
from tests.support.capture import workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.memories import NOTES_REF, notes_tip, remember, titles
from tests.support.prepared import prepared


@prepared
def shared(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone with three commits and a memory of each, all at the remote."""
    remote.run("config", "uploadpack.allowFilter", "true")
    committed.run("remote", "add", "origin", f"file://{remote.path}")
    remember(committed, "one")
    for number, title in enumerate(("two", "three")):
        committed.commit(title, **{f"f{number}": title})
        remember(committed, title)
    committed.run("push", "-q", "-u", "origin", "main")
    push(workspace_of(committed))
    return committed


def cloned(remote: GitDriver, path: Path, *options: str) -> GitDriver:
    """A clone over git's own transport (a plain path would copy all objects), set up."""
    path.mkdir(parents=True)
    driver = GitDriver(path, remote.home)
    driver.now = remote.now
    driver.run("clone", "-q", *options, f"file://{remote.path}", ".")
    if "--mirror" not in options and "--bare" not in options:
        assert gitmem(driver, "init").returncode == 0
    return driver


def is_sound(*drivers: GitDriver) -> bool:
    return all(driver.run("fsck", "--strict").returncode == 0 for driver in drivers)


def exchanges(clone: GitDriver, shared: GitDriver, remote: GitDriver) -> None:
    """What each makes now reaches the other, and nothing is doubled."""
    remember(clone, "from the clone")
    remember(shared, "from the other side")
    for git in (clone, shared, clone):
        sync(workspace_of(git))

    expected = ["from the clone", "from the other side", "one", "three", "two"]
    assert titles(clone) == titles(shared) == titles(remote) == expected
    assert is_sound(clone, shared, remote)


@pytest.mark.parametrize(
    "options",
    [
        ["--depth", "1"],
        ["--depth", "1", "--no-single-branch"],
        ["--single-branch", "--branch", "main"],
        ["--filter=blob:none"],
        ["--filter=tree:0"],
        ["--no-tags"],
        ["-c", "remote.origin.prune=true"],
    ],
    ids=" ".join,
)
def test_a_clone_of_any_kind(
    shared: GitDriver, remote: GitDriver, tmp_path: Path, options: list[str]
) -> None:
    clone = cloned(remote, tmp_path / "clone", *options)

    assert titles(clone) == ["one", "three", "two"]
    exchanges(clone, shared, remote)


def test_a_shallow_clone_stays_shallow(
    shared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    clone = cloned(remote, tmp_path / "clone", "--depth", "1")
    sync(workspace_of(clone))

    assert clone.out("rev-list", "--count", "HEAD") == "1"


@prepared
def cut(shared: GitDriver, remote: GitDriver, tmp_path: Path) -> GitDriver:
    """A clone whose *notes* were fetched with ``--depth 1``, by a person's own command."""
    clone = cloned(remote, tmp_path / "clone", "--depth", "1")
    for ref in ("refs/gitmem/origin/claude-mem", "refs/gitmem/origin/exchanged/claude-mem"):
        clone.run("update-ref", "-d", ref)
    for ref in (NOTES_REF, "refs/gitmem-seen"):
        clone.run("update-ref", "-d", ref)
    clone.run("reflog", "expire", "--expire=now", "--all")
    clone.run("gc", "-q", "--prune=now")
    clone.run("fetch", "-q", "--depth", "1", "origin")
    inbox = clone.out("rev-parse", "refs/gitmem/origin/claude-mem")
    assert clone.out("rev-list", "--count", inbox) == "1"
    return clone


def test_notes_that_were_cut_are_read_and_joined(cut: GitDriver) -> None:
    remember(cut, "ours")

    gitmem(cut, "log")

    assert titles(cut) == ["one", "ours", "three", "two"]
    assert is_sound(cut)


def test_notes_that_were_cut_are_sent_and_made_whole(
    cut: GitDriver, shared: GitDriver, remote: GitDriver
) -> None:
    """Only the notes: the branch of the clone stays as short as it was asked to be."""
    exchanges(cut, shared, remote)

    assert cut.out("rev-list", "--count", "HEAD") == "1"
    assert int(cut.out("rev-list", "--count", NOTES_REF)) > 3


def test_notes_that_were_cut_go_to_a_fork_that_has_none(
    cut: GitDriver, remote: GitDriver, tmp_path: Path, home: Path
) -> None:
    """ "shallow update not allowed": their history is fetched from where they came from."""
    fork = GitDriver(tmp_path / "fork.git", home).init(bare=True)
    gitmem(cut, "log")
    cut.run("remote", "add", "fork", f"file://{fork.path}")
    cut.run("config", "remote.pushDefault", "fork")
    assert titles(cut) == ["one", "three", "two"]

    assert push(workspace_of(cut))
    assert titles(fork) == ["one", "three", "two"]
    assert is_sound(fork, cut)


def test_a_partial_clone_gets_notes_whole(
    shared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """What gitmem fetches lacks nothing, so that they are there without a network."""
    clone = cloned(remote, tmp_path / "clone", "--filter=blob:none")
    remember(shared, "later")
    push(workspace_of(shared))
    sync(workspace_of(clone))
    remote.path.rename(remote.path.with_name("gone"))

    assert titles(clone) == ["later", "one", "three", "two"]


def test_a_partial_clone_that_fetched_by_itself_asks_for_what_it_lacks(
    shared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    clone = cloned(remote, tmp_path / "clone", "--filter=blob:none")
    remember(shared, "later")
    remember(clone, "ours")
    push(workspace_of(shared))
    clone.run("fetch", "-q")

    assert "later" in gitmem(clone, "log").stdout
    assert titles(clone) == ["later", "one", "ours", "three", "two"]


@pytest.mark.parametrize("option", ["--mirror", "--bare"])
def test_a_bare_clone_reads_and_syncs(
    shared: GitDriver, remote: GitDriver, tmp_path: Path, option: str
) -> None:
    bare = cloned(remote, tmp_path / "bare.git", option)
    remember(shared, "later")
    push(workspace_of(shared))

    done = gitmem(bare, "sync")

    assert done.returncode == 0, done.stderr
    assert titles(bare) == ["later", "one", "three", "two"]
    assert "later" in gitmem(bare, "log").stdout
    assert "later" in gitmem(bare, "show", shared.out("rev-parse", "HEAD")).stdout
    assert gitmem(bare, "sync", "--dry-run").returncode == 0
    assert is_sound(bare, remote)


def test_a_mirror_sends_memories_and_no_other_ref(
    shared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """``remote.origin.mirror`` would have a push delete what the mirror lacks."""
    bare = cloned(remote, tmp_path / "bare.git", "--mirror")
    shared.run("push", "-q", "origin", "HEAD:refs/heads/later")
    remember(bare, "of the mirror", "main")

    assert push(workspace_of(bare))
    assert "of the mirror" in titles(remote)
    assert remote.out("rev-parse", "refs/heads/later") == shared.out("rev-parse", "HEAD")
    assert remote.out("for-each-ref", "refs/gitmem") == ""


def test_a_linked_worktree_shares_memories_and_sends_them(
    shared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    assert gitmem(shared, "init").returncode == 0
    shared.run("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = GitDriver(tmp_path / "linked", shared.home)
    linked.now = shared.now
    linked.commit("in the linked one", side="1")
    remember(linked, "from the linked one")

    linked.run("push", "-q", "origin", "side")

    assert "from the linked one" in titles(remote)
    assert titles(linked) == titles(shared)
    assert notes_tip(remote) == notes_tip(shared)


@prepared
def nested(shared: GitDriver, tmp_path: Path, home: Path) -> tuple[GitDriver, GitDriver]:
    """A superproject with ``shared``'s remote as its submodule, both set up; and its remote."""
    home_config = home / ".gitconfig"
    home_config.write_text('[protocol "file"]\n\tallow = always\n')
    above = GitDriver(tmp_path / "above.git", home).init(bare=True)
    top = GitDriver(tmp_path / "top", home).init()
    top.now = shared.now
    top.run("remote", "add", "origin", f"file://{above.path}")
    top.run("submodule", "--quiet", "add", shared.out("remote", "get-url", "origin"), "sub")
    top.commit("with a submodule")
    top.run("push", "-q", "-u", "origin", "main")
    for place in (top.path, top.path / "sub"):
        assert gitmem(top, "init", place=place).returncode == 0
    return top, above


@pytest.mark.parametrize("recurse", ["no", "on-demand"])
def test_a_superproject_and_its_submodule_keep_their_own(
    nested: tuple[GitDriver, GitDriver], remote: GitDriver, recurse: str
) -> None:
    top, above = nested
    sub = GitDriver(top.path / "sub", top.home)
    sub.now = top.now
    sub.commit("in the submodule", inner="1")
    remember(sub, "of the submodule")
    top.commit("move the submodule")
    remember(top, "of the superproject")

    top.run("push", "-q", f"--recurse-submodules={recurse}", "origin", "main")

    assert titles(above) == ["of the superproject"]
    assert titles(top) == ["of the superproject"]
    assert titles(sub) == ["of the submodule", "one", "three", "two"]
    assert ("of the submodule" in titles(remote)) is (recurse == "on-demand")
