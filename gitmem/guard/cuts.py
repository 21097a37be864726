"""Secrets whose name was cut off where a text begins, or goes on after something left out.

A tail begins in the middle of a line as often as not: ``SSWORD=…`` is what is left of a name, and
what stands before ``@host`` what is left of an address.
"""

from __future__ import annotations

import re

from gitmem.guard.forms import Span
from gitmem.guard.values import is_given, is_harmless, looks_chosen, looks_drawn

_CUT = re.compile(
    r"\A\s*|\[?(?:…|\.\.\.)[^\n\]]{0,60}?\]?\s{0,2}|<(?:snip|cut|truncated)>|\[(?:cut|truncated|snip)[^\]\n]{0,40}\]\s{0,2}"
)
_NAME_TAIL = r"(?:(?:p?a?s?s?w?ord|[ps]?a?s?swd|p?a?ssphrase|s?e?cret(?:_access_key|_key)?|t?oken|(?:a?pi)?_?key|k?en)[A-Z_]{0,12})"
_VALUE = r"\\?[\"']?(?P<secret>[^\s\"'`,;\\<>]{5,300})"
_FORMS = (
    re.compile(rf"{_NAME_TAIL}\\?[\"']?\s?(?:[:=]|=>)\s?{_VALUE}", re.IGNORECASE),
    re.compile(r"/{0,2}[\w.-]{1,40}:(?P<secret>[^\s:@/\"']{5,200})@[\w.-]+"),
    re.compile(r"[\w.%+-]{0,40}(?P<secret>[^\s:@/\"'.]{8,200})@(?:[\w-]+\.)+[\w-]+(?::\d{2,5})?/"),
)


def spans(text: str) -> list[Span]:
    """What follows the beginning of the text, and each cut in it, and is left of a secret."""
    found: list[Span] = []
    for cut in _CUT.finditer(text):
        for form in _FORMS:
            match = form.match(text, cut.end())
            if match and _is_left(match["secret"]):
                found.append(Span("cut", *match.span("secret")))
                break
    return found


def _is_left(value: str) -> bool:
    return (
        is_given(value) and not is_harmless(value) and (looks_chosen(value) or looks_drawn(value))
    )
