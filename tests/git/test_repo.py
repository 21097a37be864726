from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.errors import (
    BareRepository,
    GitFailed,
    NotARepository,
    UnknownRevision,
    UnsupportedRepository,
)
from gitmem.git.repo import find_repo, git_environment, guess_repo, resolve_commit, run_git
from tests.support.git import GitDriver


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotARepository):
        find_repo(tmp_path)


def test_a_subdirectory_belongs_to_its_work_tree(git: GitDriver) -> None:
    (git.path / "a" / "b").mkdir(parents=True)

    assert find_repo(git.path / "a" / "b") == git.repo
    assert git.repo.worktree == git.path.resolve()


def test_the_git_directory_itself_knows_its_work_tree(git: GitDriver) -> None:
    assert find_repo(git.path / ".git").worktree == git.path.resolve()


def test_a_bare_repository_has_no_work_tree(remote: GitDriver) -> None:
    assert remote.repo.worktree is None
    with pytest.raises(BareRepository):
        remote.repo.need_worktree()


def test_a_linked_work_tree_shares_the_common_directory(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "../linked")
    linked = find_repo(committed.path.parent / "linked")

    assert linked.common_dir == committed.repo.common_dir
    assert linked.git_dir != committed.repo.git_dir
    assert linked.worktree == (committed.path.parent / "linked").resolve()


@pytest.mark.parametrize("name", ["with space", "with\nnewline", "with'quote", "ünïcode", "-dash"])
def test_awkward_names_of_work_trees(tmp_path: Path, home: Path, name: str) -> None:
    git = GitDriver(tmp_path / name, home).init()

    assert git.repo.worktree == git.path.resolve()
    assert git.repo.common_dir == git.path.resolve() / ".git"


def test_objects_of_another_hash_are_refused(tmp_path: Path, home: Path) -> None:
    git = GitDriver(tmp_path / "sha256", home)
    git.path.mkdir()
    git.run("init", "-q", "--object-format=sha256")

    with pytest.raises(UnsupportedRepository, match="sha256"):
        find_repo(git.path)


def test_a_git_that_is_too_old_is_told(
    git: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 2.31 ``git rev-parse`` printed ``--path-format`` back and went on."""
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\nprintf -- '--path-format=absolute\\nfalse\\n.git\\n.git\\n'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    with pytest.raises(GitFailed, match=r"older than 2\.31"):
        find_repo(git.path)


def test_the_environment_of_a_hook_does_not_mislead_our_git() -> None:
    given = {"GIT_DIR": "x", "GIT_INDEX_FILE": "y", "GIT_PREFIX": "", "GIT_SSH_COMMAND": "s"}

    cleaned = git_environment(given)

    assert "GIT_SSH_COMMAND" in cleaned
    assert not {"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"} & set(cleaned)


def test_a_failing_git_command_tells_its_complaint(git: GitDriver) -> None:
    with pytest.raises(GitFailed, match="Not a valid object name"):
        run_git(git.repo, "cat-file", "-p", "nonsense")


def test_a_name_that_looks_like_an_option_is_no_option(git: GitDriver) -> None:
    with pytest.raises(UnknownRevision):
        resolve_commit(git.repo, "--all")


def test_the_guess_is_what_git_says(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = committed.path.parent / "linked"
    for place in (committed.path, committed.path / ".git" / "..", linked):
        assert guess_repo(place) == find_repo(place)


def test_what_files_alone_do_not_tell_is_not_guessed(
    committed: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = committed.path.parent / "elsewhere"
    other.mkdir()
    (committed.path / "sub").mkdir()
    (committed.path / "sub" / ".git").write_text("gitdir: ../nowhere\n")

    assert guess_repo(committed.path / "sub") is None
    assert guess_repo("/") is None
    committed.run("config", "core.worktree", str(other))
    assert guess_repo(committed.path) is None
    committed.run("config", "--unset", "core.worktree")
    monkeypatch.setenv("GIT_DIR", str(committed.path / ".git"))
    assert guess_repo(committed.path) is None
