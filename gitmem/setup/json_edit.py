"""Small changes to a JSON text that leave every other character where it is.

A settings file is written by hand: its indentation, line ends, order and number forms are
somebody's.  Values are found with their positions, and text is put in or taken out there.  Pure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from gitmem.errors import ForeignFile

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_START = re.compile(r"[ \t]*")
_STRING = r'("(?:[^"\\]|\\.)*")'
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LAST_COMMA = re.compile(rf"{_STRING}|,(?=\s*[\]}}])")
_DECODER = json.JSONDecoder()
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Item:
    """An element of an array or a member of an object, from ``start`` to ``end`` in the text.

    ``value_at`` is where its value begins; an element's key is empty.
    """

    start: int
    value_at: int
    end: int
    value: Any
    key: str = ""


def decode_object(content: bytes | None, name: str) -> tuple[bytes, str, dict[str, Any]]:
    """The byte order mark, if any, the text behind it, and the object that it is (empty for none).

    Raises:
        ForeignFile: it is not a JSON object; ``name`` is what the person calls it, in the plural.
    """
    data = content or b""
    mark = _MARK if data.startswith(_MARK) else b""
    try:
        text = data[len(mark) :].decode("utf-8")
        value = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        if _is_json_with_comments(data[len(mark) :]):
            raise ForeignFile(f"{name} have comments, and gitmem edits only plain JSON") from error
        raise ForeignFile(f"{name} are not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ForeignFile(f"{name} are not a JSON object")
    return mark, text, value


def _is_json_with_comments(data: bytes) -> bool:
    """Whether it is JSON but for comments and commas before an end, as some clients allow."""
    try:
        text = _COMMENT.sub(lambda found: found[1] or " ", data.decode("utf-8"))
        json.loads(_LAST_COMMA.sub(lambda found: found[1] or "", text) if text.strip() else "{}")
    except (ValueError, RecursionError):
        return False
    return True


def root(text: str) -> int:
    """Where the document's value begins."""
    return _skip(text, 0)


def items(text: str, at: int) -> list[Item]:
    """The items of the array or object that begins at ``at``, in their order.

    Raises:
        ValueError: the text is no JSON there.
    """
    is_object = text[at] == "{"
    found = []
    position = _skip(text, at + 1)
    while text[position] not in "]}":
        item = _member(text, position) if is_object else _element(text, position)
        found.append(item)
        position = _skip(text, item.end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return found


def member(text: str, at: int, key: str) -> Item | None:
    """The member of that key; the last one if a key is repeated, as all readers read it."""
    return next((item for item in reversed(items(text, at)) if item.key == key), None)


def append(text: str, at: int, value: Any, key: str = "") -> str:
    """Put an item at the end of the array or object at ``at``, in the manner of the text."""
    present = items(text, at)
    name = f"{json.dumps(key)}: " if key else ""
    if "\n" not in text:
        piece = name + json.dumps(value)
        place = present[-1].end if present else at + 1
        return text[:place] + (", " if present else "") + piece + text[place:]
    newline = "\r\n" if "\r\n" in text else "\n"
    outer = _indentation(text, at)
    inner = _indentation(text, present[-1].start) if present else outer + _unit(text)
    piece = name + json.dumps(value, indent=_unit(text)).replace("\n", newline + inner)
    if present:
        place = present[-1].end
        return f"{text[:place]},{newline}{inner}{piece}{text[place:]}"
    close = _skip(text, at + 1)
    return f"{text[: at + 1]}{newline}{inner}{piece}{newline}{outer}{text[close:]}"


def remove(text: str, at: int, item: Item) -> str:
    """Take the item out of the array or object at ``at``."""
    present = items(text, at)
    index = [one.start for one in present].index(item.start)
    if index > 0:
        return text[: present[index - 1].end] + text[item.end :]
    if len(present) > 1:
        return text[: item.start] + text[present[1].start :]
    return text[: at + 1] + text[_skip(text, item.end) :]


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _element(text: str, at: int) -> Item:
    value, end = _DECODER.raw_decode(text, at)
    return Item(at, at, end, value)


def _member(text: str, at: int) -> Item:
    key, end = _DECODER.raw_decode(text, at)
    value_at = _skip(text, _skip(text, end) + 1)
    value, end = _DECODER.raw_decode(text, value_at)
    return Item(at, value_at, end, value, key)


def _indentation(text: str, at: int) -> str:
    """The white space that begins the line of position ``at``."""
    match = _LINE_START.match(text, text.rfind("\n", 0, at) + 1)
    return match[0] if match else ""


def _unit(text: str) -> str:
    """One step of indentation, as the first indented line shows it."""
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else "  "
