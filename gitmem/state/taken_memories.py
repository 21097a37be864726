"""Memories that something from a remote took away, so that a person can bring them back.

No word of a memory is kept here, only where it stood: what a scrub removed must not live on in
another file.  Kept for ninety days, five thousand at most.  Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.model.value import dataclass, replace, values_of
from gitmem.state.state_file import StateFile

_MOST = 5_000
_KEPT_SECONDS = 90 * 86_400.0


@dataclass(frozen=True)
class TakenMemory:
    """A memory by its id; it stood in the note of ``commit`` in our notes commit ``notes``.

    ``how`` it was taken (forgotten, replaced or superseded), by whom (as the remote's notes commit
    says), from which ``remote``, and when that was seen, POSIX seconds.
    """

    id: str
    commit: str
    notes: str
    how: str
    by: str
    remote: str
    time: float


def read_taken(repo: Repo) -> list[TakenMemory]:
    """What was taken and not brought back yet, oldest first."""
    found = _file(repo).read_json(_parse, [])
    since = time.time() - _KEPT_SECONDS
    return [taken for taken in found if taken.time > since]


def keep_taken(repo: Repo, taken: Iterable[TakenMemory]) -> None:
    """Remember these as well."""
    known = {one.id: one for one in (*read_taken(repo), *taken)}
    _write(repo, list(known.values())[-_MOST:])


def drop_taken(repo: Repo, ids: Collection[str]) -> None:
    """These are back, or may stay away."""
    _write(repo, [taken for taken in read_taken(repo) if taken.id not in ids])


def follow_taken(repo: Repo, became: Mapping[str, str]) -> None:
    """Notes commits were made again: ``became`` says as which."""
    if taken := read_taken(repo):
        _write(repo, [replace(one, notes=became.get(one.notes, one.notes)) for one in taken])


def _write(repo: Repo, taken: list[TakenMemory]) -> None:
    with suppress(GitmemError, OSError):
        if taken:
            _file(repo).write_json([values_of(one) for one in taken])
        else:
            _file(repo).remove()


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "taken.json")


def _parse(value: Any) -> list[TakenMemory]:
    return [
        TakenMemory(
            id=str(one["id"]),
            commit=str(one["commit"]),
            notes=str(one["notes"]),
            how=str(one["how"]),
            by=str(one["by"]),
            remote=str(one["remote"]),
            time=float(one["time"]),
        )
        for one in value
    ]
