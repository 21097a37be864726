"""Secrets recognised by their name, in code and in words: one place that asks all who know."""

from __future__ import annotations

import re

from gitmem.guard import assignments, pairs, telling
from gitmem.guard.forms import Span
from gitmem.guard.names import IN_CODE, IN_WORDS, KEY, KEY_BEFORE, PASSWORD, PIN

_KEY_BEFORE = re.compile(KEY_BEFORE)
_SUFFIX = re.compile(r"[\w-]{0,40}")
_ABOUT_WORD = re.compile(r"[\"'`]?[ \t]{1,3}([a-z]{2,16})\b(?![ \t]*[:=])")


class Name:
    """What secrets of one kind are called, and so where to look for their values."""

    def __init__(self, kind: str, needles: tuple[str, ...], *, is_code: bool) -> None:
        self.kind = kind
        self.needles = needles
        self._is_code = is_code

    def spans_of(self, text: str, lowered: str, start: int, end: int) -> list[Span]:
        """The values of the name that stands from ``start`` to ``end``."""
        if self.kind == KEY and self._is_code:
            before = _KEY_BEFORE.search(lowered, max(0, start - 26), start)
            if before is None:
                return []
            start = before.start()
        if (
            self.kind == PIN
            and not text[start:end].strip().isupper()
            and not text[start : end + 6]
            .strip()
            .lower()
            .startswith(("pin-code", "pin code", "codigo"))
            and text[start].isascii()
        ):
            return []
        if self._is_code or self.kind == PASSWORD:
            found = assignments.value_behind(text, start, end, self.kind)
            if found is not None:
                return [Span(self.kind, *found)]
        suffix = _SUFFIX.match(lowered, end)
        name_end = suffix.end() if suffix else end
        if assignments.is_about(lowered[end:name_end]):
            return []
        if self._is_code and (apart := pairs.spans_behind(text, start, name_end, self.kind)):
            return apart
        about = _ABOUT_WORD.match(lowered, name_end)
        if about and assignments.is_about(about[1]) and about[1] not in ("is", "in", "for"):
            return []
        return telling.spans_behind(text, name_end, self.kind)


NAMES = (
    *(Name(kind, needles, is_code=True) for kind, needles in IN_CODE.items()),
    *(Name(kind, needles, is_code=False) for kind, needles in IN_WORDS.items()),
)
