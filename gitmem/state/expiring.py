"""Sessions that are not remembered yet and whose transcripts their agent will soon delete.

The worker looks for them once a day, has them remembered, and leaves here what it could not: so
that a session's start can say so without reading a transcript.  Standard library only.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.model.value import dataclass, field
from gitmem.state.state_file import StateFile

_MAX_BYTES = 1 << 20
_MOST = 200


@dataclass(frozen=True)
class ExpiringRecord:
    """When was looked (POSIX seconds), and what was left: transcript, agent, when it may go."""

    checked: float = 0.0
    left: tuple[tuple[str, str, float], ...] = field(default=())


def read_expiring(repo: Repo) -> ExpiringRecord:
    """What the last look left; nothing where there was none."""
    return _file(repo).read_json(_parse, ExpiringRecord())


def write_expiring(repo: Repo, record: ExpiringRecord) -> None:
    """Keep it; a disk that refuses costs another look."""
    with suppress(GitmemError, OSError):
        _file(repo).write_json([record.checked, [list(one) for one in record.left[:_MOST]]])


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "expiring.json", _MAX_BYTES)


def _parse(value: Any) -> ExpiringRecord:
    checked, left = value
    found = ((str(path), str(agent), float(when)) for path, agent, when in left)
    return ExpiringRecord(float(checked), tuple(found))
