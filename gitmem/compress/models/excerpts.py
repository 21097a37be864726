"""Long texts made shorter without cutting anybody off in the middle of a sentence.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

LEFT_OUT = "[...]"
"""Stands on a line of its own where lines are left out."""

_HEAD_SHARE = 3
_NUMBERED = re.compile(r"^(\d{1,2})\. +\**([^:\n*]{2,60})\**:?", re.MULTILINE)
_FENCED = re.compile(r"^```[^\n]*\n(?:(?!^```).*\n)*^```[ \t]*$", re.MULTILINE)
_MAX_CODE_LINES = 6
_SUMMARY = re.compile(r"^Summary:\s*$", re.MULTILINE)
_TOLD_ELSEWHERE = re.compile(
    r"technical concepts|files and code|current work|next step|pending tasks", re.IGNORECASE
)
_ADDRESSED_TO_THE_AGENT = re.compile(
    r"^(?:This session is being continued|If you need specific details|Please continue the "
    r"conversation|Continue the conversation|Resume directly)[^\n]*\n?",
    re.MULTILINE,
)


def keep_lines(text: str, limit: int) -> str:
    """At most about ``limit`` characters: whole lines, the first third of them and the last.

    A single line that is longer is cut between words.
    """
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    head, room = _take(lines, limit // _HEAD_SHARE)
    tail, _ = _take(lines[: len(head) - 1 if head else None : -1], limit - limit // 3 + room)
    if not head and not tail:
        return _keep_words(text, limit)
    return "\n".join([*head, LEFT_OUT, *reversed(tail)])


def keep_telling(text: str, is_telling: Callable[[str], bool], limit: int) -> str:
    """At most about ``limit`` characters: whole lines, first those that are ``is_telling`` (up to
    two thirds), then the last ones, in the text's order.
    """
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    kept: set[int] = set()
    telling = [place for place, line in enumerate(lines) if is_telling(line)]
    for places, room in ((telling, limit * 2 // 3), (range(len(lines) - 1, -1, -1), limit)):
        for place in places:
            size = sum(len(lines[other]) + 1 for other in kept)
            if place not in kept and size + len(lines[place]) + 1 > room:
                break
            kept.add(place)
    if not kept:
        return keep_lines(text, limit)
    told: list[str] = []
    before = -1
    for place in sorted(kept):
        told += [lines[place]] if place == before + 1 else [LEFT_OUT, lines[place]]
        before = place
    return "\n".join(told)


def keep_newest(parts: list[str], limit: int) -> list[str]:
    """The last of these parts that fit into ``limit`` characters, at least one."""
    kept: list[str] = []
    for part in reversed(parts):
        if kept and sum(map(len, kept)) + len(part) > limit:
            break
        kept.insert(0, part)
    return kept


def keep_story(summary: str, limit: int) -> str:
    """An agent's summary of what was compacted away, without what is told elsewhere.

    Its notes before the summary proper, its lists of code and of what it is about to do, and what
    is addressed to itself are left out.  **Source:** the form in which Claude Code summarises;
    of any other form lines are kept.
    """
    if match := _SUMMARY.search(summary):
        summary = summary[match.end() :]
    summary = _ADDRESSED_TO_THE_AGENT.sub("", summary)
    starts = list(_NUMBERED.finditer(summary))
    if not starts:
        return keep_lines(summary.strip(), limit)
    ends = [match.start() for match in starts[1:]] + [len(summary)]
    parts = [
        summary[match.start() : end].strip()
        for match, end in zip(starts, ends, strict=True)
        if not _TOLD_ELSEWHERE.search(match[2])
    ]
    return "\n".join(_fit(parts, limit))


def keep_words_about_code(text: str) -> str:
    """The text with its longer blocks of code cut to where they begin: the repository has them."""
    return _FENCED.sub(_shorten_code, text)


def _shorten_code(block: re.Match[str]) -> str:
    lines = block.group().split("\n")
    if len(lines) <= _MAX_CODE_LINES + 3:
        return block.group()
    return "\n".join([*lines[: _MAX_CODE_LINES + 1], LEFT_OUT, lines[-1]])


def _fit(parts: list[str], limit: int) -> list[str]:
    """The parts within ``limit`` together: the longer ones give way, each keeping its ends."""
    room, waiting = limit, len(parts)
    limits: dict[int, int] = {}
    for place in sorted(range(len(parts)), key=lambda place: len(parts[place])):
        limits[place] = min(len(parts[place]), room // waiting)
        room, waiting = room - limits[place], waiting - 1
    return [keep_lines(part, limits[place]) for place, part in enumerate(parts)]


def _take(lines: list[str], room: int) -> tuple[list[str], int]:
    """The lines from the first on that fit, and the room that they leave."""
    taken: list[str] = []
    for line in lines:
        if len(line) + 1 > room:
            break
        taken.append(line)
        room -= len(line) + 1
    return taken, room


def _keep_words(text: str, limit: int) -> str:
    head = text[: limit // _HEAD_SHARE].rsplit(None, 1)[:1]
    tail = text[-(limit - limit // _HEAD_SHARE) :].split(None, 1)[-1:]
    return "\n".join([*head, LEFT_OUT, *tail])
