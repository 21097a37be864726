"""What of a text is code: fenced blocks, spans between backticks, words that a forge acts on.

A name, an issue's number, a commit or an address that stands as code reads as its author wrote it,
and no forge looks for anything there.  Paths and identifiers become code because they are some.
Stars around words, which would be shown as stars, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)")
_BOLD = re.compile(
    r"`[^`]*`|(?<![\w*\\])\*\*(?=[^\s*])(?P<words>(?:`[^`]*`|[^*`]){1,400}?)(?<!\s)\*\*(?![\w*])"
)
_BLOCK = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_WORD = re.compile(r"[^\s`]+")
_OPENING, _CLOSING = "([{<\"'*", ".,;:!?>]}\"'*"
_CALLED_FOR = re.compile(
    r"@\w|#\w|\bGH-\d|^!\d|://|\bwww\.|\b(?:mailto|xmpp):"  # people, issues, addresses
    r"|^%\w"  # milestones, and what printf replaces
    r"|^[0-9a-f]{7,40}$"  # commits
    r"|\w_\w|^_+\w|\w\(\)|\w::\w|^--?[A-Za-z][\w-]*(?:=|$)"  # names, calls, options
    r"|^\.{0,2}/?(?:[\w.@+-]+/)+[\w.@+-]*\.\w+$|^[\w-]{2,}\.[a-z]\w{1,4}$",  # paths
    re.IGNORECASE,
)


def split_code(line: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a line in order, each with whether it is code; backticks around are gone."""
    line = _BOLD.sub(lambda found: found["words"] or found[0], line)
    at = 0
    for span in _SPAN.finditer(line):
        yield from _words(line[at : span.start()])
        inner = span[2]
        yield True, inner.strip() or inner
        at = span.end()
    yield from _words(line[at:])


def split_blocks(text: str) -> Iterator[tuple[bool, str]]:
    """The lines of a text, blank ones left out, and its fenced blocks, which are code."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        fence = _BLOCK.match(lines[at])
        end = _end_of_block(lines, at, fence[1]) if fence else 0
        if end > at + 1:
            yield True, "\n".join(lines[at + 1 : end])
            at = end
        elif line := lines[at].strip():
            yield False, line
        at += 1


def _end_of_block(lines: list[str], at: int, fence: str) -> int:
    """The number of the line that closes a fenced block; 0 if none does."""
    for number in range(at + 1, len(lines)):
        closing = lines[number].strip()
        if len(closing) >= len(fence) and not closing.strip(fence[0]):
            return number
    return 0


def _words(text: str) -> Iterator[tuple[bool, str]]:
    at = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        while start < end and text[start] in _OPENING:
            start += 1
        while end > start and (
            text[end - 1] in _CLOSING or (text[end - 1] == ")" and "(" not in text[start:end])
        ):
            end -= 1
        if start < end and _CALLED_FOR.search(text[start:end]):
            if at < start:
                yield False, text[at:start]
            yield True, text[start:end]
            at = end
    if at < len(text):
        yield False, text[at:]
