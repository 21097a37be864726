"""When records were written, though a clock was wrong for a while.

A record that bears a time far ahead would make all that stand behind it count as later than any
commit.  Records stand in the order in which they were written, so the times that are to be believed
are those that rise along the file: the most of them.  Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

_STEP_SECONDS = 600.0
"""Nearer than this, records may stand in any order: several writers share a file."""


class TimesInDoubt(Exception):
    """A record bears a time that those behind it do not bear out."""


class Clock:
    """The time of each record in turn, POSIX seconds; it never goes back.

    ``believed`` are the times of all records, where they are known to be in doubt.
    """

    def __init__(self, start: float = 0.0, believed: Sequence[float] | None = None) -> None:
        self.time = start
        self._believed = None if believed is None else iter(believed)
        self._before = start

    def read(self, stamps: Iterable[float | None]) -> float:
        """The time as of the next record, which bears these; without one that of the one before.

        Raises:
            TimesInDoubt: it was written long before those in front of it, if all times are true.
        """
        told = max((stamp for stamp in stamps if stamp), default=0.0)
        if self._believed is not None:
            told = next(self._believed, 0.0)
        elif told and told < self.time - _STEP_SECONDS:
            raise TimesInDoubt
        self._before = self.time
        self.time = max(self.time, told)
        return self.time

    def end(self, stamps: Iterable[float], until: float) -> None:
        """The record that was just read is later than ``until``; behind it stand these times.

        Raises:
            TimesInDoubt: some of them are earlier, so it may not be.
        """
        if self._believed is None and self.time - until > _STEP_SECONDS:
            earliest = self._before - _STEP_SECONDS
            if any(earliest <= stamp <= until for stamp in stamps if stamp):
                raise TimesInDoubt


def believed_times(times: Sequence[float]) -> list[float]:
    """The time of each record: its own if it is among the most that rise along the file, else that
    of the one before.  0.0 is no time.

    **Source:** longest non-decreasing subsequence by patience sorting (Fredman, 1975).
    """
    rising = _longest_rise([int(time / _STEP_SECONDS) if time else None for time in times])
    first = next((time for time, keeps in zip(times, rising, strict=True) if keeps), 0.0)
    found: list[float] = []
    for time, keeps in zip(times, rising, strict=True):
        before = found[-1] if found else first
        found.append(max(before, time) if keeps else before)
    return found


def _longest_rise(steps: Sequence[int | None]) -> list[bool]:
    """Which of the steps make the longest run of them that never falls."""
    ends: list[int] = []  # the least end of a rise of each length ...
    places: list[int] = []  # ... and where it stands
    before: list[int] = [-1] * len(steps)
    for place, step in enumerate(steps):
        if step is None:
            continue
        length = bisect_right(ends, step)
        before[place] = places[length - 1] if length else -1
        ends[length : length + 1] = [step]
        places[length : length + 1] = [place]
    keeps = [False] * len(steps)
    place = places[-1] if places else -1
    while place >= 0:
        keeps[place] = True
        place = before[place]
    return keeps
