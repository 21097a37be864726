"""How far we have looked: reflogs, tracking refs, transcripts.  A cache; losing it costs time only.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.value import dataclass, field, replace, values_of
from gitmem.state.state_file import StateFile

_KEPT_MARKS = 500
_KEPT_WORKTREES = 50  # beyond these, work trees that were removed are forgotten


@dataclass(frozen=True)
class Mark:
    """How much of a session's transcript is in memory.

    ``record`` counts its records as memories do, ``byte`` is the offset behind them and ``check``
    a checksum of what stands before it; ``time`` (POSIX seconds) is when that was.  ``shift`` is
    how much larger the counted number is than the file's, after the file was rewritten.
    ``start`` is where the session's own words begin in the file: before it stand those that a
    forked session copied.
    """

    record: int = 0
    byte: int = 0
    time: float = 0.0
    check: int = 0
    shift: int = 0
    start: int = 0


@dataclass(frozen=True)
class Cursors:
    """``reflogs``: git directory → bytes read; ``worktrees``: git directory → its work tree;
    ``tracking``: a remote's place → notes commit joined; ``apart``: place → notes commit that was
    looked at and not joined, for nobody trusts the remote; ``unreadable``: the same where it
    cannot be read; ``marks``: session → mark.
    """

    reflogs: Mapping[str, int] = field(default_factory=dict)
    worktrees: Mapping[str, str] = field(default_factory=dict)
    tracking: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def with_reflog(self, repo: Repo, size: int) -> Cursors:
        """The work tree's reflog has been read up to ``size`` bytes."""
        name = str(repo.git_dir)
        return replace(
            self,
            reflogs={**self.reflogs, name: size},
            worktrees={**self.worktrees, name: str(repo.need_worktree())},
        )

    def with_tracking(self, place: str, tip: str) -> Cursors:
        """The notes commit ``tip`` of a remote's place has been joined."""
        seen = self.without_tracking(place)
        return replace(seen, tracking={**seen.tracking, place: tip})

    def with_apart(self, place: str, tip: str) -> Cursors:
        """It was looked at and is left apart, since nobody trusts its remote."""
        return replace(self, apart={**self.apart, place: tip})

    def with_unreadable(self, place: str, tip: str) -> Cursors:
        """It was looked at and cannot be joined."""
        return replace(self, unreadable={**self.unreadable, place: tip})

    def without_tracking(self, place: str) -> Cursors:
        """The place has no notes any more, or they are to be looked at anew."""
        maps = (self.tracking, self.apart, self.unreadable)
        kept = [{k: v for k, v in known.items() if k != place} for known in maps]
        return replace(self, tracking=kept[0], apart=kept[1], unreadable=kept[2])

    def has_seen(self, place: str, tip: str) -> bool:
        """Whether nothing is left to do about this notes commit of the place."""
        return tip in (
            self.tracking.get(place),
            self.apart.get(place),
            self.unreadable.get(place),
        )

    def with_mark(self, session: str, mark: Mark) -> Cursors:
        """The session's transcript is in memory up to ``mark``; the oldest marks fall out."""
        marks = {name: old for name, old in self.marks.items() if name != session}
        marks[session] = mark
        return replace(self, marks=dict(list(marks.items())[-_KEPT_MARKS:]))


def read_cursors(repo: Repo) -> Cursors:
    """What was seen; nothing when the file is missing or damaged."""
    return _file(repo).read_json(_parse_cursors, Cursors())


def write_cursors(repo: Repo, seen: Cursors) -> None:
    """Remember what was seen.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    marks = {session: values_of(mark) for session, mark in seen.marks.items()}
    if len(seen.reflogs) > _KEPT_WORKTREES:
        seen = _without_removed(seen)
    _file(repo).write_json({**values_of(seen), "marks": marks})


def _without_removed(seen: Cursors) -> Cursors:
    """The same for the work trees whose git directories are still there."""
    there = {name for name in {*seen.reflogs, *seen.worktrees} if Path(name).is_dir()}
    return replace(
        seen,
        reflogs={name: size for name, size in seen.reflogs.items() if name in there},
        worktrees={name: top for name, top in seen.worktrees.items() if name in there},
    )


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "seen.json")


def _parse_cursors(value: Any) -> Cursors:
    return Cursors(
        reflogs={str(k): int(v) for k, v in value["reflogs"].items()},
        worktrees={str(k): str(v) for k, v in value["worktrees"].items()},
        tracking={str(k): str(v) for k, v in value["tracking"].items()},
        apart={str(k): str(v) for k, v in value.get("apart", {}).items()},
        unreadable={str(k): str(v) for k, v in value.get("unreadable", {}).items()},
        marks={
            str(k): Mark(
                int(v["record"]),
                int(v["byte"]),
                float(v.get("time", 0.0)),
                int(v.get("check", 0)),
                int(v.get("shift", 0)),
                int(v.get("start", 0)),
            )
            for k, v in value["marks"].items()
        },
    )
