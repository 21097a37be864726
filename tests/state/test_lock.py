from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from gitmem.state.lock import LockName, is_locked, is_worker_running, lock, wait_for_lock
from tests.support.git import GitDriver

_HOLDER = """
import sys
from gitmem.git.repo import find_repo
from gitmem.state.lock import lock
with lock(find_repo(sys.argv[1]), "worker") as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("name", get_args(LockName))
def test_one_at_a_time_holds_a_lock(git: GitDriver, name: LockName) -> None:
    assert not is_locked(git.repo, name)
    with lock(git.repo, name) as first, lock(git.repo, name) as second:
        assert (first, second) == (True, False)
        assert is_locked(git.repo, name)

    assert not is_locked(git.repo, name)
    with lock(git.repo, name) as third:
        assert third


def test_a_lock_keeps_nobody_from_another(git: GitDriver) -> None:
    with lock(git.repo, "worker") as worker, lock(git.repo, "backfill") as backfill:
        assert (worker, backfill) == (True, True)
        assert not is_locked(git.repo, "recompress")


def test_who_did_not_get_the_lock_does_not_take_it_from_who_did(git: GitDriver) -> None:
    with lock(git.repo, "worker"):
        with lock(git.repo, "worker"):
            pass

        assert is_worker_running(git.repo)


def test_looking_for_a_worker_leaves_nothing(git: GitDriver) -> None:
    assert not is_worker_running(git.repo)
    assert not git.repo.state_dir.exists()


def test_a_lock_ends_with_its_holder_however_that_ends(git: GitDriver) -> None:
    command = [sys.executable, "-c", _HOLDER, str(git.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert is_worker_running(git.repo)
        holder.kill()

    with lock(git.repo, "worker") as is_ours:
        assert is_ours


def test_a_lock_that_is_held_for_a_moment_is_waited_for(git: GitDriver) -> None:
    with lock(git.repo, "answer"), wait_for_lock(git.repo, "answer", 0.05) as is_ours:
        assert not is_ours
    with wait_for_lock(git.repo, "answer", 0.05) as is_ours:
        assert is_ours
