"""What the default branch says holds in every work tree, whatever is checked out there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.git.repo import find_repo
from gitmem.state.kept_team_files import keep_team_files, team_files
from gitmem.state.settings import read_settings
from gitmem.state.team_path import NAME, has_kept_files, kept_path
from tests.support.git import GitDriver

FILE = "[gitmem]\n\tprompts = none\n"


def with_file(git: GitDriver, text: str = FILE) -> None:
    git.write(NAME, text)
    git.run("add", NAME)
    git.commit("the team's file")


def test_without_a_file_nothing_is_kept(committed: GitDriver) -> None:
    keep_team_files(committed.repo)

    assert not has_kept_files(committed.repo)
    assert team_files(committed.repo) == []


@pytest.mark.parametrize("branch", ["main", "master", "trunk", "develop"])
def test_an_older_commit_is_under_it(committed: GitDriver, branch: str) -> None:
    committed.run("branch", "-m", branch)
    with_file(committed)
    keep_team_files(committed.repo)
    committed.run("checkout", "-q", "--detach", "HEAD~1")

    assert not (committed.path / NAME).exists()
    assert read_settings(committed.repo).prompts == "none"


def test_it_goes_when_the_default_branch_drops_it(committed: GitDriver) -> None:
    with_file(committed)
    keep_team_files(committed.repo)
    committed.run("rm", "-q", NAME)
    committed.commit("without it")
    held = read_settings(committed.repo).prompts
    keep_team_files(committed.repo)

    assert held == "none"
    assert read_settings(committed.repo).prompts == "full"
    assert not has_kept_files(committed.repo)


def test_the_remotes_branch_counts_before_it_is_merged(
    committed: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "origin", "main")
    other = GitDriver(tmp_path / "other", committed.home)
    committed.run("clone", "-q", str(remote.path), str(other.path))
    with_file(other)
    other.run("push", "-q", "origin", "main")
    committed.run("fetch", "-q", "origin")
    keep_team_files(committed.repo)

    assert read_settings(committed.repo).prompts == "none"


def test_a_linked_work_tree_and_a_bare_repository_have_it_too(
    committed: GitDriver, tmp_path: Path
) -> None:
    committed.run("branch", "old")
    with_file(committed)
    keep_team_files(committed.repo)
    committed.run("worktree", "add", "-q", str(tmp_path / "linked"), "old")
    committed.run("clone", "-q", "--bare", str(committed.path), str(tmp_path / "bare.git"))
    bare = find_repo(tmp_path / "bare.git")
    bare.state_dir.mkdir()
    keep_team_files(bare)

    assert read_settings(find_repo(tmp_path / "linked")).prompts == "none"
    assert read_settings(bare).prompts == "none"


def test_a_link_or_a_huge_file_on_the_branch_is_unreadable(committed: GitDriver) -> None:
    (committed.path / NAME).symlink_to("/etc/hostname")
    committed.run("add", NAME)
    committed.commit("a link")
    keep_team_files(committed.repo)
    link = [file.unreadable for file in team_files(committed.repo)]
    (committed.path / NAME).unlink()
    with_file(committed, "#" * 200_000)
    keep_team_files(committed.repo)
    (committed.path / NAME).unlink()

    assert all(link)
    assert [file.unreadable for file in team_files(committed.repo)] == ["it is larger than 64 KiB"]


def test_a_folder_on_the_branch_sets_nothing(committed: GitDriver) -> None:
    committed.write(f"{NAME}/file", "x\n")
    committed.run("add", NAME)
    committed.commit("a folder")
    keep_team_files(committed.repo)

    assert team_files(committed.repo) == []


def test_a_damaged_copy_keeps_everything_back(committed: GitDriver) -> None:
    kept_path(committed.repo).parent.mkdir(exist_ok=True)
    kept_path(committed.repo).write_text("{")

    assert read_settings(committed.repo).team.unreadable
