"""What clients send, turned into gitmem's terms: agents are liberal with types and names.  Pure
but for dates, which git reads.
"""

from __future__ import annotations

from gitmem.errors import UsageError
from gitmem.git.dates import instant_of
from gitmem.model.instant import iso_time
from gitmem.model.memory import KINDS

MAX_LIMIT = 100

_EVERYTHING = frozenset({"", "all", "observations", "observation", "memories"})
_ORDERS = {
    "": "relevance",
    "relevance": "relevance",
    "date_desc": "date_desc",
    "date_asc": "date_asc",
}
_MILLISECONDS_FROM = 100_000_000_000  # a larger number counts milliseconds, not seconds


def parse_kinds(*values: str) -> frozenset[str]:
    """The kinds of memory that ``type`` and ``obs_type`` ask for; empty for all.

    Raises:
        UsageError: there is no such kind.
    """
    kinds: set[str] = set()
    for value in values:
        for name in value.lower().split(","):
            word = name.strip()
            if word in _EVERYTHING:
                continue
            word = "session" if word in ("sessions", "session_summary") else word
            if word == "prompts":
                raise UsageError(
                    "prompts are not kept", "What came of them is: omit 'type', or name a kind"
                )
            if word not in KINDS:
                raise UsageError(f"'{word}' is no memory kind", f"The kinds: {', '.join(KINDS)}")
            kinds.add(word)
    return frozenset(kinds)


def read_moment(value: str | float, *, is_end: bool = False) -> str:
    """An instant from ISO 8601, a date as git reads it, or POSIX (milli)seconds.

    Raises:
        UsageError: it is not a date.
    """
    text = str(value).strip()
    if text.replace(".", "", 1).isdigit() and len(text) >= 9 and "-" not in text:
        seconds = float(text)
        if seconds >= _MILLISECONDS_FROM:
            seconds /= 1000
        try:
            return iso_time(seconds)
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(f"'{text}' is not a date") from error
    return instant_of(text, is_end=is_end)


def parse_order(value: str) -> str:
    """``relevance``, ``date_desc`` or ``date_asc``.

    Raises:
        UsageError: it is none of them.
    """
    order = _ORDERS.get(value.strip().lower())
    if order is None:
        raise UsageError(f"'{value}' is not an order", "Use: relevance, date_desc, date_asc")
    return order


def parse_names(values: str | int | float | list[str | int | float]) -> list[str]:
    """Ids, as a list or as one text, separated by commas or spaces.

    Raises:
        UsageError: there are none, or one is a number, as other memory tools have them.
    """
    given = values if isinstance(values, list) else [values]
    names = [name for value in given for name in str(value).replace(",", " ").split()]
    if not names:
        raise UsageError("'ids' is empty", "Take ids from the results of search or timeline")
    for name in names:
        if name.isdigit() and len(name) < 7:
            raise UsageError(
                f"'{name}' is not a memory id here",
                "An id begins with m, such as m1a2b3c4d5e6: take it from search or timeline",
            )
    return names


def parse_count(value: int, name: str, most: int = MAX_LIMIT, least: int = 0) -> int:
    """A number between the two; more than the most is the most.

    Raises:
        UsageError: it is less than the least.
    """
    if value < least:
        raise UsageError(f"'{name}' is {value}, but must be {least} or more")
    return min(value, most)
