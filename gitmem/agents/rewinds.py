"""What of a conversation was rewound away: its records stay in the file, but lead nowhere.

A person goes back to an earlier prompt and another way from there.  What was decided in between was
not decided in the end; only the living conversation is told.  Read up to a moment, it is the one
that was living then, so a commit made before the rewind keeps the words that led to it.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitmem.model.session import Event


class Rewinds:
    """The spans of records that were rewound away, in the order in which that was done."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []
        self._waiting: tuple[int, int] | None = None

    def drop(self, first: int, end: int) -> None:
        """The records from ``first`` up to ``end`` were left."""
        if first < end:
            self._spans.append((first, end))

    def wait(self, first: int, end: int) -> None:
        """The same, told by a record without a time: it counts once another is read behind it."""
        self._waiting = (min(first, self._waiting[0]) if self._waiting else first, end)

    def settle(self) -> None:
        """Another record was read, or there is none."""
        if self._waiting is not None:
            self.drop(*self._waiting)
            self._waiting = None

    def living(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """The events that are still part of the conversation."""
        if not self._spans:
            return tuple(events)
        return tuple(event for event in events if not self._covers(event.record))

    def _covers(self, record: int) -> bool:
        return any(first <= record < end for first, end in self._spans)
