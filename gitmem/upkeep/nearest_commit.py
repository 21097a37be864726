"""Tying what happened at some time, in some files, to the commit that it led to.  Pure.

The nearest commit that touches one of the files, rather later than earlier: what an observer
writes down comes a little after the work, and the commit mostly later still.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

AFTER_SECONDS = 14 * 86_400.0
BEFORE_SECONDS = 300.0
_EARLIER_COSTS = 3.0


class CommitTimeline:
    """The commits of a history by time and by file, given as id, time and touched paths.

    Times are author times (POSIX seconds): a rebase makes commits young but not their work.
    """

    def __init__(self, commits: Iterable[tuple[str, float, Sequence[str]]]) -> None:
        self._by_path: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._all: list[tuple[float, str]] = []
        for commit, when, paths in commits:
            self._all.append((when, commit))
            for path in paths:
                self._by_path[path].append((when, commit))
        self._all.sort()
        for found in self._by_path.values():
            found.sort()

    def knows(self, path: str) -> bool:
        """Whether any commit touches that path."""
        return path in self._by_path

    def by_files(self, paths: Iterable[str], when: float) -> str:
        """The nearest commit that touches one of the paths; empty when none is near."""
        found = (_nearest(self._by_path[path], when) for path in paths if path in self._by_path)
        costs = [pair for pair in found if pair is not None]
        return min(costs)[1] if costs else ""

    def next_after(self, when: float) -> str:
        """The first commit made after that time, within two weeks; empty when there is none."""
        place = bisect_left(self._all, (when, ""))
        if place < len(self._all) and self._all[place][0] - when <= AFTER_SECONDS:
            return self._all[place][1]
        return ""


def _nearest(found: Sequence[tuple[float, str]], when: float) -> tuple[float, str] | None:
    """How far the nearest one is, an earlier one thrice as far, and its commit."""
    place = bisect_left(found, (when, ""))
    near = []
    if place < len(found) and found[place][0] - when <= AFTER_SECONDS:
        near.append((found[place][0] - when, found[place][1]))
    if place > 0 and when - found[place - 1][0] <= BEFORE_SECONDS:
        near.append((_EARLIER_COSTS * (when - found[place - 1][0]), found[place - 1][1]))
    return min(near) if near else None
