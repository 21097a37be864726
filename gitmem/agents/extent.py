"""How much of a transcript is read: where it ends, and how much of each text is held."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Extent:
    """``until`` (POSIX seconds) ends the reading before the first later record, ``end`` before the
    record of that number.  ``in_full``: edits are held line by line, as people read them.
    """

    until: float | None = None
    end: int | None = None
    in_full: bool = False

    @property
    def whole(self) -> Extent:
        """The same for a file whose records have numbers of their own."""
        return replace(self, end=None)

    def before(self, moment: float) -> Extent:
        """The same, and no later than ``moment`` (POSIX seconds); 0 is no moment."""
        if not moment:
            return self
        return replace(self, until=moment if self.until is None else min(self.until, moment))
