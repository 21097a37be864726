"""What imports wrote here, so that one can be undone: ids of memories, never their words.

A line of JSON for each lot that is to be written, with the time at which its import began, and one
more with the notes commit that wrote it: all lines of one time are one import.  Losing it costs
the undoing, nothing else.  Standard library only.
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
    """One import: when it began (POSIX seconds), from what, the ids by commit, and the notes
    commits that wrote them.

    ``lots`` is in how many it was to be written: more than ``commits`` where it was killed, or
    where an older gitmem noted it.
    """

    time: float
    source: str
    memories: Mapping[str, Sequence[str]]
    commits: Sequence[str] = ()
    lots: int = 1

    @property
    def count(self) -> int:
        """How many memories it wrote."""
        return sum(len(ids) for ids in self.memories.values())


def record_import(repo: Repo, lot: RecordedImport) -> None:
    """Note what is about to be written.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be.
    """
    _file(repo).append(_line(lot).encode(), "note what is imported")


def record_written(repo: Repo, lot: RecordedImport, commit: str | None) -> None:
    """Note which notes commit wrote a lot that was noted; None where all was there already.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be.
    """
    if commit is not None:
        written = RecordedImport(lot.time, lot.source, {}, [commit])
        _file(repo).append(_line(written).encode(), "note what is imported")


def read_imports(repo: Repo) -> list[RecordedImport]:
    """The imports that can still be undone, oldest first; of many the last fifty."""
    found: dict[float, RecordedImport] = {}
    for lot in _file(repo).read_json_lines(_parse) or []:
        before = found.get(lot.time)
        memories: dict[str, Sequence[str]] = dict(before.memories if before else {})
        for commit, ids in lot.memories.items():
            memories[commit] = [*memories.get(commit, ()), *ids]
        commits = [*(before.commits if before else ()), *lot.commits]
        lots = (before.lots if before else 0) + bool(lot.memories)
        found[lot.time] = RecordedImport(lot.time, lot.source, memories, commits, lots)
    return sorted(found.values(), key=lambda one: one.time)[-_MOST:]


def drop_import(repo: Repo, time: float) -> None:
    """It is undone.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be noted.
    """
    kept = [lot for lot in _file(repo).read_json_lines(_parse) or [] if lot.time != time]
    _file(repo).write("".join(map(_line, kept)).encode())


def follow_imports(repo: Repo, became: Mapping[str, str]) -> None:
    """Notes commits were made again: ``became`` says as which.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be noted.
    """
    lots = [
        RecordedImport(
            *(lot.time, lot.source, lot.memories),
            commits=[became.get(commit, commit) for commit in lot.commits],
        )
        for lot in _file(repo).read_json_lines(_parse) or []
    ]
    if lots:
        _file(repo).write("".join(map(_line, lots)).encode())


def _line(lot: RecordedImport) -> str:
    memories = {commit: list(ids) for commit, ids in lot.memories.items()}
    return json.dumps([lot.time, lot.source, memories, list(lot.commits)]) + "\n"


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "imports", _MAX_BYTES)


def _parse(value: Any) -> RecordedImport:
    time, source, memories, *more = value
    return RecordedImport(
        float(time),
        str(source),
        {str(commit): [str(one) for one in ids] for commit, ids in memories.items()},
        [str(commit) for commit in (more[0] if more else ())],
    )
