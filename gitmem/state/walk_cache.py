"""What a long walk found, so that the next one need not be long.

Where the newest memories lie far behind HEAD, or on other branches, each look for them would
walk the same history again.  A cache: losing it costs one walk.  Standard library only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

_KEPT = 8


@dataclass(frozen=True)
class Walk:
    """A walk from ``head``: the annotated commits it met, each with its place in the walk from 0.

    ``walked`` commits were looked at, and ``is_over`` says that there were no more.  Which commits
    are annotated is as it was at ``mark`` of the index whose ``birth`` this is.
    """

    head: str
    found: tuple[tuple[str, int], ...]
    walked: int
    is_over: bool
    birth: str
    mark: int


def read_walks(repo: Repo) -> list[Walk]:
    """The last few walks, newest first; none when the file is missing or damaged."""
    return _file(repo).read_json(_parse_walks, [])


def keep_walk(repo: Repo, walk: Walk) -> None:
    """Remember a walk in the place of an older one from the same commit; never raises for the
    disk's sake.
    """
    others = [other for other in read_walks(repo) if other.head != walk.head]
    kept = [asdict(item) for item in [walk, *others][:_KEPT]]
    try:
        _file(repo).write_json(kept)
    except (GitmemError, OSError):
        return


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "walks.json")


def _parse_walks(value: Any) -> list[Walk]:
    return [
        Walk(
            head=str(item["head"]),
            found=tuple((str(commit), int(place)) for commit, place in item["found"]),
            walked=int(item["walked"]),
            is_over=bool(item["is_over"]),
            birth=str(item["birth"]),
            mark=int(item["mark"]),
        )
        for item in value
    ]
