"""A hook that relies on a worker's mark leaves no job lying, whenever the worker ends.

A hook does two things, in this order: it writes its job, and it looks whether a worker is there
(starting one if not).  Here both happen at every pair of moments in a worker's end, by the real
script and the real turns; ``tests/failure/test_worker_race.py`` lets them race.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from gitmem.state import worker_turns
from gitmem.state.lock import lock
from gitmem.state.queue import Queue
from gitmem.state.worker_turns import is_worker_needed, leave_mark, remove_mark, work_in_turns
from tests.support.git import GitDriver
from tests.support.jobs import eventually, set_up
from tests.support.prepared import prepared

SHELLS = [
    found for name in ("dash", "bash", "busybox", "zsh", "ksh") if (found := shutil.which(name))
]
MOMENTS = (
    *("before the lock", "before the queue is read", "after it was read", "under the lock still"),
    *("after the lock", "after the mark", "before the last look", "after the last look"),
)


@prepared
def waiting(committed: GitDriver) -> GitDriver:
    """Set up, with a launcher that only notes that it was called."""
    set_up(committed)
    run = committed.repo.state_dir / "run"
    run.write_text('#!/bin/sh\necho "$@" >>"${0%/*}/called"\n')
    return committed


def sh(git: GitDriver, script: str, shell: str = "/bin/sh") -> None:
    """Run what a hook runs, behind the prelude."""
    prelude = git.repo.state_dir / "hooks" / "prelude.sh"
    command = [shell, *(["sh"] if shell.endswith("busybox") else []), "-c", f'. "$0"; {script}']
    subprocess.run([*command, str(prelude)], cwd=git.path, env=git.env(), check=True, timeout=30)


def is_called(git: GitDriver) -> bool:
    return (git.repo.state_dir / "called").exists()


def mark_of(git: GitDriver) -> Path:
    return git.repo.state_dir / "worker.pid"


@contextmanager
def hook_at(git: GitDriver, first: str, second: str) -> Iterator[Callable[[str], None]]:
    """What is to be called at each moment: the hook's two halves come at theirs."""

    steps = [(first, "queue merge 'kind=merge\\0'"), (second, "wake")]

    def come_to(moment: str) -> None:
        while steps and moment == steps[0][0]:  # once each: a worker may take several turns
            sh(git, steps.pop(0)[1])

    yield come_to


