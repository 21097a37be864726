from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.git.repo import find_repo
from gitmem.setup.hook_location import PlaceKind, find_place, read_git_version
from gitmem.setup.install import install
from gitmem.setup.uninstall import uninstall
from tests.support.git import GitDriver
from tests.support.layouts import OLD_GIT


def test_the_ordinary_folder(git: GitDriver) -> None:
    place = find_place(git.repo, OLD_GIT)

    assert (place.kind, place.folder) == (PlaceKind.FOLDER, git.path / ".git/hooks")


@pytest.mark.parametrize("version", [(2, 54), (2, 60), (3, 0)])
def test_a_git_with_hooks_in_its_configuration(git: GitDriver, version: tuple[int, int]) -> None:
    git.run("config", "core.hooksPath", "/elsewhere")

    assert find_place(git.repo, version).kind is PlaceKind.CONFIG


@pytest.mark.parametrize(
    ("hooks_path", "kind", "folder"),
    [
        (".husky/_", PlaceKind.HUSKY, ".husky"),
        ("packages/web/.husky/_", PlaceKind.HUSKY, "packages/web/.husky"),
        (".husky", PlaceKind.FOLDER, ".husky"),
        ("tools/hooks", PlaceKind.FOLDER, "tools/hooks"),
    ],
)
def test_a_folder_of_the_project(
    git: GitDriver, hooks_path: str, kind: PlaceKind, folder: str
) -> None:
    git.run("config", "core.hooksPath", hooks_path)

    place = find_place(git.repo, OLD_GIT)

    assert (place.kind, place.folder) == (kind, git.path / folder)
    assert place.run_from == git.path / hooks_path


@pytest.mark.parametrize("scope", ["--local", "--global"])
@pytest.mark.parametrize("hooks_path", ["/dev/null", "../shared", "~/hooks"])
def test_a_folder_outside_is_foreign_whoever_chose_it(
    git: GitDriver, scope: str, hooks_path: str
) -> None:
    git.run("config", scope, "core.hooksPath", hooks_path)

    assert find_place(git.repo, OLD_GIT).kind is PlaceKind.FOREIGN


def test_a_link_that_leads_outside_is_foreign(git: GitDriver, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (git.path / "hooks").symlink_to(tmp_path / "shared")
    git.run("config", "core.hooksPath", "hooks")

    assert find_place(git.repo, OLD_GIT).kind is PlaceKind.FOREIGN


def test_the_main_work_trees_folder_seen_from_a_linked_one(committed: GitDriver) -> None:
    committed.run("config", "core.hooksPath", str(committed.path / "tools/hooks"))
    committed.run("worktree", "add", "-q", "../linked")

    place = find_place(find_repo(committed.path.parent / "linked"), OLD_GIT)

    assert (place.kind, place.folder) == (PlaceKind.FOLDER, committed.path / "tools/hooks")


def test_the_git_on_path_tells_its_version() -> None:
    assert read_git_version() >= (2, 31)


@pytest.mark.parametrize("nothing", ["", "/dev/null"])
def test_a_path_of_nothing_switches_hooks_off(git: GitDriver, nothing: str) -> None:
    git.run("config", "core.hooksPath", nothing)

    place = find_place(git.repo, OLD_GIT)

    assert (place.kind, place.is_off) == (PlaceKind.FOREIGN, True)
    assert find_place(git.repo, (2, 54)).kind is PlaceKind.CONFIG


def test_a_path_of_nothing_is_told_at_init_and_by_the_doctor(committed: GitDriver) -> None:
    committed.run("config", "core.hooksPath", "")

    report = install(committed.repo, git_version=OLD_GIT)

    assert any("switches hooks off" in notice for notice in report.notices)
    assert uninstall(committed.repo).failures == []
    assert committed.out("config", "core.hooksPath") == ""


@pytest.mark.parametrize("path", ["sub dir/hooks", "häkchen 🚀", "%(prefix)/nowhere"])
def test_odd_names_of_a_hooks_folder(committed: GitDriver, path: str) -> None:
    committed.run("config", "core.hooksPath", path)

    install(committed.repo, git_version=OLD_GIT)

    place = find_place(committed.repo, OLD_GIT)
    is_inside = not path.startswith("%")
    assert (place.kind is PlaceKind.FOLDER) is is_inside
    assert (place.folder / "post-commit").exists() is is_inside
