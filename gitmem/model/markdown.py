"""What a Markdown text is made of: headings and what stands below them, lists, tables.  Pure.

Only so much of the format as telling one part from another takes; what stands in code and in
comments is no part of any.  A text may be hostile: counts and lengths are capped.

**Source:** CommonMark 0.31 (headings, lists, fences), GitHub's tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitmem.model.value import dataclass

_MOST_HEADINGS = 4_000
_MAX_LINE = 4_000
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.+)$")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

Line = tuple[int, str]
"""A line and its number, from 1."""


@dataclass(frozen=True)
class Section:
    """A heading with the lines below it, up to the next heading of its level or above.

    ``above`` are the titles of the headings that it stands below, outermost first.
    """

    line: int
    level: int
    title: str
    body: tuple[Line, ...]
    above: tuple[str, ...]


def without_front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text with its front matter made blank, and the plain values of that."""
    if not text.startswith("---\n"):
        return text, {}
    end = text.find("\n---", 4, 1 << 16)
    if end < 0:
        return text, {}
    told: dict[str, str] = {}
    for line in text[4:end].split("\n"):
        name, colon, value = line.partition(":")
        if colon and name and not name[0].isspace():
            told[name.strip().lower()] = value.strip().strip("\"'")
    body = text[end + 4 :]
    return "\n" * text[: end + 4].count("\n") + body, told


def plain_lines(text: str) -> list[Line]:
    """The lines with their numbers, without comments and what is in code."""
    hidden = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    found = []
    fence = ""
    for number, line in enumerate(hidden.split("\n"), 1):
        match = _FENCE.match(line)
        if fence:
            if match is not None and match[1].startswith(fence):
                fence = ""
            continue
        if match is not None:
            fence = match[1]
            continue
        found.append((number, line[:_MAX_LINE]))
    return found


def is_heading(line: str) -> bool:
    """Whether the line is a heading."""
    return _HEADING.match(line) is not None


def sections_of(lines: Sequence[Line]) -> list[Section]:
    """The sections in their order, those inside another one behind it."""
    heads = [
        (place, number, len(match[1]), match[2].strip())
        for place, (number, line) in enumerate(lines)
        if (match := _HEADING.match(line))
    ][:_MOST_HEADINGS]
    found = []
    above: list[tuple[int, str]] = []
    ends = _section_ends([(place, level) for place, _, level, _ in heads], len(lines))
    for (place, number, level, title), end in zip(heads, ends, strict=True):
        above = [one for one in above if one[0] < level]
        names = tuple(name for _, name in above)
        found.append(Section(number, level, title, tuple(lines[place + 1 : end]), names))
        above.append((level, title))
    return found


def own_lines(section: Section | None) -> tuple[Line, ...]:
    """The section's lines up to its first heading below."""
    if section is None:
        return ()
    found = []
    for line in section.body:
        if is_heading(line[1]):
            break
        found.append(line)
    return tuple(found)


def items_of(lines: Sequence[Line]) -> Iterator[Line]:
    """The outermost items of a list, each with the lines that go on in it."""
    held: Line | None = None
    for number, line in lines:
        match = _ITEM.match(line)
        if match is not None:
            if held is not None:
                yield held
            held = (number, match[1])
        elif held is not None and line[:1] in (" ", "\t") and line.strip():
            held = (held[0], f"{held[1]} {line.strip()}")
        elif held is not None:
            yield held
            held = None
    if held is not None:
        yield held


def item_texts(lines: Sequence[Line]) -> list[str]:
    """What the outermost items of a list say."""
    return [unmarked(text) for _, text in items_of(lines)]


def prose(lines: Sequence[Line]) -> str:
    """The paragraphs as text, without marks; items of lists on lines of their own."""
    texts = (unmarked(line) for _, line in lines if line.strip() and not cells_of(line))
    return "\n".join(texts).strip()


def cells_of(line: str) -> list[str]:
    """The cells of a table's row; empty where the line is none."""
    stripped = line.strip()
    if not stripped.startswith("|") or stripped.count("|") < 2:
        return []
    return [cell.strip() for cell in stripped.strip("|").split("|")]


def unmarked(text: str) -> str:
    """Without the marks of a list and of emphasis, and links by their words."""
    plain = re.sub(r"^\s*(?:[-*+]|\d{1,3}[.)]|>)\s+", "", text)
    plain = re.sub(r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,500}\)", r"\1", plain)
    return re.sub(r"\*\*|__", "", plain).strip()


def one_line(text: str) -> str:
    """The text with one space between its words."""
    return " ".join(text.split())


def _section_ends(heads: Sequence[tuple[int, int]], last: int) -> list[int]:
    ends = [last] * len(heads)
    open_: list[int] = []
    for number, (place, level) in enumerate(heads):
        while open_ and heads[open_[-1]][1] >= level:
            ends[open_.pop()] = place
        open_.append(number)
    return ends
