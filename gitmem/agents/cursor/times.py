"""When things happened in a Cursor transcript, which tells little of it.  Pure.

No record has a time.  Newer clients put the minute, in the person's zone, in front of each prompt;
older ones tell nothing.  So a record is known to be not earlier than the last minute told before
it, and not later than the next one, or than the file was last written.  The records of one turn
keep their order by steps that are far shorter than any of them took.
"""

from __future__ import annotations

import re
from calendar import timegm

from gitmem.agents.json_values import JsonObject

STEP_SECONDS = 1e-5
"""Between two records of one turn; floats of this century tell them apart."""

MINUTE_SECONDS = 60.0

_STAMP = re.compile(
    r"\s*<timestamp>\s*(?:\w{3,9},\s+)?([A-Z][a-z]{2})[a-z]{0,6}\.?\s+(\d{1,2}),\s+(\d{4}),?\s+"
    r"(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M)?\s*"
    r"\((?:UTC|GMT)(?:([+-\u2212])(\d{1,2})(?::?(\d\d))?)?\)\s*</timestamp>"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_stamp(text: str) -> float:
    """The minute that stands in front of a prompt, POSIX seconds; 0.0 where none does.

    ``<timestamp>Tuesday, Sep 8, 2026, 1:56 PM (UTC-7)</timestamp>``
    """
    match = _STAMP.match(text)
    if match is None or match[1] not in _MONTHS:
        return 0.0
    hour, minute = int(match[4]), int(match[5])
    if match[7]:
        hour = hour % 12 + (12 if match[7] == "PM" else 0)
    day, month, year = int(match[2]), _MONTHS.index(match[1]) + 1, int(match[3])
    shift = int(match[9] or 0) * 60 + int(match[10] or 0)
    shift = shift if match[8] == "+" else -shift
    if not (1970 < year < 9999 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return 0.0
    local = timegm((year, month, day, hour, minute, int(match[6] or 0)))
    return max(0.0, float(local - shift * 60))


class Timeline:
    """The time of each record in turn: not before the last stamp, and behind the record before."""

    def __init__(self, begun: float = 0.0) -> None:
        self._time = begun
        self.stamps: list[float] = []

    def take(self, stamp: float) -> float:
        """The time of the next record, with the stamp in front of its words, if it has any."""
        if stamp > 0.0:
            self.stamps.append(stamp)
        self._time = max(stamp, self._time + STEP_SECONDS)
        return self._time


def latest_of(time: float, stamps: list[float], written: float) -> float:
    """Not later than this was what happened at ``time`` or behind it: the end of the next minute
    told, or when the file was last ``written``.
    """
    later = next((stamp for stamp in stamps if stamp > time), None)
    return written if later is None else later + MINUTE_SECONDS


def words_of(record: JsonObject) -> str:
    """The first text of a record's message, which a stamp stands in front of."""
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            return str(part["text"])
    return ""