@pytest.mark.parametrize(("first", "second"), list(combinations_with_replacement(MOMENTS, 2)))
def test_a_job_is_done_or_a_worker_is_started_for_it(
    waiting: GitDriver, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    repo, queue = waiting.repo, Queue(waiting.repo)

    with hook_at(waiting, first, second) as come_to:

        def drain() -> int:
            come_to("before the queue is read")
            found = queue.jobs()
            come_to("after it was read")
            for job in found:
                queue.finish(job)
            come_to("under the lock still")
            return len(found)

        def has_more() -> bool:
            come_to("before the last look")
            answer = not queue.is_empty()
            come_to("after the last look")
            return answer

        def remove(of: object) -> None:
            come_to("after the lock")
            remove_mark(repo)
            come_to("after the mark")

        monkeypatch.setattr(worker_turns, "remove_mark", remove)
        leave_mark(repo)  # as the launcher does
        come_to("before the lock")
        work_in_turns(repo, drain, has_more)

    assert queue.is_empty() or eventually(lambda: is_called(waiting))
    assert not mark_of(waiting).exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_hooks_with_the_same_process_id_leave_a_job_each(waiting: GitDriver, shell: str) -> None:
    """In containers of one repository."""
    sh(waiting, "for n in 1 2 3; do queue rewrite 'kind=merge\\0rewritten=%s\\0' $n; done", shell)

    found = {queued.job.extra["rewritten"] for queued in Queue(waiting.repo).jobs()}
    assert found == {"1", "2", "3"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_hook_that_can_leave_no_job_ends(waiting: GitDriver, shell: str) -> None:
    folder = waiting.repo.state_dir / "queue"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_bytes(b"")

    sh(waiting, "! queue merge 'kind=merge\\0' 2>/dev/null && echo more >>\"$state/queue\"", shell)

    assert folder.read_bytes() == b"more\n"  # and what comes after is as ever


def test_while_a_worker_is_at_work_none_is_started(waiting: GitDriver) -> None:
    """Else the marks would be of no use."""
    queue = Queue(waiting.repo)

    def drain() -> int:
        sh(waiting, "queue merge 'kind=merge\\0'; wake")
        found = queue.jobs()
        for job in found:
            queue.finish(job)
        return len(found)

    assert work_in_turns(waiting.repo, drain, lambda: not queue.is_empty()) == 1
    time.sleep(0.1)
    assert not is_called(waiting)


@pytest.mark.parametrize("is_let_go", [False, True])
def test_who_finds_another_at_work_takes_back_its_mark_before_it_looks_again(
    waiting: GitDriver, monkeypatch: pytest.MonkeyPatch, is_let_go: bool
) -> None:
    """A hook may have relied on it; the other may have let go of the lock meanwhile."""
    other = lock(waiting.repo, "worker")
    other.__enter__()
    leave_mark(waiting.repo)

    def remove(of: object) -> None:
        remove_mark(waiting.repo)
        if is_let_go:
            other.__exit__(None, None, None)

    monkeypatch.setattr(worker_turns, "remove_mark", remove)

    assert is_worker_needed(waiting.repo) == is_let_go
    assert not mark_of(waiting).exists()
    if not is_let_go:
        other.__exit__(None, None, None)


@pytest.mark.parametrize("is_let_go", [False, True])
def test_who_does_not_get_the_lock_works_if_it_is_let_go(
    waiting: GitDriver, monkeypatch: pytest.MonkeyPatch, is_let_go: bool
) -> None:
    other = lock(waiting.repo, "worker")
    other.__enter__()
    drained: list[bool] = []

    def remove(of: object) -> None:
        if is_let_go and not drained:
            other.__exit__(None, None, None)

    monkeypatch.setattr(worker_turns, "remove_mark", remove)

    def drain() -> int:
        drained.append(True)
        return 1

    assert work_in_turns(waiting.repo, drain, lambda: False) == int(is_let_go)
    assert drained == [True] * is_let_go
    if not is_let_go:
        other.__exit__(None, None, None)


def ended_process() -> int:
    done = subprocess.Popen(["true"])
    done.wait()
    return done.pid


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "content",
    ["", "\n", "0\n", "007\n", "-1\n", "none\n", "1 2\n", "$(touch x)\n", "999999999999\n", None],
)
def test_a_mark_that_means_nobody_lets_a_worker_start(
    waiting: GitDriver, shell: str, content: str | None
) -> None:
    """Cut short, made by a worker that was killed, by nobody, or by whom we may not ask."""
    mark_of(waiting).write_text(f"{ended_process()}\n" if content is None else content)

    sh(waiting, "wake", shell)

    assert eventually(lambda: is_called(waiting))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_number_that_went_to_another_process_counts_for_minutes_only(
    waiting: GitDriver, shell: str
) -> None:
    """After a crash, or before a restart of the machine: this process stands for the other."""
    mark_of(waiting).write_text(f"{os.getpid()}\n")
    sh(waiting, "wake", shell)
    time.sleep(0.1)
    assert not is_called(waiting)

    then = time.time() - 180
    os.utime(mark_of(waiting), (then, then))
    sh(waiting, "wake", shell)

    assert eventually(lambda: is_called(waiting))


@pytest.mark.parametrize("folder", ["rebase-merge", "rebase-apply"])
def test_what_waits_for_the_end_of_a_rebase_gets_a_worker_of_its_own(
    waiting: GitDriver, folder: str
) -> None:
    """The one that is there may look before git is done."""
    mark_of(waiting).write_text(f"{os.getpid()}\n")
    (waiting.repo.git_dir / folder).mkdir()

    sh(waiting, "wake")

    assert eventually(lambda: is_called(waiting))


def test_anothers_mark_stays(waiting: GitDriver) -> None:
    mark_of(waiting).write_text("1\n")

    remove_mark(waiting.repo)

    assert mark_of(waiting).read_text() == "1\n"


def test_a_mark_that_cannot_be_written_stops_nobody(waiting: GitDriver) -> None:
    mark_of(waiting).mkdir()

    assert work_in_turns(waiting.repo, lambda: 3, lambda: False) == 3
