"""Secrets in a column of a table whose heading says what they are: Markdown, psql, CSV.

A rule of its own, because heading and value stand on different lines.
"""

from __future__ import annotations

import re

from gitmem.guard.forms import Span
from gitmem.guard.values import is_harmless, looks_chosen, looks_drawn, looks_random

_MOST_ROWS = 30
_LONGEST_LINE = 600
_RULER = re.compile(r"[-+|│┼├┤─═:= \t]*")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{20,}")


def spans_below(text: str, start: int, end: int) -> list[Span]:
    """The values below a heading that holds the name from ``start`` to ``end``."""
    line_start = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
    line_end = text.find("\n", end, end + _LONGEST_LINE)
    if line_end < 0:
        return []
    heading = text[line_start:line_end]
    sign = next((sign for sign in ("|", "│", "\t", ",", ";") if sign in heading), "")
    if not sign:
        return _aligned(text, heading, start - line_start, line_end + 1)
    column = heading[: start - line_start].count(sign)
    if not all(_HEADING.fullmatch(cell.strip()) for cell in heading.strip(" |│").split(sign)):
        return []  # a sentence, or code
    columns = heading.count(sign)
    found: list[Span] = []
    at = line_end + 1
    for _ in range(_MOST_ROWS):
        stop = text.find("\n", at, at + _LONGEST_LINE)
        stop = min(len(text), at + _LONGEST_LINE) if stop < 0 else stop
        line = text[at:stop]
        if not _RULER.fullmatch(line) or not line.strip():
            if line.count(sign) != columns:
                break
            cells = line.split(sign)
            cell = cells[column]
            value = cell.strip(" \t\r\"'`*")
            if value and _is_value(value):
                begin = at + sum(len(each) + 1 for each in cells[:column]) + cell.find(value)
                found.append(Span("table-value", begin, begin + len(value)))
        if stop >= len(text):
            break
        at = stop + 1
    return found


_HEADING = re.compile(r"[\"'`*]{0,3}[^\W\d_][\w ./()-]{0,30}[\"'`*]{0,3}")
_PERSON = re.compile(r"(?i)\b(?:user(?:name)?|login|email|account|host|name|service|id)\b")


def _aligned(text: str, heading: str, offset: int, at: int) -> list[Span]:
    """The same in columns that are kept apart by spaces: the next line's word at that place."""
    if not _PERSON.search(heading) or not re.fullmatch(r"[A-Za-z_ ]{3,120}", heading):
        return []
    column = len(heading[:offset].split())
    found: list[Span] = []
    for _ in range(_MOST_ROWS):
        stop = text.find("\n", at, at + _LONGEST_LINE)
        stop = min(len(text), at + _LONGEST_LINE) if stop < 0 else stop
        line = text[at:stop]
        words = list(re.finditer(r"\S+", line))
        if not _RULER.fullmatch(line) or not line.strip():
            if len(words) != len(heading.split()) or column >= len(words):
                break
            word = words[column]
            if _is_value(word.group()):
                found.append(Span("table-value", at + word.start(), at + word.end()))
        if stop >= len(text):
            break
        at = stop + 1
    return found


def _is_value(value: str) -> bool:
    if " " in value or is_harmless(value):
        return False
    return (
        looks_chosen(value)
        or looks_drawn(value)
        or looks_random(value)
        or _HEXADECIMAL.fullmatch(value) is not None
    )
