"""An instant as memories hold theirs: ISO 8601 in UTC, to the second (``2026-11-28T14:07:00Z``).

Texts of this form sort by time.  Pure: no clock is read here.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_IN_YEAR = "%m-%dT%H:%M:%SZ"
_FORM = f"%Y-{_IN_YEAR}"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""The seconds of the calendar's first and last instant: years of four digits, from 1 to 9999."""


def iso_time(seconds: float) -> str:
    """POSIX seconds as an instant; what is less than a second is left out.

    Git holds dates that no calendar has: they become the calendar's first or last instant, so
    that one odd commit stops nobody who reads the others.
    """
    if seconds != seconds:  # no number
        seconds = 0
    whole = int(min(max(seconds, FIRST), LAST))
    return iso_of(_EPOCH + timedelta(seconds=whole))


def iso_of(moment: datetime) -> str:
    """A moment that knows its zone as an instant."""
    # Not strftime: of a year before 1000 it may write fewer than four digits.
    there = moment.astimezone(timezone.utc)
    return f"{there.year:04d}-{there.strftime(_IN_YEAR)}"


def parse_iso_time(text: str) -> datetime | None:
    """The moment, in UTC; None where the text has any other form."""
    try:
        return datetime.strptime(text, _FORM).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def parse_any_iso_time(text: str) -> datetime | None:
    """The moment of any ISO 8601 text, in the zone that it names, if any; None for other texts."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
