"""Which lines of a file a tool read or edited, as Claude Code asks and tells it.

Loads nothing: the quick check of a hook uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitmem.model.line_ranges import Ranges, join

_LINES_BY_DEFAULT = 2_000  # of a file that is read without a limit, as the client says
_MOST_HUNKS = 200
_MAX_LINE = 10_000_000


def read_lines(asked: Mapping[str, object], answered: object) -> Ranges:
    """The lines that were read; none where that is the whole file, or nobody can tell."""
    told = answered.get("file") if isinstance(answered, dict) else None
    if isinstance(told, dict):
        first, number = _line(told.get("startLine")), _line(told.get("numLines"))
        total = _line(told.get("totalLines"))
        if first and number:
            return () if first == 1 and number >= total else ((first, first + number - 1),)
    first, number = _line(asked.get("offset")), _line(asked.get("limit"))
    if not first and not number:
        return ()
    first = first or 1
    return ((first, first + (number or _LINES_BY_DEFAULT) - 1),)


def edited_lines(answered: object) -> Ranges:
    """The lines of the file as it is now that the edit wrote, and those behind what it took away;
    none where the client does not say.
    """
    told = answered.get("structuredPatch") if isinstance(answered, dict) else None
    ranges: list[tuple[int, int]] = []
    for hunk in told[:_MOST_HUNKS] if isinstance(told, list) else ():
        if isinstance(hunk, dict):
            ranges += _changes(_line(hunk.get("newStart")), hunk.get("lines"))
    return join(ranges)


def touched_lines(asked: Mapping[str, object], answered: object) -> Ranges:
    """The lines that the tool has read, or written; none where that is all of them or unknown."""
    return edited_lines(answered) if is_edit(asked) else read_lines(asked, answered)


def is_edit(asked: Mapping[str, object]) -> bool:
    """Whether a tool that is asked so changes the file."""
    return any(key in asked for key in ("old_string", "edits", "content", "new_source"))


def edited_texts(asked: Mapping[str, object], key: str) -> Sequence[str]:
    """What the edits replace (``old_string``), or put there (``new_string``)."""
    several = asked.get("edits")
    edits = [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []
    found = [one.get(key) for one in [asked, *edits[:_MOST_HUNKS]]]
    return tuple(text for text in found if isinstance(text, str) and text)


def _changes(line: int, lines: object) -> list[tuple[int, int]]:
    """The changed lines of a hunk without those around them."""
    found: list[tuple[int, int]] = []
    for text in lines if isinstance(lines, list) and line else ():
        mark = text[:1] if isinstance(text, str) else ""
        if mark == "+":
            found.append((line, line))
        elif mark == "-":
            found.append((line, line))  # it stood before this one
        if mark in ("+", " "):
            line += 1
    return found


def _line(value: object) -> int:
    """A count of lines, 0 for what is none."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if is_number and 0 < value <= _MAX_LINE else 0  # type: ignore[operator, call-overload]
