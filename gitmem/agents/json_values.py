"""Values of a transcript's JSON, read whatever their shape.

Another program wrote them, and its next version may write something else: what is not of the
shape that is asked for reads as empty, and nothing here fails.  Standard library only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from gitmem.agents.text_budget import cut_middle
from gitmem.model.session import is_session_id

JsonObject = Mapping[str, Any]

MAX_PATH = 4_096
"""Characters; a longer path is none."""

_MAX_NAME = 200
_MAX_PATHS = 64
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|\+00:00)?")


def parse_line(data: bytes | None) -> JsonObject | None:
    """The JSON object that a line holds; None when it holds none, or was too long to be read."""
    try:
        value = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def parse_object(value: object) -> JsonObject:
    """A JSON object; empty when it is something else."""
    return value if isinstance(value, dict) else {}


def parse_objects(value: object) -> list[JsonObject]:
    """The JSON objects of a list; none when it is something else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parse_arguments(value: object) -> JsonObject:
    """A tool's arguments: an object, or the JSON of one as a text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return parse_object(value)


def parse_text(value: object) -> str:
    """A text, or the texts of a list of content parts, a line each."""
    if isinstance(value, str):
        return value
    return join_texts(part.get("text") for part in parse_objects(value))


def join_texts(values: Iterable[object]) -> str:
    """The texts among the values, a line each."""
    return "\n".join(value for value in values if isinstance(value, str))


def parse_name(value: object) -> str:
    """A tool's name or a call's id: at most 200 characters that a file can hold."""
    return cut_middle(value[:_MAX_NAME], _MAX_NAME) if isinstance(value, str) else ""


def parse_path(value: object) -> str:
    """A path, if the text can be one."""
    return value if isinstance(value, str) and len(value) <= MAX_PATH and "\0" not in value else ""


def parse_id(value: object) -> str:
    """A session's id or a client's version, if it is one that a file may be named by."""
    return value if isinstance(value, str) and is_session_id(value) else ""


def collect_path(paths: dict[str, None], value: object) -> None:
    """Add a folder or a branch to the ``paths``, once, while there are fewer than 64."""
    if (path := parse_path(value)) and len(paths) < _MAX_PATHS:
        paths.setdefault(path)


def parse_time(stamp: object) -> float | None:
    """A time in POSIX seconds; None when it is not ISO 8601 in UTC."""
    match = _TIME.fullmatch(stamp) if isinstance(stamp, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    return moment.timestamp() + float(match[7] or 0)
