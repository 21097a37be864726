from __future__ import annotations

import os

import pytest

from gitmem.errors import DiskFull, ReadOnlyRepository
from gitmem.git.repo import translate_os_errors
from gitmem.model.job import Job
from gitmem.state.queue import MAX_ATTEMPTS, Queue
from tests.support.git import GitDriver


def test_jobs_come_in_the_order_of_their_moments(git: GitDriver) -> None:
    queue = Queue(git.repo)
    queue.add(Job("capture", commit="late"), 200.0)
    queue.add(Job("capture", commit="early"), 100.0)

    assert [queued.job.commit for queued in queue.jobs()] == ["early", "late"]


def test_a_job_stays_until_it_is_done(git: GitDriver) -> None:
    queue = Queue(git.repo)
    queue.add(Job("merge"))
    (queued,) = queue.jobs()

    assert not queue.is_empty()
    queue.finish(queued)
    assert queue.is_empty()


def test_a_failing_job_is_set_aside_after_its_last_attempt(git: GitDriver) -> None:
    queue = Queue(git.repo)
    queue.add(Job("capture", commit="c"), 100.0)
    stays = [queue.retry(queue.jobs()[0]) for _ in range(MAX_ATTEMPTS)]

    assert stays == [True] * (MAX_ATTEMPTS - 1) + [False]
    assert queue.is_empty()
    assert [(queued.job.commit, queued.time) for queued in queue.failed_jobs()] == [("c", 100.0)]


def test_what_was_set_aside_can_be_tried_again(git: GitDriver) -> None:
    queue = Queue(git.repo)
    queue.add(Job("capture", commit="c"), 100.0)
    for _ in range(MAX_ATTEMPTS):
        queue.retry(queue.jobs()[0])

    assert queue.requeue_failed_jobs() == 1
    assert [(queued.job, queued.time) for queued in queue.jobs()] == [
        (Job("capture", commit="c"), 100.0)
    ]


def test_a_half_written_job_is_left_alone_until_it_is_old(git: GitDriver) -> None:
    queue = Queue(git.repo)
    queue.add(Job("merge"))
    half = queue.jobs()[0].path.with_name("half.job")
    half.write_bytes(b"kind=capture\0commit=abc")

    assert len(queue.jobs()) == 1
    assert half.exists()
    os.utime(half, (0, 0))
    queue.jobs()
    assert not half.exists()


def test_a_full_disk_is_told_as_such() -> None:
    with pytest.raises(DiskFull, match="no space left"), translate_os_errors("write the queue"):
        raise OSError(28, "No space left on device")


def test_a_read_only_folder_is_told_as_such() -> None:
    with pytest.raises(ReadOnlyRepository), translate_os_errors("write the queue"):
        raise OSError(30, "Read-only file system")
