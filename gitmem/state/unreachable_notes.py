"""How far history was reconciled, and which annotated commits no ref reaches.

A cache: without it everything is looked at once more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gitmem.git.repo import Repo
from gitmem.state.atomic import write_atomically

KEPT = 5_000


@dataclass(frozen=True)
class Strays:
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


def read_strays(repo: Repo) -> Strays | None:
    """What is known; None if nothing is, or the file is damaged."""
    try:
        value = json.loads(_path(repo).read_bytes())
        return Strays(
            lost={str(k): str(v) for k, v in value["lost"].items()},
            unmatched={str(k): tuple(map(str, v)) for k, v in value["unmatched"].items()},
            notes=str(value["notes"]),
            pairs=int(value["pairs"]),
            filter_map=str(value["filter_map"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_strays(repo: Repo, strays: Strays) -> None:
    """Remember what is known; the oldest of more than 5,000 strays fall out.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    value = asdict(strays)
    value["lost"] = dict(list(strays.lost.items())[-KEPT:])
    value["unmatched"] = {k: v for k, v in strays.unmatched.items() if k in value["lost"]}
    write_atomically(_path(repo), json.dumps(value).encode())


def _path(repo: Repo) -> Path:
    return repo.state_dir / "strays.json"
