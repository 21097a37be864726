"""An instant as memories hold theirs: ISO 8601 in UTC, to the second (``2026-11-28T14:07:00Z``).

Texts of this form sort by time.  Pure: no clock is read here.
"""

from __future__ import annotations

from datetime import datetime, timezone

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def iso_time(seconds: float) -> str:
    """POSIX seconds as an instant; what is less than a second is left out.

    Raises:
        ValueError, OverflowError, OSError: no calendar has it.
    """
    return iso_of(datetime.fromtimestamp(int(seconds), timezone.utc))


def iso_of(moment: datetime) -> str:
    """A moment that knows its zone as an instant."""
    return moment.astimezone(timezone.utc).strftime(_FORM)


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
