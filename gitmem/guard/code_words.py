"""What in a line of prose is code: spans between backticks, and words that a forge would act on.

A name, an issue's number, a commit or an address that stands as code reads as its author wrote it,
and no forge looks for anything there.  Paths and identifiers become code because they are some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)")
_WORD = re.compile(r"[^\s`]+")
_OPENING, _CLOSING = "([{<\"'*", ".,;:!?>]}\"'*"
_CALLED_FOR = re.compile(
    r"@\w|#\w|\bGH-\d|://|\bwww\.|\b(?:mailto|xmpp):"  # people, issues, addresses
    r"|^[0-9a-f]{7,40}$"  # commits
    r"|\w_\w|^_+\w|\w\(\)|\w::\w|^--?[A-Za-z][\w-]*(?:=|$)"  # names, calls, options
    r"|^\.{0,2}/?(?:[\w.@+-]+/)+[\w.@+-]*\.\w+$|^[\w-]{2,}\.[a-z]\w{1,4}$",  # paths
    re.IGNORECASE,
)


def split_code(line: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a line in order, each with whether it is code; backticks around are gone."""
    at = 0
    for span in _SPAN.finditer(line):
        yield from _words(line[at : span.start()])
        inner = span[2]
        yield True, inner.strip() or inner
        at = span.end()
    yield from _words(line[at:])


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
