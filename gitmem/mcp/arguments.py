"""What clients send, turned into gitmem's terms: agents are liberal with types and names.  Pure
but for dates, which git reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gitmem.errors import UsageError
from gitmem.git.dates import instant_of
from gitmem.model.instant import LAST, iso_time
from gitmem.model.memory import KINDS

MAX_LIMIT = 100

_LONGEST_NAME = 4_096  # characters, as long as a path can be
_LONGEST_NAMES = 100_000  # of many in one text
_PROSE = frozenset(
    {"query", "text", "title", "why", "next", "concepts"}
)  # cleaned where it is read
_NO_NAME = re.compile("[\x00\ud800-\udfff]")
_EVERYTHING = frozenset({"", "all", "observations", "observation", "memories"})
_ORDERS = {
    "": "relevance",
    "relevance": "relevance",
    "date_desc": "date_desc",
    "date_asc": "date_asc",
}
_MILLISECONDS_FROM = 100_000_000_000  # a larger number counts milliseconds, not seconds


def fit_arguments(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """An argument for each property of an object's schema: as given, in a near form (``"3"`` for 3,
    one text for a list of them, a list as JSON), or by default.  What nobody knows is passed over.

    Raises:
        UsageError: one is missing, or is nothing of the kind.
    """
    fitted = {}
    for name, wanted in schema["properties"].items():
        value = given.get(name)
        if value is not None:
            fitted[name] = _fit(wanted, value, name)
        elif "default" in wanted:
            fitted[name] = wanted["default"]
        else:
            raise UsageError(f"'{name}' is missing", wanted.get("description", ""))
    return fitted


def _fit(schema: Mapping[str, Any], value: Any, name: str) -> Any:
    if "anyOf" in schema:
        return _fit_any(schema["anyOf"], value, name)
    kind = schema["type"]
    found = _FITS[kind](value)
    if found is None:
        raise UsageError(f"'{name}' is not {_CALLED[kind]}")
    if kind == "array":
        return [_fit(schema["items"], item, name) for item in found]
    if kind == "string" and len(found) > schema.get("maxLength", len(found)):
        raise UsageError(f"'{name}' is longer than {schema['maxLength']} characters")
    if kind == "string" and name not in _PROSE:
        return check_name(found, name, _LONGEST_NAMES if name == "ids" else _LONGEST_NAME)
    if kind == "integer" and found < schema.get("minimum", found):
        raise UsageError(f"'{name}' is {found}, but must be {schema['minimum']} or more")
    return found


def check_name(value: str, name: str, most: int = _LONGEST_NAME) -> str:
    """The value of that argument, which is to name something: a path, an id, a branch.

    Raises:
        UsageError: nothing can be named so; the value itself is not repeated.
    """
    if len(value) > most:
        raise UsageError(f"'{name}' is longer than {most} characters")
    if _NO_NAME.search(value):
        raise UsageError(f"'{name}' has a character that no name can have (NUL, half a surrogate)")
    return value


def _fit_any(schemas: Sequence[Mapping[str, Any]], value: Any, name: str) -> Any:
    if isinstance(value, str) and isinstance(read := _read_json(value), list):
        value = read if any(schema["type"] == "array" for schema in schemas) else value
    for schema in schemas:
        if isinstance(value, _TYPES[schema["type"]]) and not isinstance(value, bool):
            return _fit(schema, value, name)
    called = " or ".join(_CALLED[schema["type"]] for schema in schemas)
    raise UsageError(f"'{name}' is not {called}")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None if _number(value) is None else str(value)


def _whole_number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return int(value) if float(value).is_integer() else None
    except (ValueError, OverflowError):
        return None


def _number(value: Any) -> int | float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())


def _list(value: Any) -> list[Any] | None:
    if isinstance(value, str):
        read = _read_json(value)
        return read if isinstance(read, list) else [value] if value.strip() else []
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> dict[str, Any] | None:
    read = _read_json(value) if isinstance(value, str) else value
    return read if isinstance(read, dict) else None


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_FITS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "integer": _whole_number,
    "number": _number,
    "boolean": _flag,
    "array": _list,
    "object": _object,
}
_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "number": (int, float), "array": list}
_CALLED = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


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
        if seconds > LAST:
            raise UsageError(f"'{text}' is not a date")
        return iso_time(seconds)
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
        check_name(name, "ids")
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
