from __future__ import annotations

import time

import pytest

from gitmem.model.job import Job
from gitmem.setup.install import install
from gitmem.setup.person_line import start_line
from gitmem.state.last_capture import keep_capture
from gitmem.state.queue import Queue
from gitmem.state.settings import Settings
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

NOW = 1_800_000_000.0


@prepared
def ready(committed: GitDriver) -> GitDriver:
    """Set up, with three memories in the index."""
    install(committed.repo)
    for number in range(3):
        committed.commit(f"c{number}", **{f"f{number}": "x\n"})
        committed.add_note("HEAD", f"---\nkind: decision\ntitle: Memory {number}\n")
    gitmem(committed, "context")
    return committed


def line(git: GitDriver, source: str = "startup", given: int = 2, notice: str = "always") -> str:
    return start_line(git.repo, Settings(notice=notice), source, given, NOW)


def break_down(git: GitDriver) -> None:
    Queue(git.repo).add(Job("capture", commit="a" * 40), NOW - 7 * 86_400)


def test_what_was_given_is_said(ready: GitDriver) -> None:
    assert line(ready) == "gitmem: 2 of 3 memories given"


def test_and_when_work_was_last_remembered(ready: GitDriver) -> None:
    keep_capture(ready.repo, NOW - 200)

    assert line(ready) == "gitmem: 2 of 3 memories given; last capture 3 minutes ago"


def test_where_nothing_was_given_nothing_is_said(ready: GitDriver) -> None:
    assert line(ready, given=0) == ""


@pytest.mark.parametrize("source", ["resume", "clear", "compact", "", "\x1b[2J"])
def test_what_was_given_is_said_once_a_session(ready: GitDriver, source: str) -> None:
    assert line(ready, source) == ""


@pytest.mark.parametrize("notice", ["always", "problems"])
def test_what_is_broken_comes_first(ready: GitDriver, notice: str) -> None:
    break_down(ready)

    assert line(ready, notice=notice).startswith("gitmem is not capturing: 1 commit has waited")
    assert line(ready, notice=notice, given=0)


def test_only_problems(ready: GitDriver) -> None:
    assert line(ready, notice="problems") == ""


def test_never_means_never(ready: GitDriver) -> None:
    break_down(ready)

    assert line(ready, notice="never") == ""


@pytest.mark.parametrize("source", ["clear", "compact"])
def test_within_a_session_not_even_problems(ready: GitDriver, source: str) -> None:
    break_down(ready)

    assert line(ready, source) == ""


def test_who_only_resumes_hears_of_a_problem_once_a_day(ready: GitDriver) -> None:
    break_down(ready)

    def resumed(now: float) -> bool:
        return bool(start_line(ready.repo, Settings(), "resume", 0, now))

    assert [resumed(NOW), resumed(NOW + 60), resumed(NOW + 20 * 3_600)] == [True, False, False]
    assert resumed(NOW + 25 * 3_600)
    (ready.repo.state_dir / "notice.json").write_bytes(b"\xff{")
    assert resumed(NOW + 25 * 3_600)


def test_a_moment_in_the_future_is_no_reason_to_fail(ready: GitDriver) -> None:
    keep_capture(ready.repo, time.time() + 10 * 86_400)

    assert line(ready).startswith("gitmem: 2 of 3 memories given")
