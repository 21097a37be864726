"""What git's commands that make commits of other commits tell us, by real git."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Practice
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.hook_location import read_git_version
from gitmem.setup.install import install
from gitmem.setup.uninstall import uninstall
from tests.support.git import GitDriver
from tests.support.jobs import eventually, hold_worker, jobs, set_up, sources
from tests.support.layouts import OLD_GIT, husky_8, husky_9, own_hooks_path, plain
from tests.support.prepared import prepared
from tests.support.snapshot import snapshot

_MODERN = os.environ.get("GITMEM_TEST_GIT", "")


@prepared
def side(committed: GitDriver) -> list[str]:
    """Three commits of ``side``, the oldest first; ``main`` is checked out and one ahead."""
    committed.run("checkout", "-q", "-b", "side")
    made = [committed.commit(f"side {n}", **{f"s{n}": "x\n"}) for n in range(3)]
    committed.run("checkout", "-q", "main")
    committed.commit("ahead", main="y\n")
    return made


def leftover(git: GitDriver) -> Path:
    return git.repo.git_dir / "gitmem-sources"


def newest(git: GitDriver, count: int = 1) -> list[str]:
    """The last commits, the oldest first."""
    return git.out("rev-list", "--reverse", f"-{count}", "HEAD").split()


def message(git: GitDriver) -> str:
    return git.out("log", "-1", "--format=%B").strip()


def hook(git: GitDriver, name: str, text: str) -> None:
    git.write(f".git/hooks/{name}", f"#!/bin/sh\n{text}\n").chmod(0o755)


@pytest.mark.parametrize("arrange", [plain, husky_9, husky_8, own_hooks_path])
def test_a_picked_commit_names_its_source(
    committed: GitDriver, side: list[str], arrange: Callable[[GitDriver], None]
) -> None:
    arrange(committed)
    set_up(committed)

    committed.run("cherry-pick", "-x", side[1])

    (made,) = newest(committed)
    assert sources(committed) == {made: [side[1]]}
    assert message(committed) == f"side 1\n\n(cherry picked from commit {side[1]})"
    assert not leftover(committed).exists()


def test_each_commit_of_a_picked_range_names_its_own(committed: GitDriver, side: list[str]) -> None:
    set_up(committed)

    committed.run("cherry-pick", "main..side")

    assert sources(committed) == dict(zip(newest(committed, 3), [[s] for s in side], strict=True))


@pytest.mark.parametrize("end", [("cherry-pick", "--continue"), ("commit", "-q")])
def test_a_picked_commit_names_its_source_after_a_conflict(
    committed: GitDriver, side: list[str], end: tuple[str, ...]
) -> None:
    committed.commit("in the way", s1="z\n")
    set_up(committed)
    committed.environ["GIT_EDITOR"] = "true"

    committed.run("cherry-pick", "main..side", check=False)
    assert sources(committed) == {newest(committed)[0]: [side[0]]}
    committed.write("s1", "both\n")
    committed.run("add", "s1")
    committed.run(*end)
    committed.run("cherry-pick", "--continue", check=end[0] == "commit")

    assert sources(committed) == dict(zip(newest(committed, 3), [[s] for s in side], strict=True))


@pytest.mark.parametrize(
    "options", [["-m", "all in one"], ["--no-verify", "-m", "all in one"], ["--no-edit"]]
)
def test_a_squash_merge_names_all_its_sources(
    committed: GitDriver, side: list[str], options: list[str]
) -> None:
    set_up(committed)

    committed.run("merge", "-q", "--squash", "side")
    committed.run("commit", "-q", *options)

    assert sources(committed) == {newest(committed)[0]: side[::-1]}
    assert message(committed) == "all in one" or "--no-edit" in options
    assert not leftover(committed).exists()


def test_an_edited_message_of_a_squash_changes_no_source(
    committed: GitDriver, side: list[str]
) -> None:
    set_up(committed)
    committed.environ["GIT_EDITOR"] = 'f() { echo other words >"$1"; }; f'

    committed.run("merge", "-q", "--squash", "side")
    committed.run("commit", "-q")

    assert message(committed) == "other words"
    assert sources(committed) == {newest(committed)[0]: side[::-1]}


def test_a_message_that_looks_like_a_list_is_none(committed: GitDriver) -> None:
    fake = f"commit {'a' * 40}"
    committed.run("checkout", "-q", "-b", "side")
    only = committed.commit(f"{fake}\n\n{fake}\n", s="x\n")
    committed.run("checkout", "-q", "main")
    set_up(committed)

    committed.run("merge", "-q", "--squash", "side")
    committed.run("commit", "-q", "-m", fake)

    assert sources(committed) == {newest(committed)[0]: [only]}


def test_a_squash_of_thousands_fits_into_a_job(committed: GitDriver) -> None:
    set_up(committed)
    ids = [f"{n:040x}" for n in range(2000)]
    committed.write(".git/SQUASH_MSG", "".join(f"commit {oid}\n\n    words\n\n" for oid in ids))

    made = committed.commit("squashed")

    assert sources(committed) == {made: ids[:1500]}


def empty_message(git: GitDriver) -> None:
    git.environ["GIT_EDITOR"] = 'f() { : >"$1"; }; f'
    assert git.run("commit", "-q", check=False).returncode != 0


def refused_by_commit_msg(git: GitDriver) -> None:
    hook(git, "commit-msg", "exit 1")
    assert git.run("commit", "-qm", "no", check=False).returncode != 0
    (git.path / ".git/hooks/commit-msg").unlink()


def refused_by_their_own(git: GitDriver) -> None:
    """Their prepare-commit-msg fails after ours has run in the same file."""
    path = git.path / ".git/hooks/prepare-commit-msg"
    ours = path.read_bytes()
    path.write_bytes(ours + b"exit 7\n")
    assert git.run("commit", "-qm", "no", check=False).returncode != 0
    path.write_bytes(ours)


@pytest.mark.parametrize("abort", [empty_message, refused_by_commit_msg, refused_by_their_own])
@pytest.mark.parametrize("begin", [("merge", "-q", "--squash", "side"), ("cherry-pick", "side~2")])
def test_what_an_aborted_commit_left_is_taken_by_no_other(
    committed: GitDriver,
    side: list[str],
    begin: tuple[str, ...],
    abort: Callable[[GitDriver], None],
) -> None:
    committed.commit("in the way of a pick", s0="z\n")
    set_up(committed)
    committed.run(*begin, check=False)
    committed.run("checkout", "--theirs", "s0", check=False)
    committed.run("add", "-A")

    abort(committed)
    assert leftover(committed).exists()
    committed.run("reset", "-q", "--hard")
    unrelated = committed.commit("unrelated", u="1\n")

    assert sources(committed) == {unrelated: []}
    assert not leftover(committed).exists()


def test_an_aborted_commit_that_is_tried_again_names_its_sources(
    committed: GitDriver, side: list[str]
) -> None:
    set_up(committed)
    committed.run("merge", "-q", "--squash", "side")

    refused_by_commit_msg(committed)
    committed.run("commit", "-qm", "yes")

    assert sources(committed) == {newest(committed)[0]: side[::-1]}


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_names_no_sources_and_every_commit_is_queued(
    committed: GitDriver, side: list[str], backend: str
) -> None:
    """Which commit became which is told at its end, with the job that wakes the worker."""
    set_up(committed)

    committed.run("rebase", "-q", backend, "main", "side")

    assert sources(committed) == {made: [] for made in newest(committed, 3)}
    (told,) = [job["rewritten"] for job in jobs(committed) if job["kind"] == "merge"]
    assert [line.split()[0] for line in told.splitlines()] == side
    assert not leftover(committed).exists()


def test_a_pick_inside_a_stopped_rebase_leaves_nothing_behind(
    committed: GitDriver, side: list[str]
) -> None:
    set_up(committed)
    committed.run("rebase", "-q", "--exec", f"git cherry-pick {side[2]}; git reset -q", "side~1")
    made = committed.commit("after", a="1\n")

    assert sources(committed)[made] == []


def count_workers(git: GitDriver) -> Callable[[], int]:
    """From now on; a launcher takes a line a start."""
    called = git.repo.state_dir / "called"
    (git.repo.state_dir / "run").write_text('#!/bin/sh\necho worker >>"${0%/*}/called"\n')
    return lambda: len(called.read_text().split()) if called.exists() else 0


def wakes_once(git: GitDriver, workers: Callable[[], int]) -> bool:
    """Whether one worker was started so far; that of a last commit starts after it."""
    git.commit("last of all")
    return eventually(lambda: workers() >= 2) and workers() == 2


def test_applied_patches_are_queued_and_the_last_one_wakes_the_worker(
    committed: GitDriver, side: list[str]
) -> None:
    patches = committed.out("format-patch", "-o", "../patches", "main..side").splitlines()
    set_up(committed)
    leftover(committed).write_text(side[0] + "\n")  # of a commit that came to nothing
    workers = count_workers(committed)

    committed.run("am", "-q", *patches)

    assert sources(committed) == {made: [] for made in newest(committed, 3)}
    assert wakes_once(committed, workers)


@pytest.mark.parametrize(
    ("branch", "command"),
    [
        ("main", ("cherry-pick", "main..side")),
        ("main", ("cherry-pick", "-x", "side~2", "side~1", "side")),
        ("side", ("revert", "--no-edit", "side~3..side")),
    ],
)
def test_of_many_picks_the_last_one_wakes_the_worker(
    committed: GitDriver, side: list[str], branch: str, command: tuple[str, ...]
) -> None:
    committed.run("checkout", "-q", branch)
    set_up(committed)
    workers = count_workers(committed)

    committed.run(*command)

    assert list(sources(committed)) == sorted(newest(committed, 3))
    assert wakes_once(committed, workers)


def test_picks_that_are_stopped_wake_the_worker_at_their_end(
    committed: GitDriver, side: list[str]
) -> None:
    committed.commit("in the way", s2="z\n")
    set_up(committed)
    workers = count_workers(committed)
    committed.environ["GIT_EDITOR"] = "true"

    assert committed.run("cherry-pick", "main..side", check=False).returncode != 0
    committed.write("s2", "both\n")
    committed.run("add", "s2")
    committed.run("cherry-pick", "--continue")

    assert len(sources(committed)) == 3
    assert wakes_once(committed, workers)


def test_a_merge_and_a_revert_name_no_sources(committed: GitDriver, side: list[str]) -> None:
    set_up(committed)

    committed.run("merge", "-q", "--no-ff", "-m", "joined", "side")
    committed.run("revert", "--no-edit", side[0])

    assert sources(committed) == {newest(committed)[0]: []}


def test_in_a_linked_work_tree_the_file_is_its_own(committed: GitDriver, side: list[str]) -> None:
    set_up(committed)
    committed.run("worktree", "add", "-q", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    committed.run("merge", "-q", "--squash", "side")
    refused_by_commit_msg(committed)

    linked.run("cherry-pick", side[2])
    there = newest(linked)[0]
    committed.run("commit", "-qm", "squashed")

    assert sources(committed) == {there: [side[2]], newest(committed)[0]: side[::-1]}


def test_hooks_in_gits_configuration_tell_the_same(
    committed: GitDriver, side: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if _MODERN:
        monkeypatch.setenv("PATH", f"{_MODERN}{os.pathsep}{os.environ['PATH']}")
    if read_git_version() < (2, 54):
        pytest.skip("needs git 2.54 or newer: on PATH, or its folder in GITMEM_TEST_GIT")
    install(committed.repo)
    hold_worker(committed)

    committed.run("cherry-pick", side[1])
    picked = newest(committed)[0]
    committed.run("merge", "-q", "--squash", "side")
    committed.run("commit", "-qm", "squashed")

    assert sources(committed) == {picked: [side[1]], newest(committed)[0]: side[::-1]}


def test_the_message_and_the_verdict_are_theirs(committed: GitDriver) -> None:
    hook(committed, "prepare-commit-msg", 'echo "$2: theirs" >"$1"')
    set_up(committed)

    committed.commit("ours")

    assert message(committed) == "message: theirs"


def test_a_clone_set_up_before_there_were_these_hooks_gets_them(committed: GitDriver) -> None:
    before = snapshot(committed.path)
    install(committed.repo, git_version=OLD_GIT)
    for event in ("prepare-commit-msg", "post-applypatch"):
        (committed.path / ".git/hooks" / event).unlink()
        (committed.repo.state_dir / "hooks" / event).unlink()

    found = diagnose(committed.repo, Practice(client=None, git_version=OLD_GIT))
    for finding in found:
        if finding.fix:
            finding.fix()

    assert len([finding for finding in found if "is missing" in finding.what]) == 2
    after = diagnose(committed.repo, Practice(client=None, git_version=OLD_GIT))
    assert sum("is in place and fires" in finding.what for finding in after) == len(EVENTS)
    uninstall(committed.repo)
    assert snapshot(committed.path) == before


def test_uninstall_leaves_no_sources(committed: GitDriver, side: list[str]) -> None:
    set_up(committed)
    committed.run("worktree", "add", "-q", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    for place in (committed, linked):
        leftover(place).write_text(side[0] + "\n")

    shutil.rmtree(committed.repo.state_dir / "queue")
    uninstall(committed.repo)

    assert not leftover(committed).exists()
    assert not leftover(linked).exists()
