"""What imports wrote here, so that one can be undone: ids of memories, never their words.

A line of JSON for each lot that was written, with the time at which its import began: all lines of
one time are one import.  Losing it costs the undoing, nothing else.  Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.value import dataclass
from gitmem.state.state_file import StateFile

_MOST = 50
_MAX_BYTES = 32 << 20


@dataclass(frozen=True)
class RecordedImport:
    """One import: when it began (POSIX seconds), from what, and the ids by commit."""

    time: float
    source: str
    memories: Mapping[str, Sequence[str]]

    @property
    def count(self) -> int:
        """How many memories it wrote."""
        return sum(len(ids) for ids in self.memories.values())


def record_import(repo: Repo, lot: RecordedImport) -> None:
    """Note what is about to be written.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be.
    """
    value = [lot.time, lot.source, {commit: list(ids) for commit, ids in lot.memories.items()}]
    _file(repo).append(json.dumps(value).encode() + b"\n", "note what is imported")


def read_imports(repo: Repo) -> list[RecordedImport]:
    """The imports that can still be undone, oldest first; of many the last fifty."""
    found: dict[float, RecordedImport] = {}
    for lot in _file(repo).read_json_lines(_parse) or []:
        before = found.get(lot.time)
        memories: dict[str, Sequence[str]] = dict(before.memories if before else {})
        for commit, ids in lot.memories.items():
            memories[commit] = [*memories.get(commit, ()), *ids]
        found[lot.time] = RecordedImport(lot.time, lot.source, memories)
    return sorted(found.values(), key=lambda one: one.time)[-_MOST:]


def drop_import(repo: Repo, time: float) -> None:
    """It is undone.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be noted.
    """
    kept = [lot for lot in _file(repo).read_json_lines(_parse) or [] if lot.time != time]
    lines = (
        json.dumps([lot.time, lot.source, {c: list(ids) for c, ids in lot.memories.items()}])
        for lot in kept
    )
    _file(repo).write("".join(f"{line}\n" for line in lines).encode())


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "imports", _MAX_BYTES)


def _parse(value: Any) -> RecordedImport:
    time, source, memories = value
    return RecordedImport(
        float(time),
        str(source),
        {str(commit): [str(one) for one in ids] for commit, ids in memories.items()},
    )
