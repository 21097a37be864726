"""A backfill that is killed is gone on with: nothing doubled, nothing lost, nobody left behind."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from gitmem.notes.store import NoteStore
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.support.bigrepo import fill
from tests.support.capture import workspace_of
from tests.support.git import GitDriver

pytestmark = pytest.mark.slow

# Killed when so many commits are behind it; batches are small, so that it is between two.
_CHILD = """
import os, signal, sys
from pathlib import Path
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from gitmem.upkeep import backfill as b, backfill_plan as p, history_memories as history
b._BATCH = 16
history._process_count = lambda commits: int(sys.argv[4])
workspace = workspace_of(GitDriver(Path(sys.argv[1]), Path(sys.argv[2])))
limit, done = int(sys.argv[3]), 0
def count(steps):
    global done
    done += steps
    if done >= limit:
        os.kill(os.getpid(), signal.SIGKILL)
b.backfill(workspace, p.plan_backfill(workspace, p.BackfillSelection()), count)
"""


@pytest.mark.parametrize("limit", [1, 15, 40, 63, 99])
def test_killed_half_way_a_second_run_ends_as_one_does(git: GitDriver, limit: int) -> None:
    commits = fill(git, 100)
    command = [sys.executable, "-c", _CHILD, str(git.path), str(git.home), str(limit), "1"]

    killed = subprocess.run(command, capture_output=True, check=False)
    kept = len(list(NoteStore(git.repo).annotated_commits()))
    workspace = workspace_of(git)
    backfill(workspace, plan_backfill(workspace, BackfillSelection()), lambda count: None)

    assert killed.returncode == -signal.SIGKILL
    assert kept >= (limit // 20) * 16 - 16
    notes = dict(NoteStore(git.repo))
    assert len(notes) == 80
    assert set(notes) <= set(commits)
    assert all(len(note.documents) == 1 for note in notes.values())
    git.run("fsck", "--strict")


def test_the_reading_processes_end_with_the_one_that_was_killed(git: GitDriver) -> None:
    fill(git, 300)
    command = [sys.executable, "-c", _CHILD, str(git.path), str(git.home), "100", "2"]

    # They hold the same stderr: whoever lived on would keep this from returning.
    killed = subprocess.run(command, capture_output=True, check=False, timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert killed.stderr == b""
