from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitmem.state.known_repos import KnownRepos, known_repos_folder, repo_name
from tests.support.git import GitDriver


@pytest.fixture
def known_repos(tmp_path: Path) -> KnownRepos:
    return KnownRepos(tmp_path / "state" / "gitmem" / "repositories")


def set_up(git: GitDriver) -> GitDriver:
    state = git.repo.state_dir
    state.mkdir(exist_ok=True)
    (state / "install.json").write_text("{}")
    return git


def test_a_repository_is_listed_once_whatever_work_tree_added_it(
    known_repos: KnownRepos, committed: GitDriver, tmp_path: Path
) -> None:
    set_up(committed)
    committed.run("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = GitDriver(tmp_path / "linked", committed.home)

    known_repos.add(linked.repo)
    known_repos.add(committed.repo)

    assert [repo.top for repo in known_repos.repos()] == [str(committed.path)]


def test_what_is_gone_or_no_longer_set_up_is_struck_off(
    known_repos: KnownRepos, git: GitDriver, tmp_path: Path
) -> None:
    gone = set_up(GitDriver(tmp_path / "gone", git.home).init())
    left = set_up(GitDriver(tmp_path / "left", git.home).init())
    for driver in (set_up(git), gone, left):
        known_repos.add(driver.repo)
    shutil.rmtree(gone.path)
    (left.repo.state_dir / "install.json").unlink()

    assert [repo.top for repo in known_repos.repos()] == [str(git.path)]

    set_up(left)
    assert len(known_repos.repos()) == 1


def test_a_list_that_holds_rubbish_is_cleaned(known_repos: KnownRepos, git: GitDriver) -> None:
    known_repos.add(set_up(git).repo)
    folder = git.path.parent / "state" / "gitmem" / "repositories"
    (folder / "rubbish").write_bytes(b"\0\xff")
    (folder / "copy").write_text(str(git.path))

    assert len(known_repos.repos()) == 1
    assert len(list(folder.iterdir())) == 1


def test_removing_the_last_leaves_nothing(known_repos: KnownRepos, git: GitDriver) -> None:
    known_repos.add(set_up(git).repo)
    known_repos.remove(git.repo)
    known_repos.remove(git.repo)

    assert known_repos.repos() == []
    assert not (git.path.parent / "state" / "gitmem").exists()


def test_a_repository_is_called_by_its_folder(git: GitDriver, tmp_path: Path) -> None:
    bare = GitDriver(tmp_path / "store.git", git.home).init(bare=True)

    assert repo_name(git.repo) == "repo"
    assert repo_name(bare.repo) == "store"


@pytest.mark.parametrize("value", ["", "relative", "./here", "~/state"])
def test_a_state_folder_that_is_not_absolute_is_ignored(value: str, home: Path) -> None:
    expected = home / ".local/state/gitmem/repositories"

    assert known_repos_folder({"XDG_STATE_HOME": value}) == expected
