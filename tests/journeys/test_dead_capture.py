"""Capture is dead, and the next session's start says so: what it is, and what mends it.

Everything is real but the agent's client, whose hook is called as it calls it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from gitmem.model.job import Job
from gitmem.setup.launcher import run_path
from gitmem.state.queue import Queue
from tests.support.cli import gitmem_process
from tests.support.git import GitDriver

WEEK = 7 * 86_400


@pytest.fixture
def ada(committed: GitDriver) -> GitDriver:
    """Set up, and nothing waits."""
    assert gitmem_process(committed, "init").returncode == 0
    return committed


def alone(git: GitDriver) -> dict[str, str]:
    """The environment of somebody who has no other gitmem."""
    folders = git.env()["PATH"].split(":")
    return {**git.env(), "PATH": ":".join(f for f in folders if not os.path.exists(f"{f}/gitmem"))}


def start_session(git: GitDriver) -> str:
    """What the person sees in a new session of a client that does not tell its transcript."""
    given = {"session_id": str(uuid.uuid4()), "cwd": str(git.path), "source": "startup"}
    done = subprocess.run(
        [run_path(git.repo), "hook", "SessionStart"],
        cwd=git.path,
        env={**alone(git), "CLAUDE_PROJECT_DIR": str(git.path), "CLAUDE_CODE_ENTRYPOINT": "cli"},
        input=json.dumps(given, separators=(",", ":")).encode(),
        capture_output=True,
        check=True,
    )
    printed: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return str(printed.get("systemMessage", ""))


def a_week_passes(git: GitDriver) -> None:
    for queued in Queue(git.repo).jobs():
        os.utime(queued.path, (queued.time - WEEK, queued.time - WEEK))


def commit(git: GitDriver, name: str, **environ: str) -> None:
    git.write(f"{name}.py", f"{name}\n")
    git.run("add", "-A")
    env = {**alone(git), **environ}
    subprocess.run(["git", "commit", "-q", "-m", name], cwd=git.path, env=env, check=True)


def settle(git: GitDriver) -> None:
    """Until the worker that a commit woke is done."""
    deadline = time.monotonic() + 30
    while not Queue(git.repo).is_empty():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def edit_launcher(git: GitDriver, old: str, new: str) -> None:
    run = run_path(git.repo)
    assert old in run.read_text()
    run.write_text(run.read_text().replace(old, new))


def lose_hook(git: GitDriver) -> None:
    (git.path / ".git/hooks/post-commit").unlink()


def move_hooks(git: GitDriver) -> None:
    git.run("config", "core.hooksPath", ".husky/_")


def share_hooks(git: GitDriver) -> None:
    shared = git.path.parent / "shared"
    shared.mkdir()
    git.run("config", "core.hooksPath", str(shared))


def lose_python(git: GitDriver) -> None:
    edit_launcher(git, sys.executable, "/nowhere/bin/python")


def kill_workers(git: GitDriver) -> None:
    """As for want of memory."""
    edit_launcher(git, "#!/bin/sh\n", '#!/bin/sh\n[ "$1" != worker ] || kill -9 $$\n')


GONE = "gitmem's git hooks are gone: commits are remembered late. Run: gitmem doctor"
NO_PYTHON = (
    "gitmem is not capturing: the Python it was set up with is gone, or cannot run it any more."
    " Run any gitmem command here; if gitmem itself is gone: pip install gitmem-cli"
)
WAITING = "gitmem is not capturing: 2 commits have waited for 7 days. Run: gitmem doctor"


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lose_hook, GONE),
        (move_hooks, GONE),
        (share_hooks, GONE),
        (lose_python, NO_PYTHON),
        (kill_workers, WAITING),
    ],
)
def test_dead_for_a_week_is_said_at_the_next_start_and_mended(
    ada: GitDriver, harm: Callable[[GitDriver], None], told: str
) -> None:
    assert start_session(ada) == ""  # healthy, with nothing to give
    harm(ada)
    commit(ada, "one")
    commit(ada, "two")
    time.sleep(0.3)  # a worker that is killed at once
    a_week_passes(ada)

    assert start_session(ada) == told

    if harm in (move_hooks, share_hooks):
        ada.run("config", "--unset", "core.hooksPath")
    gitmem_process(ada, *(["status"] if told == NO_PYTHON else ["doctor", "--fix"]))
    assert start_session(ada) == ""
    assert Queue(ada.repo).is_empty()


def commit_without_tree(git: GitDriver) -> str:
    """A commit of which a damaged disk has lost a part."""
    person = "A <a@example.com> 1767225600 +0000"
    text = f"tree {'1' * 40}\nauthor {person}\ncommitter {person}\n\nlost\n"
    options = ["-t", "commit", "-w", "--literally", "--stdin"]
    return git.run("hash-object", *options, stdin=text.encode()).stdout.decode().strip()


def test_what_three_workers_gave_up_is_said(ada: GitDriver) -> None:
    job = Job("capture", commit=commit_without_tree(ada), worktree=str(ada.path))
    Queue(ada.repo).add(job)
    told = []
    while not Queue(ada.repo).failed_jobs():
        told.append(start_session(ada))
        assert len(told) < 10

    assert start_session(ada) == (
        "gitmem is not capturing: 1 commit could not be remembered. Run: gitmem doctor"
    )
    assert told[0] == ""  # a job of seconds ago


def test_a_healthy_week_says_nothing(ada: GitDriver) -> None:
    for name in ("one", "two", "three"):
        commit(ada, name)
    settle(ada)

    assert start_session(ada) == ""
    commit(ada, "four")
    assert start_session(ada) == ""  # a commit of this moment


def test_who_switched_it_off_hears_nothing(ada: GitDriver) -> None:
    ada.run("config", "gitmem.enabled", "false")
    lose_hook(ada)
    commit(ada, "one")

    assert start_session(ada) == ""
