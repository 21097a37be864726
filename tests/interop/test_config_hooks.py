"""Hooks in git's configuration, with a git that knows them (2.54 and newer).

``GITMEM_TEST_GIT`` names its folder where the git on PATH is older.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.model.job import parse_job
from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.hook_location import read_git_version
from gitmem.setup.install import install
from gitmem.setup.uninstall import uninstall
from gitmem.state.queue import Queue
from tests.support.git import GitDriver
from tests.support.layouts import LAYOUTS, OLD_GIT
from tests.support.snapshot import snapshot

_FOLDER = os.environ.get("GITMEM_TEST_GIT", "")


@pytest.fixture
def modern(committed: GitDriver, monkeypatch: pytest.MonkeyPatch) -> GitDriver:
    """A repository whose git, and ours, has hooks in its configuration."""
    if _FOLDER:
        monkeypatch.setenv("PATH", f"{_FOLDER}{os.pathsep}{os.environ['PATH']}")
    if read_git_version() < (2, 54):
        pytest.skip("needs git 2.54 or newer: on PATH, or its folder in GITMEM_TEST_GIT")
    return committed


def set_up(git: GitDriver) -> None:
    install(git.repo)
    (git.repo.state_dir / "run").write_text('#!/bin/sh\necho "$@" >>"${0%/*}/called"\n')


def commits_queued(git: GitDriver) -> list[str]:
    return [queued.job.commit for queued in Queue(git.repo).jobs() if queued.job.commit]


@pytest.mark.parametrize("arrange", LAYOUTS)
def test_hook_files_stay_untouched_and_a_commit_is_queued_once(
    modern: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    arrange(modern)
    before = snapshot(modern.path)
    set_up(modern)
    after = snapshot(modern.path)

    modern.run("commit", "--allow-empty", "-qm", "second", check=False)

    ours = (".git/gitmem", ".git/config", ".claude")
    assert {n: v for n, v in before.items() if not n.startswith(ours)} == {
        n: v for n, v in after.items() if not n.startswith(ours)
    }
    assert commits_queued(modern) == [modern.out("rev-parse", "HEAD")]


def test_the_hooks_of_the_repository_still_run(modern: GitDriver) -> None:
    modern.write(".git/hooks/post-commit", "#!/bin/sh\ntouch ran\n").chmod(0o755)
    set_up(modern)

    modern.commit("second")

    assert (modern.path / "ran").exists()


def test_post_rewrite_and_pre_push_get_what_git_tells(modern: GitDriver, remote: GitDriver) -> None:
    modern.write(".git/hooks/post-rewrite", "#!/bin/sh\ncat >theirs\n").chmod(0o755)
    modern.run("remote", "add", "origin", str(remote.path))
    set_up(modern)
    old = modern.out("rev-parse", "HEAD")
    modern.run("commit", "-q", "--amend", "-m", "better")
    modern.run("push", "-q", "origin", "main")

    told = f"{old} {modern.out('rev-parse', 'HEAD')}"
    (path,) = (modern.repo.state_dir / "queue").glob("rewrite-*")
    job = parse_job(path.read_bytes())
    assert job is not None
    assert job.extra["rewritten"] == told
    assert (modern.path / "theirs").read_text().strip() == told
    called = (modern.repo.state_dir / "called").read_text()
    assert f"hook pre-push origin {remote.path}\n" in called


def test_a_linked_work_tree_queues_in_the_common_directory(modern: GitDriver) -> None:
    set_up(modern)
    modern.run("worktree", "add", "-q", "../linked")
    linked = GitDriver(modern.path.parent / "linked", modern.home)

    made = linked.commit("there", b="2")

    assert commits_queued(modern) == [made]


def test_a_moved_repository_still_commits_and_pushes(modern: GitDriver, remote: GitDriver) -> None:
    modern.run("remote", "add", "origin", str(remote.path))
    set_up(modern)
    moved = GitDriver(modern.path.rename(modern.path.parent / "elsewhere"), modern.home)

    made = moved.commit("second")
    moved.run("push", "-q", "origin", "main")

    assert commits_queued(moved) == [made]


def test_every_hook_fires_and_one_switched_off_is_found(modern: GitDriver) -> None:
    install(modern.repo)
    practice = Practice(client=None)
    levels = {finding.level for finding in diagnose(modern.repo, practice)}
    modern.run("config", "hook.gitmem-post-commit.enabled", "false")

    found = [finding for finding in diagnose(modern.repo, practice) if finding.fix]
    for finding in found:
        assert finding.fix
        finding.fix()

    assert levels <= {Level.GOOD, Level.NOTE}
    assert "hook post-commit is missing (git configuration)" in [f.what for f in found]
    assert {finding.level for finding in diagnose(modern.repo, practice)} == levels


def test_after_an_update_of_git_the_hook_files_are_given_back(modern: GitDriver) -> None:
    before = snapshot(modern.path / ".git/hooks")
    install(modern.repo, git_version=OLD_GIT)
    set_up(modern)

    made = modern.commit("second")

    assert snapshot(modern.path / ".git/hooks") == before
    assert commits_queued(modern) == [made]


def test_everything_is_as_before_to_the_byte(modern: GitDriver, tmp_path: Path) -> None:
    before = snapshot(modern.path)

    install(modern.repo)
    uninstall(modern.repo)

    assert snapshot(modern.path) == before
