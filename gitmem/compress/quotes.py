"""Quotations looked up in a session: does anybody say this, and in which records?  Pure.

A claim that quotes the session is proved by the quotation or dropped.  What is folded away is
what a copyist changes without noticing: white space, letter case, typographic quotation marks
and dashes, and Markdown's emphasis.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from gitmem.model.session import Event, EventKind
from gitmem.model.text import weight_of

MIN_QUOTE = 12
"""Characters, folded, below which a quotation proves nothing: it stands anywhere."""

_MAX_RECORDS = 4
_SPOKEN = (EventKind.PROMPT, EventKind.SAY, EventKind.THINK, EventKind.SUMMARY, EventKind.RESULT)
_LOOKALIKES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "*": None, "`": None}
)
_ENDS = ".,;:!? 。、，；："
"""What a copyist puts behind a quotation that stops in the middle of a sentence."""

_SPACE = re.compile(r"\s+")
_GAP = re.compile(r"\s*(?:\[\.\.\.\]|\[…\]|\.\.\.|…)\s*")


def fold(text: str) -> str:
    """The text as it is compared."""
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return _SPACE.sub(" ", plain).strip().casefold()


class SessionWords:
    """What was said, thought and printed in a slice, to look quotations up in.

    A call is not among it: what an agent writes into a command proves nothing but itself.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        spoken = (event for event in events if event.kind in _SPOKEN)
        self._texts = [(event.record, fold(event.text)) for event in spoken]

    def records_of(self, quote: str) -> tuple[int, ...]:
        """The records that hold the quotation, ascending, the first few; empty if none does.

        "…" inside it stands for words left out: then every part must be in one record, in order,
        and long enough by itself.
        """
        folded = fold(quote).strip("\"' ").rstrip(_ENDS)
        parts = [part for part in _GAP.split(folded) if part]
        if not parts or any(weight_of(part) < MIN_QUOTE for part in parts):
            return ()
        found = (record for record, text in self._texts if _holds(text, parts))
        return tuple(sorted(dict.fromkeys(found)))[:_MAX_RECORDS]


def _holds(text: str, parts: Sequence[str]) -> bool:
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True
