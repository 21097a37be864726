"""How far history was reconciled, and which annotated commits no ref reaches.

A cache: without it everything is looked at once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

MAX_COMMITS = 5_000


@dataclass(frozen=True)
class UnreachableNotes:
    """``lost`` are the annotated commits without a ref and without a carrier, each with the tip
    that its branch had when it was lost; ``unmatched`` those of them that others resemble.

    ``notes`` is the notes commit, ``pairs`` the number of pairs in the journal and ``filter_map``
    the signature of git-filter-repo's map that were looked at.
    """

    lost: Mapping[str, str] = field(default_factory=dict)
    unmatched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: str = ""
    pairs: int = 0
    filter_map: str = ""


def read_unreachable_notes(repo: Repo) -> UnreachableNotes | None:
    """What is known; None if nothing is, or the file is damaged."""
    return _file(repo).read_json(_parse_strays, None)


def write_unreachable_notes(repo: Repo, strays: UnreachableNotes) -> None:
    """Remember what is known; the oldest of more than 5,000 strays fall out.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    value = asdict(strays)
    value["lost"] = dict(list(strays.lost.items())[-MAX_COMMITS:])
    value["unmatched"] = {k: v for k, v in strays.unmatched.items() if k in value["lost"]}
    _file(repo).write_json(value)


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "strays.json")


def _parse_strays(value: Any) -> UnreachableNotes:
    return UnreachableNotes(
        lost={str(k): str(v) for k, v in value["lost"].items()},
        unmatched={str(k): tuple(map(str, v)) for k, v in value["unmatched"].items()},
        notes=str(value["notes"]),
        pairs=int(value["pairs"]),
        filter_map=str(value["filter_map"]),
    )
