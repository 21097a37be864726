"""Secrets whose name was cut off where a text begins, or goes on after something left out.

A tail begins in the middle of a line as often as not: ``SSWORD=…`` is what is left of a name, and
what stands before ``@host`` what is left of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.guard.forms import Span
from gitmem.guard.values import is_given, looks_chosen, looks_drawn

_MARKS = ("...", "…", "snip]", "snip>", "truncated]", " left out ")
_BEHIND = re.compile(r"[.\]]{0,6}(?:\] ?|\n)?")  # what is left of a mark itself
_NAME_TAIL = (
    r"(?:p?a?s?s?word|[ps]?a?s?swd|p?a?ssphrase|s?e?cret(?:_access_key|_key)?|t?oken|a?pi_?key"
    r"|_key|_?secret)"
)
_FORMS = (
    re.compile(
        rf"{_NAME_TAIL}\\?[\"']?\s?(?:[:=]|=>)\s?\\?[\"']?(?P<secret>[^\s\"'`,;\\<>]{{5,300}})",
        re.IGNORECASE,
    ),
    re.compile(r"(?:\.{3}|…)?/{0,2}[\w.-]{1,40}:(?P<secret>[^\s:@/\"']{5,200})@[\w.-]+"),
    re.compile(r"[\w.%+-]{0,40}(?P<secret>[^\s:@/\"'.]{8,200})@(?:[\w-]+\.)+[\w-]+(?::\d{2,5})?/"),
)


def spans(text: str) -> list[Span]:
    """What follows the beginning of the text, and each cut in it, and is left of a secret."""
    found: list[Span] = []
    for at in _cuts(text):
        head = text[at : at + 60]
        if head[:1].isspace() or not (":" in head or "=" in head or "@" in head):
            continue
        for form in _FORMS:
            match = form.match(text, at, at + 500)
            if match and _is_left(match["secret"]):
                found.append(Span("cut", *match.span("secret")))
                break
    return found


def _cuts(text: str) -> Iterator[int]:
    """Where the text begins, and where it goes on behind a mark."""
    yield len(text) - len(text.lstrip())
    for mark in _MARKS:
        at = text.find(mark)
        while at >= 0:
            at += len(mark)
            behind = _BEHIND.match(text, at)
            yield behind.end() if behind else at
            at = text.find(mark, at)


def _is_left(value: str) -> bool:
    return is_given(value) and (looks_chosen(value) or looks_drawn(value))
