"""What a repository's users add to the rules: their own patterns, and private paths.

The patterns are trusted, the texts they meet are not, and a pattern that is quick on all that
its author thought of may take for ever on something else.  So each look has a time limit, and a
text that could not be looked at in time is masked whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitmem.errors import SettingsInvalid
from gitmem.model.value import dataclass

if TYPE_CHECKING:
    from gitmem.guard.exclusion import Exclusion

CUSTOM = "custom"
"""The kind of what a pattern of the user's own masks."""

UNCHECKED = "unchecked"
"""The kind of a text that could not be looked at in time."""

MASK = re.compile(r"\[masked:[a-z0-9-]{1,40}\]")

_LONGEST_MASK = 52  # characters
_SECONDS_A_TEXT = 0.5
_MOST_TIMEOUTS = 6


@dataclass(frozen=True)
class Policy:
    """What is masked and left out in addition to the built-in rules.

    ``patterns`` are regular expressions, with ``^`` and ``$`` at lines; a group named ``secret``
    narrows what is masked.  ``excluded_paths`` are patterns of paths as in a ``.gitignore``.
    ``masks_cards`` adds payment cards and bank accounts.  ``prompts`` is how much of a person's
    prompts a memory may repeat (:mod:`gitmem.guard.prompts`).
    """

    patterns: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()
    masks_cards: bool = False
    prompts: str = "full"

    @cached_property
    def masker(self) -> Masker | None:
        """What finds the patterns; None if there are none.

        Raises:
            SettingsInvalid: one of them is not a regular expression.
        """
        return Masker(self.patterns) if self.patterns else None

    @cached_property
    def exclusion(self) -> Exclusion | None:
        """What knows the excluded paths; None if there are none."""
        if not self.excluded_paths:
            return None
        from gitmem.guard.exclusion import Exclusion

        return Exclusion(self.excluded_paths)

    def covers(self, path: str) -> bool:
        """Whether a path from the work tree's root is excluded."""
        return self.exclusion is not None and self.exclusion.covers(path)

    def covers_all(self, paths: Sequence[str]) -> bool:
        """Whether there are paths, and every one is excluded: then nothing else is left to tell."""
        return bool(paths) and all(self.covers(path) for path in paths)


PLAIN = Policy()
"""The rules alone."""


class Masker:
    """Finds the patterns in a text, in bounded time.

    Built on the library ``regex``, whose dialect contains that of ``re``: the standard library
    has no time limit.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        import regex  # only here: most repositories have no patterns

        self._patterns: list[Any] = []
        self._remaining_timeouts = _MOST_TIMEOUTS
        for pattern in patterns:
            try:
                self._patterns.append(regex.compile(pattern, regex.MULTILINE))
            except regex.error as error:
                raise invalid_pattern(pattern, str(error)) from error

    def fits_empty_text(self) -> bool:
        """Whether one of the patterns matches an empty text."""
        return any(pattern.search("") is not None for pattern in self._patterns)

    def mask_matches(self, text: str, mask: str, unchecked: str) -> tuple[str, int]:
        """The text with every match replaced by ``mask``, and how many there were.

        Each pattern is tried on the text as it is given, so that one more never has another
        find less.  What is masked already is left alone.  A text that takes too long becomes
        ``unchecked``.

        Raises:
            SettingsInvalid: that has happened too often; nothing more can be let through.
        """
        try:
            found = sorted(span for pattern in self._patterns for span in _spans(pattern, text))
        except TimeoutError as error:
            self._remaining_timeouts -= 1
            if self._remaining_timeouts < 0:
                raise SettingsInvalid(
                    f"a pattern of 'gitmem.redact' takes over {_SECONDS_A_TEXT:g} s per text",
                    "Nothing was written or sent. To simplify it: git config --edit",
                ) from error
            return unchecked, 1
        return _replace_spans(text, found, mask)


def invalid_pattern(pattern: str, reason: str) -> SettingsInvalid:
    """The error for a pattern that is not a regular expression."""
    return SettingsInvalid(
        f"'gitmem.redact' has '{pattern}', which is not a regular expression: {reason}",
        "Nothing was written or sent. To fix it: git config --edit",
    )


def _spans(pattern: Any, text: str) -> Iterator[tuple[int, int]]:
    """What the pattern finds, except for what is already masked, in order."""
    group = "secret" if "secret" in pattern.groupindex else 0
    masks = [mask.span() for mask in MASK.finditer(text)]
    for match in pattern.finditer(text, timeout=_SECONDS_A_TEXT):
        start, end = match.span(group)
        for mask_start, mask_end in masks[bisect_left(masks, (start - _LONGEST_MASK,)) :]:
            if mask_start >= end:
                break
            if start < mask_start:
                yield start, mask_start
            start = max(start, mask_end)
        if start < end:
            yield start, end


def _replace_spans(text: str, spans: Sequence[tuple[int, int]], mask: str) -> tuple[str, int]:
    """The text with one mask for each span; spans that touch become one."""
    kept: list[str] = []
    done = count = 0
    for start, end in spans:
        if start > done or not count:
            kept += [text[done:start], mask]
            count += 1
        done = max(done, end)
    return ("".join([*kept, text[done:]]), count) if count else (text, 0)
