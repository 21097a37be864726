"""The durable queue between hooks and the worker: one small file per job.

Hooks write ``queue/<name>.job``; the file's modification time is the moment of the event (a
rename keeps it).  A job's file goes away only after its work is in the notes ref, so a worker
killed at any moment loses nothing, and work is idempotent, so it doubles nothing.  A job that
keeps failing is set aside in ``failed/`` for ``gitmem doctor``.  Standard library only.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo
from gitmem.model.job import Job, parse_job, render_job
from gitmem.model.value import dataclass, replace
from gitmem.state.sharing import private_mode, read_sharing
from gitmem.state.state_file import StateFile

MAX_ATTEMPTS = 3
MAX_JOB_BYTES = (1 << 20) + (1 << 16)  # what a client may say, and the rest
_HALF_WRITTEN_SECONDS = 3600.0
_OWNERS_SECONDS = 30 * 86_400.0
"""So long a job waits for the person whose it is."""


@dataclass(frozen=True)
class QueuedJob:
    """A job in its file.  ``time`` is the moment of the event, POSIX seconds."""

    path: Path
    job: Job
    time: float


class Queue:
    """The jobs of one repository, oldest first."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "queue"
        self._failed = repo.state_dir / "failed"
        self._is_shared = bool(read_sharing(repo))
        self._mode = private_mode(repo)  # an agent's last words may be in a job

    def add(self, job: Job, moment: float | None = None) -> Path:
        """Queue a job; durable on return.  ``moment`` is the event's time, now if not given.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        path = self._folder / f"{os.urandom(16).hex()}.job"
        StateFile(path, mode=self._mode).write(render_job(job))
        if moment is not None:
            os.utime(path, (moment, moment))
        return path

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not any(self._names(self._folder))

    def jobs(self) -> list[QueuedJob]:
        """All whole jobs, oldest first."""
        return self._read(self._folder)

    def failed_jobs(self) -> list[QueuedJob]:
        """The jobs set aside, oldest first."""
        return self._read(self._failed)

    def finish(self, queued: QueuedJob) -> None:
        """Take a job out: its work is done."""
        queued.path.unlink(missing_ok=True)

    def replace(self, queued: QueuedJob, job: Job) -> None:
        """Put another job in the place of one, as of the same moment; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written; the one stays.
        """
        StateFile(queued.path, mode=self._mode).write(render_job(job))
        os.utime(queued.path, (queued.time, queued.time))

    def retry(self, queued: QueuedJob) -> bool:
        """Count a failed attempt; after the last it is set aside.  Returns whether it stays."""
        job = replace(queued.job, attempt=queued.job.attempt + 1)
        stays = job.attempt < MAX_ATTEMPTS
        target = (self._folder if stays else self._failed) / queued.path.name
        StateFile(target, mode=self._mode).write(render_job(job))
        os.utime(target, (queued.time, queued.time))
        if not stays:
            self.finish(queued)
        return stays

    def requeue_failed_jobs(self) -> int:
        """Give the jobs set aside another chance; returns how many there are."""
        failed = self.failed_jobs()
        for queued in failed:
            self.add(replace(queued.job, attempt=0), queued.time)
            self.finish(queued)
        return len(failed)

    def _read(self, folder: Path) -> list[QueuedJob]:
        found = [queued for name in self._names(folder) if (queued := _read_job(folder / name))]
        return sorted(found, key=lambda queued: (queued.time, queued.path.name))

    def _names(self, folder: Path) -> list[str]:
        try:
            names = [name for name in os.listdir(folder) if name.endswith(".job")]  # noqa: PTH208
        except OSError:
            return []
        return (
            [name for name in names if self._is_ours(folder / name)] if self._is_shared else names
        )

    def _is_ours(self, path: Path) -> bool:
        """Whether it is for this person to do.  In a repository that several share each has the
        transcripts of their own sessions only: whoever took another's job would find nothing.
        """
        try:
            held = path.stat()
        except OSError:
            return False
        return held.st_uid == os.geteuid() or time.time() - held.st_mtime > _OWNERS_SECONDS


def _read_job(path: Path) -> QueuedJob | None:
    """The job in a file.  One that stays half written for an hour is cleared away."""
    try:
        moment = path.stat().st_mtime
    except OSError:
        return None
    data = StateFile(path, max_bytes=MAX_JOB_BYTES).read()
    if data is None:
        return None
    job = parse_job(data)
    if job is None:
        if time.time() - moment > _HALF_WRITTEN_SECONDS:
            with suppress(OSError):
                path.unlink()
        return None
    return QueuedJob(path, job, moment)
