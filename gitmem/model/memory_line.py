"""A memory as one line of JSON, to carry it to another place without git; and back.

A line is an object that names its format, the commit whose note holds the memory, and either the
``memory`` (the fields of ``docs/format.md``, with its ``id`` beside them) or a ``pin`` on one.
Everything in a line that somebody hands over is hostile until it is read; the values are plain, and
what may be told of them is for the caller to decide.

The form is specified in ``docs/interchange.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from gitmem.model.memory import ID_PATTERN, FieldError, Json, Memory, from_fields, to_fields
from gitmem.model.value import dataclass, field

FORMAT = "gitmem-memory/1"
"""What a line says it is."""

MAX_LINE_BYTES = 1 << 20
"""A longer line holds no memory: a document of a note is 64 KiB at most."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DEEPEST = 32


class NoMemoryLine(ValueError):
    """The line is none of ours, or damaged; the text says in a few words why."""


@dataclass(frozen=True)
class MemoryLine:
    """One line: the memory that the note of ``commit`` holds, or a pin's fields.

    ``wrong`` is the id of the correction that says the memory is wrong: for those who read lines
    and not notes.  It follows from the correction's own line, and nothing is read from it.
    """

    commit: str
    memory: Memory | None = None
    pin: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""


def render_memory_line(line: MemoryLine) -> dict[str, Json]:
    """The line as a JSON value; the same for the same content."""
    head: dict[str, Json] = {"format": FORMAT, "commit": line.commit}
    if line.memory is None:
        return {**head, "pin": dict(line.pin)}
    told: dict[str, Json] = {"wrong": line.wrong} if line.wrong else {}
    return {**head, "id": line.memory.id, **told, "memory": to_fields(line.memory)}


def parse_memory_line(data: bytes) -> MemoryLine:
    """Read a line.

    The id follows from the content: one that is stated and differs is a damaged line.

    Raises:
        NoMemoryLine: it is no such line, or what it holds is no memory.
    """
    if len(data) > MAX_LINE_BYTES:
        raise NoMemoryLine(f"is longer than {MAX_LINE_BYTES} bytes")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NoMemoryLine("is no JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("format"), str):
        raise NoMemoryLine("is no line of a gitmem export")
    if value["format"] != FORMAT:
        raise NoMemoryLine(f"has the format '{value['format'][:40]}', which is not known here")
    commit = value.get("commit")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise NoMemoryLine("names no commit")
    if "pin" in value:
        return MemoryLine(commit, pin=_pin(value["pin"]))
    fields = value.get("memory")
    if not isinstance(fields, dict) or _is_deep(fields, _DEEPEST):
        raise NoMemoryLine("holds no memory")
    try:
        memory = from_fields(fields)
    except (FieldError, RecursionError) as error:
        raise NoMemoryLine(f"holds no memory: {error}") from error
    if value.get("id") not in (None, memory.id):
        raise NoMemoryLine("was changed: its memory does not have the id that it states")
    return MemoryLine(commit, memory)


def _pin(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise NoMemoryLine("holds no pin")
    told = {
        name: text for name in ("pins", "by", "time") if isinstance(text := value.get(name), str)
    }
    if not ID_PATTERN.fullmatch(told.get("pins", "")):
        raise NoMemoryLine("pins no memory")
    return told


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _is_deep(value: object, left: int) -> bool:
    """Whether there are more levels than any memory has: what walks it must not run out of them."""
    if isinstance(value, dict):
        return left == 0 or any(_is_deep(item, left - 1) for item in value.values())
    if isinstance(value, list):
        return left == 0 or any(_is_deep(item, left - 1) for item in value)
    return False
