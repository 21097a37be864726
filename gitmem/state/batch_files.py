"""What a model's batches were given and have not returned yet, and what still has to be sent.

One file a batch in ``.git/gitmem/backfill/batches``; the one without an id is what waits to be
handed over.  It names memories that are in notes already: losing a file costs a better memory,
never one.  Standard library only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile


@dataclass(frozen=True)
class BatchEntry:
    """A slice to be compressed again: ``before`` are the memories that were made of it meanwhile.

    Without a ``session`` it is the commit alone; ``first`` and ``end`` are its records.
    """

    commit: str
    before: tuple[str, ...]
    branch: str = ""
    session: str = ""
    first: int = 0
    end: int = 0

    @property
    def key(self) -> str:
        """Its name in the batch."""
        return self.before[0]


class BatchFiles:
    """The batches of one repository."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "backfill" / "batches"

    def waiting(self) -> list[BatchEntry]:
        """What is to be handed over."""
        return _read(self._folder / "waiting.json")[1]

    def wait(self, entries: Sequence[BatchEntry]) -> None:
        """Keep exactly these as what is to be handed over; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        self._write(self._folder / "waiting.json", "", entries)

    def running(self) -> dict[str, list[BatchEntry]]:
        """Each batch that was handed over, by its id."""
        found = (_read(path) for path in sorted(self._folder.glob("batch-*.json")))
        return {batch: entries for batch, entries in found if batch}

    def hand_over(self, batch: str, entries: Sequence[BatchEntry]) -> None:
        """Keep what a batch holds; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        self._write(self._path(batch), batch, entries)

    def done(self, batch: str) -> None:
        """The batch was collected."""
        StateFile(self._path(batch)).remove()

    def _path(self, batch: str) -> Path:
        # Hashed: the id comes from outside and must not become a path.
        return self._folder / f"batch-{hashlib.sha256(batch.encode()).hexdigest()[:24]}.json"

    def _write(self, path: Path, batch: str, entries: Sequence[BatchEntry]) -> None:
        value = {"batch": batch, "entries": [asdict(entry) for entry in entries]}
        StateFile(path).write_json(value)


def _read(path: Path) -> tuple[str, list[BatchEntry]]:
    return StateFile(path).read_json(_parse_batch, ("", []))


def _parse_batch(value: Any) -> tuple[str, list[BatchEntry]]:
    entries = [
        BatchEntry(
            commit=str(entry["commit"]),
            before=tuple(map(str, entry["before"])),
            branch=str(entry["branch"]),
            session=str(entry["session"]),
            first=int(entry["first"]),
            end=int(entry["end"]),
        )
        for entry in value["entries"]
        if entry["before"]
    ]
    return str(value["batch"]), entries
