"""Hooks and workers of real processes race at the end of a worker's life: no job is left lying.

A round queues one to three jobs, at chance moments around the end of the worker that the first
one starts, and then waits: no later hook comes to the rescue.  The worker takes its turns as the
real one does, with nothing to load and nothing to do.
"""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitmem import worker
from gitmem.setup.launcher import put_program
from gitmem.state.queue import Queue
from tests.support.git import GitDriver
from tests.support.jobs import eventually, set_up

_WORKER = """
import os, random, sys, time
sys.path.insert(0, {root!r})
from gitmem.git.repo import guess_repo
from gitmem.state.queue import Queue
from gitmem.state.worker_turns import is_worker_needed, remove_mark, work_in_turns
repo = guess_repo({place!r})
queue = Queue(repo)
with open({starts!r}, "a") as file:
    file.write(f"{{os.getpid()}}\\n")

def drain():
    found = queue.jobs()
    time.sleep(random.random() * {busy})
    for job in found:
        queue.finish(job)
    return len(found)

try:
    if is_worker_needed(repo):
        work_in_turns(repo, drain, lambda: not queue.is_empty())
finally:
    remove_mark(repo)
"""


class Race:
    """A repository whose launcher is the real one, with a worker that has nothing to do."""

    def __init__(self, git: GitDriver, busy: float) -> None:
        set_up(git)
        put_program(git.repo, sys.executable)
        state = git.repo.state_dir
        self.starts = state / "starts"
        names = {"root": str(Path(worker.__file__).parents[1]), "place": str(git.path)}
        code = _WORKER.format(**names, starts=str(self.starts), busy=busy)
        run = (state / "run").read_text().rpartition("exec ")[0]
        python = shlex.join([sys.executable, "-I", "-S", "-c", code])
        (state / "run").write_text(f"{run}exec {python}\n")
        self._git, self._prelude = git, state / "hooks" / "prelude.sh"
        self.queue = Queue(git.repo)

    def hook(self) -> None:
        """Queue a job and wake, as a hook does, and wait for no more than that."""
        script = ". \"$0\"; queue merge 'kind=merge\\0'; wake"
        subprocess.run(
            ["/bin/sh", "-c", script, str(self._prelude)],
            cwd=self._git.path,
            env=self._git.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def workers(self) -> list[int]:
        """The process ids of all that were started."""
        return [int(line) for line in self.starts.read_text().split()]

    def round(self, chance: random.Random, life: float) -> int:
        """Some hooks, the later ones about when the worker ends; how many they were."""
        count = chance.randint(1, 3)
        for number in range(count):
            if number:
                time.sleep(chance.random() * life)
            self.hook()
        assert eventually(self.queue.is_empty), "a job was left lying"
        return count


def race(git: GitDriver, rounds: int) -> None:
    chance = random.Random(rounds)
    here = Race(git, busy=0.01)
    begun = time.monotonic()
    here.hook()
    assert eventually(here.queue.is_empty)
    life = 2 * (time.monotonic() - begun)

    hooks = 1 + sum(here.round(chance, life) for _ in range(rounds))

    # Else the marks were of no use, or the race was none: some rely on a worker, some do not.
    assert rounds / 2 < len(here.workers()) < hooks


def test_no_job_is_left_lying(committed: GitDriver) -> None:
    race(committed, rounds=40)


@pytest.mark.slow
def test_no_job_is_left_lying_in_thousands_of_rounds(committed: GitDriver) -> None:
    race(committed, rounds=3_000)


def test_a_burst_starts_few_workers(committed: GitDriver) -> None:
    here = Race(committed, busy=0.0)

    for _ in range(60):
        here.hook()

    assert eventually(here.queue.is_empty)
    assert len(here.workers()) <= 20


def test_the_job_of_a_worker_that_was_killed_is_taken_by_the_next_hook(
    committed: GitDriver,
) -> None:
    """By ``kill -9``, while it holds lock and mark."""
    here = Race(committed, busy=120.0)
    here.hook()
    assert eventually(here.starts.exists)
    (pid,) = here.workers()
    assert eventually((committed.repo.state_dir / "worker.pid").exists)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not _is_alive(pid))

    here.hook()

    assert eventually(lambda: len(here.workers()) == 2)
    os.kill(here.workers()[1], signal.SIGKILL)


def _is_alive(pid: int) -> bool:
    """Not so if it is only a name that nobody has asked about yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
