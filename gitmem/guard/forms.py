"""What a rule for secrets is: where to look, a pattern, and what the value has to look like.

A form is tried where one of its needles stands, and sees only what is near, so that a text of any
length costs as much as it has needles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from gitmem.guard.placeholders import is_placeholder

_LONGEST_NEEDLE = 24
_GROUPS = ("secret", "secret2", "secret3")


class Span(NamedTuple):
    """A secret: its kind, where it begins and where it ends."""

    kind: str
    start: int
    end: int


def is_no_placeholder(value: str) -> bool:
    """The weakest test of a value: it is neither a reference, nor a blank, nor a mask."""
    return not is_placeholder(value)


class Form:
    """One form of secret: ``pattern`` finds it, its group ``secret`` (if any) is what to mask.

    Every match contains one of ``needles``, and begins at most ``reach`` characters before it;
    0 says that it begins with it.  ``accepts`` judges the value.  ``length`` is how far behind the
    needle a match may reach.
    """

    def __init__(
        self,
        kind: str,
        needles: Iterable[str],
        pattern: str,
        *,
        reach: int = 0,
        length: int = 600,
        flags: int = 0,
        accepts: Callable[[str], bool] = is_no_placeholder,
    ) -> None:
        self.kind = kind
        self.needles = tuple(needles)
        self.source = pattern
        self._reach = reach
        self._length = length
        self._flags = flags
        self._accepts = accepts

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when first needed: most never are."""
        return re.compile(self.source, self._flags)

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The secrets of this form by the needle that begins at ``start``."""
        end = start + self._length
        if not self._reach:
            match = self.pattern.match(text, start, end)
            return [] if match is None else self._spans_of(match)
        found: list[Span] = []
        for match in self.pattern.finditer(text, max(0, start - self._reach), end):
            if match.start() > start + _LONGEST_NEEDLE:
                break
            found += self._spans_of(match)
        return found

    def _spans_of(self, match: re.Match[str]) -> list[Span]:
        names = [name for name in _GROUPS if name in self.pattern.groupindex]
        places = [match.span(name) for name in names] or [match.span()]
        return [
            Span(self.kind, start, end)
            for start, end in places
            if start >= 0 and self._accepts(match.string[start:end])
        ]


_BAR = re.compile(r"\|(?![^()]*\))")  # between needles, not within a check


def part(
    kind: str,
    needles: str,
    pattern: str,
    *,
    reach: int = 0,
    length: int = 600,
    accepts: Callable[[str], bool] = is_no_placeholder,
) -> Form:
    """A secret inside something that stays readable, in any case; needles stand between bars."""
    return Form(
        kind,
        _BAR.split(needles),
        pattern,
        reach=reach,
        length=length,
        flags=re.IGNORECASE | re.MULTILINE,
        accepts=accepts,
    )


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap joined under the kind of the one that came first.

    Where one lies within another, the larger one's kind counts unless both are the same.
    """
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            if span.end > last.end:
                merged[-1] = Span(last.kind, last.start, span.end)
        elif span.end > span.start:
            merged.append(span)
    return merged


# Nothing of a word directly before, but for an escaped line break: keys stand in JSON strings.
_START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"
END = r"(?![A-Za-z0-9])"
"""Behind a key of fixed length."""

_LONGEST_KEY = 6_000


def key(kind: str, needles: str, pattern: str, *, when: str = "") -> Form:
    """A key that begins with a needle and a word: in base64 or CSS its letters are chance.

    ``when`` is what must follow the needle, where that alone is a common word.
    """
    literals = [f"{needle}\t{when}" if when else needle for needle in needles.split()]
    return Form(kind, literals, rf"{_START}(?:{pattern})", length=_LONGEST_KEY)


def marked_key(kind: str, needles: str, pattern: str) -> Form:
    """A key whose beginning is a mark that nothing else has, so that it may stand anywhere."""
    return Form(kind, needles.split(), pattern, length=_LONGEST_KEY)


def key_around(kind: str, needle: str, check: str, pattern: str, *, reach: int = 90) -> Form:
    """A key with its mark inside; ``check`` is what must follow the mark at once."""
    return Form(
        kind,
        [f"{needle}\t{check}" if check else needle],
        rf"{_START}(?:{pattern})",
        reach=reach,
        length=300,
    )
