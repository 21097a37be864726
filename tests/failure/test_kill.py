"""``kill -9`` at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.state.queue import Queue
from gitmem.worker import work
from tests.support.capture import commit_of, memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.test_worker import queue_capture

pytestmark = pytest.mark.slow

# The child counts calls into gitmem's own code and kills itself at the given one: a different
# place of the pipeline for every number, without a seam in the code under test.
_CHILD = """
import os, signal, sys
from pathlib import Path
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.worker import work
limit, calls = int(sys.argv[3]), 0
def count(frame, event, argument):
    global calls
    if event in ("call", "return") and "gitmem" in frame.f_code.co_filename:
        calls += 1
        if calls == limit:
            os.kill(os.getpid(), signal.SIGKILL)
workspace = workspace_of(GitDriver(Path(sys.argv[1]), Path(sys.argv[2])))
sys.setprofile(count)
work(workspace)
sys.setprofile(None)
print(calls)
"""


def _run(git: GitDriver, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _CHILD, str(git.path), str(git.home), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _with_a_job(git: GitDriver) -> str:
    writer = session_in(git).prompt("Make prices exact.").say("Because floats lie.").write("p.py")
    commit = commit_of(git, writer, "Exact prices", "p.py")
    queue_capture(git, commit)
    return commit


@pytest.mark.parametrize("tenth", range(1, 20, 2))
def test_killed_anywhere_the_next_worker_ends_with_one_memory(
    committed: GitDriver, tenth: int
) -> None:
    _with_a_job(committed)
    whole = _run(committed, 0)
    assert whole.returncode == 0, whole.stderr
    for ref in (NOTES_REF, WATERMARK_REF):  # all that remembers must go, or it would come back
        committed.run("update-ref", "-d", ref)
    Index.discard(committed.repo.state_dir)
    commit = committed.out("rev-parse", "HEAD")
    queue_capture(committed, commit)

    # A second run makes some calls fewer (what the first one cached, what the clock spared).
    killed = _run(committed, int(whole.stdout) * tenth // 24)
    work(workspace_of(committed))

    assert killed.returncode == -signal.SIGKILL
    assert len(memories_on(committed, commit)) == 1
    assert Queue(committed.repo).is_empty()
    committed.run("fsck", "--strict")
