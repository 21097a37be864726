"""What a hook is told on stdin, read whatever it is: the steps that clients share.

What is not of the shape that is asked for reads as empty, and nothing here fails.  Standard library
only: an agent waits for its hooks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gitmem.agents.touched_lines import edited_texts, is_edit, touched_lines

MAX_PROMPT = 100_000
"""Characters of a prompt that are looked at."""

_MAX_BYTES = 4 << 20
_MAX_TEXT = 4_096
# The key behind a tool's input: what a tool answered may be larger than we read, and is not needed.
# Inside a JSON text the quotes would have backslashes.
_ANSWER_KEYS = (b',"tool_response":', b', "tool_response":')


def read_object(data: bytes, answer_keys: tuple[bytes, ...] = _ANSWER_KEYS) -> dict[str, Any]:
    """The payload; where it was cut off, what stands before a tool's answer (``answer_keys`` are
    the ways in which its key is written, with the comma before it).
    """
    value = _parse_object(data)
    for key in () if value else answer_keys:
        head, found, _ = data.partition(key)
        value = value or (_parse_object(head + b"}") if found else {})
    return value


def read_text(value: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that can be a name or a path; empty where none can."""
    given = (value.get(name) for name in names)
    return next((one for one in given if isinstance(one, str) and one and _is_plain(one)), "")


def read_prompt(value: Mapping[str, Any], name: str = "prompt") -> str:
    """What a person typed, as far as it is looked at."""
    prompt = value.get(name)
    return prompt[:MAX_PROMPT] if isinstance(prompt, str) else ""


def read_tool(value: Mapping[str, Any], name: str = "tool_input") -> Mapping[str, Any]:
    """A tool's arguments, which some clients give as a JSON text."""
    given = value.get(name)
    if isinstance(given, str):
        return _parse_object(given.encode("utf-8", "surrogatepass"))
    return given if isinstance(given, dict) else {}


def file_fields(asked: Mapping[str, Any], answered: object) -> dict[str, Any]:
    """The fields of a ``HookPayload`` about a file, where tools are called as in Claude Code."""
    return {
        "path": read_text(asked, "file_path", "notebook_path"),
        "lines": touched_lines(asked, answered),
        "is_edit": is_edit(asked),
        "old_texts": edited_texts(asked, "old_string"),
        "new_texts": edited_texts(asked, "new_string"),
    }


def _parse_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data) if len(data) <= _MAX_BYTES else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_plain(text: str) -> bool:
    """Whether a text can be a name or a path, tabs and line breaks included: short, no NUL."""
    return len(text) <= _MAX_TEXT and not any(c == "\0" or "\ud800" <= c < "\ue000" for c in text)
