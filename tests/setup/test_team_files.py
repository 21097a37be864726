"""A person leaves alone, and the team by a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.setup.clients.claude_code import HOOKS
from gitmem.setup.install import install
from gitmem.setup.team_files import changed_team_files
from gitmem.setup.uninstall import UninstallReport, uninstall
from tests.support.cli import gitmem
from tests.support.git import GitDriver

FILES = [".claude/settings.json", ".mcp.json"]
OLD_GIT = (2, 40)


@pytest.fixture
def team(committed: GitDriver) -> GitDriver:
    """A repository whose commit has our files, one of them beside what the team had before."""
    committed.commit("settings", **{".claude__settings.json": '{"model": "x"}\n'})
    install(committed.repo, git_version=OLD_GIT)
    committed.environ["GITMEM_SKIP"] = "1"
    committed.commit("set gitmem up")
    return committed


def status(git: GitDriver) -> list[str]:
    return git.out("status", "--short").splitlines()


def test_what_is_committed_stays_when_one_person_leaves(team: GitDriver) -> None:
    report = uninstall(team.repo)

    assert status(team) == []
    assert report.committed == FILES
    assert HOOKS.has_us((team.path / FILES[0]).read_bytes())
    assert not (team.path / ".git" / "gitmem").exists()


def test_what_nobody_committed_is_restored(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)

    report = uninstall(committed.repo)

    assert report.committed == []
    assert status(committed) == []


@pytest.mark.parametrize("is_set_up", [True, False])
def test_the_team_leaves_by_a_commit(team: GitDriver, is_set_up: bool) -> None:
    if not is_set_up:
        uninstall(team.repo)

    done = gitmem(team, "uninstall", "--team")

    assert done.returncode == 0
    assert (team.path / FILES[0]).read_text() == '{"model": "x"}\n'
    assert not (team.path / FILES[1]).exists()
    assert changed_team_files(team.repo) == FILES
    assert f"git commit -m 'Remove gitmem' -- {' '.join(FILES)}" in done.stdout
    team.run("commit", "-qm", "Remove gitmem", "--", *FILES)
    assert status(team) == []


def test_another_clone_changes_nothing_and_is_left_as_it_was(
    team: GitDriver, tmp_path: Path
) -> None:
    other = team.clone(tmp_path / "other")
    install(other.repo, git_version=OLD_GIT)
    assert status(other) == []

    uninstall(other.repo)
    assert status(other) == []


def test_what_is_not_checked_out_is_not_written(team: GitDriver, tmp_path: Path) -> None:
    other = team.clone(tmp_path / "other", "--no-checkout")

    report = install(other.repo, git_version=OLD_GIT)

    assert [path.name for path in other.path.iterdir()] == [".git"]
    assert sum("not checked out" in notice for notice in report.notices) == 2
    other.run("checkout", "-q", "main")
    assert status(other) == []


@pytest.mark.parametrize("before", [None, "{}\n", '{"model": "x"}'])
def test_the_persons_own_settings_come_back_exactly(
    committed: GitDriver, tmp_path: Path, before: str | None
) -> None:
    settings = tmp_path / "agent" / "settings.json"
    settings.parent.mkdir()
    if before is not None:
        settings.write_text(before)
    install(committed.repo, git_version=OLD_GIT, user_settings=settings)

    report = uninstall(committed.repo, user_settings=settings)

    assert isinstance(report, UninstallReport)
    assert (settings.read_text() if settings.exists() else None) == before
