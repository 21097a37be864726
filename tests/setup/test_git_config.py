from __future__ import annotations

import pytest

from gitmem.errors import GitFailed
from gitmem.setup.git_config import (
    GitConfig,
    config_path,
    display_entries,
    hook_entries,
    is_same_config,
    list_entries,
    lock_config,
    missing_entries,
    read_config,
    stale_entries,
    with_entries,
    without_entries,
)
from tests.support.git import GitDriver

OURS = "+refs/notes/claude-mem*:refs/gitmem/origin/claude-mem*"


def config(*lines: tuple[str, str]) -> GitConfig:
    return GitConfig(tuple(("local", name, value) for name, value in lines))


def test_every_level_is_read_with_its_name(git: GitDriver) -> None:
    git.run("config", "--global", "core.hooksPath", "/global")
    git.run("config", "core.hooksPath", "local\nwith a line")

    read = read_config(git.repo)

    assert read.values("core.hookspath") == ["/global", "local\nwith a line"]
    assert read.scope("core.hookspath") == "local"
    assert read.scope("core.nothing") == ""


def test_what_is_missing_from_nothing() -> None:
    assert missing_entries(config(), with_hooks=False) == [
        ("notes.rewriteRef", "refs/notes/claude-me[m]"),
        ("notes.rewriteMode", "concatenate"),
        ("notes.claude-mem.mergeStrategy", "union"),
    ]


@pytest.mark.parametrize(
    "glob",
    ["refs/notes/claude-mem", "refs/notes/claude-me[m]", "refs/notes/*", "refs/*", "*"],
)
def test_a_glob_that_covers_us_is_enough(glob: str) -> None:
    present = config(("notes.rewriteref", glob), ("notes.displayref", glob))

    assert display_entries(present) == []
    missing = [name for name, _ in missing_entries(present, with_hooks=False)]
    assert missing == ["notes.rewriteMode", "notes.claude-mem.mergeStrategy"]


def test_git_log_prints_notes_only_where_that_is_asked_for() -> None:
    assert display_entries(config()) == [("notes.displayRef", "refs/notes/claude-me[m]")]
    assert "notes.displayRef" not in dict(missing_entries(config(), with_hooks=False))


def test_a_strategy_for_our_ref_is_the_owners() -> None:
    present = config(("notes.claude-mem.mergestrategy", "theirs"))
    missing = [name for name, _ in missing_entries(present, with_hooks=False)]

    assert missing == ["notes.rewriteRef", "notes.rewriteMode"]


def test_what_is_added_is_no_longer_missing(git: GitDriver) -> None:
    git.run("remote", "add", "origin", "../x")
    missing = missing_entries(read_config(git.repo), with_hooks=True)
    path = config_path(git.repo)

    path.write_bytes(with_entries(git.repo, path.read_bytes(), missing))

    assert missing_entries(read_config(git.repo), with_hooks=True) == []
    assert stale_entries(read_config(git.repo), with_hooks=True) == []
    assert set(hook_entries()) <= set(stale_entries(read_config(git.repo), with_hooks=False))


def test_a_remote_without_a_fetch_refspec_is_left_without() -> None:
    remote = config(("remote.a.url", "x"), ("remote.b.url", "y"), ("remote.b.fetch", "z"))

    fetched = [entry for entry in missing_entries(remote, with_hooks=False) if "fetch" in entry[0]]

    assert [name for name, _ in fetched] == ["remote.b.fetch"]


def test_taking_out_is_the_inverse_of_adding(git: GitDriver) -> None:
    content = b"[core]\n\tbare = false\n# a word\n[alias]\n    st = status ; mine\n"
    entries = [("notes.rewriteRef", "a"), ("remote.With.Dots.fetch", OURS), *hook_entries()]

    added = with_entries(git.repo, content, entries)

    assert len(list_entries(added)) == len(entries) + 2
    assert without_entries(git.repo, added, entries) == content


def test_what_was_there_before_us_is_not_taken_out(git: GitDriver) -> None:
    theirs = f'[remote "origin"]\n\tfetch = {OURS}\n'.encode()
    both = with_entries(git.repo, theirs, [("remote.fork.fetch", OURS.replace("origin", "fork"))])

    rest = without_entries(git.repo, both, [], theirs)

    assert list_entries(rest) == [("remote.origin.fetch", OURS)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (b"[a]\n\tb = c\n", b"[a]\nb=c\n", True),
        (b"[a]\n\tb = c\n", b"[a]\n\tb = d\n", False),
        (b"[a]\n\tb = c\n", b"[a]\n\tb = c\n# a word\n", False),
    ],
)
def test_when_two_configurations_are_the_same(one: bytes, other: bytes, expected: bool) -> None:
    assert is_same_config(one, other) == expected


def test_git_cannot_write_while_we_hold_its_lock(git: GitDriver) -> None:
    path = config_path(git.repo)
    with lock_config(git.repo) as write:
        refused = git.run("config", "x.y", "z", check=False)
        write(path, path.read_bytes() + b"[ours]\n\ta = b\n", mode=0o644)

    assert refused.returncode != 0
    assert git.out("config", "ours.a") == "b"
    assert not path.with_name("config.lock").exists()


def test_a_lock_that_is_not_used_is_let_go(git: GitDriver) -> None:
    before = config_path(git.repo).read_bytes()
    with lock_config(git.repo):
        pass

    assert config_path(git.repo).read_bytes() == before
    git.run("config", "x.y", "z")


def test_a_configuration_that_git_cannot_read(git: GitDriver) -> None:
    repo = git.repo
    git.write(".git/config", "[broken\n")

    with pytest.raises(GitFailed):
        read_config(repo)
