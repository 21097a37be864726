"""Partial clones: what is missing comes at once, or is said to be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.errors import GitFailed, RemoteUnavailable
from gitmem.git.blame import blame
from gitmem.git.commits import read_change
from gitmem.git.log import walk_log
from gitmem.git.promisor import bring_changes, promisor_remote
from gitmem.git.repo import try_git
from tests.support.cli import gitmem
from tests.support.git import GitDriver

FILTERS = ["--filter=blob:none", "--filter=tree:0"]


@pytest.fixture
def upstream(git: GitDriver) -> GitDriver:
    """Thirty commits; the file was renamed on the way."""
    git.run("config", "uploadpack.allowFilter", "true")
    for number in range(30):
        if number == 20:
            git.run("mv", "a/limit.py", "a/most.py")
        name = "a/limit.py" if number < 20 else "a/most.py"
        text = "".join(f"line {line} of {number if line == number else 0}\n" for line in range(40))
        why = "The vendor asked for it, because the older limit is too low."
        git.commit(f"Raise the limit to {number}\n\n{why}", **{name: text, "b/y": f"{number}\n"})
    return git


def partial(upstream: GitDriver, path: Path, *options: str) -> GitDriver:
    path.mkdir()
    clone = GitDriver(path, upstream.home)
    clone.now = upstream.now
    clone.run("clone", "-q", *options, f"file://{upstream.path}", ".")
    return clone


def fetches(clone: GitDriver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file in which each fetch of a git that runs from here on leaves a line."""
    log = tmp_path / "fetches"
    log.touch()
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    real = "$(PATH=${PATH#*:} command -v git)"
    git.write_text(
        f'#!/bin/sh\nfor word; do [ "$word" != fetch ] || echo "$*" >>{log}; done\n'
        f'exec "{real}" "$@"\n'
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=":")
    return log


@pytest.mark.parametrize(("option", "most"), zip(FILTERS, (1, 2), strict=True))
def test_backfill_fetches_in_bulk(
    upstream: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, most: int
) -> None:
    whole = upstream.clone(tmp_path / "whole")
    clone = partial(upstream, tmp_path / "partial", option)
    log = fetches(clone, monkeypatch, tmp_path)

    assert gitmem(clone, "backfill").returncode == 0

    assert gitmem(whole, "backfill").returncode == 0
    notes = [git.out("notes", "--ref", "claude-mem", "list") for git in (clone, whole)]
    assert notes[0] == notes[1]
    assert len(notes[0].splitlines()) == 30
    assert len(log.read_text().splitlines()) == most


@pytest.mark.parametrize("option", FILTERS)
def test_what_did_not_come_is_said(upstream: GitDriver, tmp_path: Path, option: str) -> None:
    clone = partial(upstream, tmp_path / "partial", option)
    upstream.path.rename(tmp_path / "gone")

    done = gitmem(clone, "backfill")

    assert done.returncode == RemoteUnavailable.exit_code
    assert "partial clone that lacks the contents of 30 commits" in done.stderr
    assert "Run the command again when the remote answers" in done.stderr
    assert done.stderr.count("\n") < 8
    assert clone.run("notes", "--ref", "claude-mem", "list", check=False).stdout == b""


def test_what_did_not_come_is_remembered_by_the_next_run(
    upstream: GitDriver, tmp_path: Path
) -> None:
    clone = partial(upstream, tmp_path / "partial", FILTERS[0])
    upstream.path.rename(tmp_path / "gone")
    gitmem(clone, "backfill")
    (tmp_path / "gone").rename(upstream.path)

    assert gitmem(clone, "backfill").returncode == 0
    assert len(clone.out("notes", "--ref", "claude-mem", "list").splitlines()) == 30


def test_blame_asks_for_a_files_history_at_once(
    upstream: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = partial(upstream, tmp_path / "partial", FILTERS[0])
    log = fetches(clone, monkeypatch, tmp_path)

    parts = blame(clone.repo, "a/most.py")

    assert parts == blame(upstream.repo, "a/most.py")
    assert len(log.read_text().splitlines()) <= 5


def test_our_git_fetches_nothing_by_itself(upstream: GitDriver, tmp_path: Path) -> None:
    clone = partial(upstream, tmp_path / "partial", FILTERS[0])
    old = upstream.out("rev-parse", "HEAD~5:b/y")

    assert promisor_remote(clone.repo) == "origin"
    assert try_git(clone.repo, "cat-file", "blob", old).returncode != 0
    clone.run("cat-file", "blob", old)  # git's own does


def test_a_commit_is_told_by_its_names_where_its_contents_are_missing(
    upstream: GitDriver, tmp_path: Path
) -> None:
    clone = partial(upstream, tmp_path / "partial", FILTERS[0])

    change = read_change(clone.repo, clone.out("rev-parse", "HEAD~5"))

    assert [(file.path, file.insertions) for file in change.files] == [("a/most.py", 0), ("b/y", 0)]
    assert (change.added_lines, change.patch_id) == ((), "")


def test_a_treeless_clone_is_told_how_to_get_folders(upstream: GitDriver, tmp_path: Path) -> None:
    clone = partial(upstream, tmp_path / "partial", FILTERS[1])

    with pytest.raises(GitFailed) as caught:
        list(walk_log(clone.repo, [], ["HEAD"], ["b"]))
    assert "git fetch --refetch --filter=blob:none" in caught.value.hint

    clone.run("fetch", "-q", "--refetch", "--filter=blob:none")  # the remedy helps
    assert len(list(walk_log(clone.repo, [], ["HEAD"], ["b"]))) == 30


def test_a_whole_clone_is_never_asked_for_anything(committed: GitDriver) -> None:
    assert promisor_remote(committed.repo) == ""
    assert not bring_changes(committed.repo, [committed.out("rev-parse", "HEAD")])
