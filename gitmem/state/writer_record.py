"""When each compressor that asks a model last succeeded here, and why it failed last.

One small file, replaced whole; lost, it costs a line of ``gitmem status``.  Two workers that write
at once lose one of two moments, a second apart.  Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

_MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class WriterRecord:
    """Moments are POSIX seconds, 0.0 where there is none; ``reason`` is of the last failure, and
    ``failures`` counts those since the last success.
    """

    succeeded: float = 0.0
    failed: float = 0.0
    reason: str = ""
    failures: int = 0

    @property
    def failed_last(self) -> bool:
        """Whether it has not succeeded since it failed."""
        return self.failed > self.succeeded


def read_writer_records(repo: Repo) -> Mapping[str, WriterRecord]:
    """The record of each compressor, by its name without the version."""
    return _file(repo).read_json(_parse_records, {})


def keep_success(repo: Repo, name: str, now: float | None = None) -> None:
    """A model wrote something.  Never raises for the disk's sake: the memory comes first."""
    before = read_writer_records(repo).get(name, WriterRecord())
    succeeded = time.time() if now is None else now
    _keep(repo, name, replace(before, succeeded=succeeded, failures=0))


def keep_failure(repo: Repo, name: str, reason: str, now: float | None = None) -> None:
    """A model was to write, and another had to; ``reason`` is masked and one line already."""
    before = read_writer_records(repo).get(name, WriterRecord())
    failed = time.time() if now is None else now
    _keep(repo, name, replace(before, failed=failed, reason=reason, failures=before.failures + 1))


def _keep(repo: Repo, name: str, record: WriterRecord) -> None:
    if not repo.state_dir.is_dir():
        return  # nothing is made where nobody set gitmem up
    records = {**read_writer_records(repo), name: record}
    with suppress(GitmemError, OSError):
        _file(repo).write_json({key: asdict(kept) for key, kept in records.items()})


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "writers.json", max_bytes=_MAX_BYTES)


def _parse_records(value: Any) -> dict[str, WriterRecord]:
    return {
        str(name): WriterRecord(
            float(kept["succeeded"]),
            float(kept["failed"]),
            str(kept["reason"]),
            int(kept.get("failures", 0)),
        )
        for name, kept in value.items()
    }
