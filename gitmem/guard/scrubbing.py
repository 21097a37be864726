"""Removing something that turned out to be secret from what is already written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from gitmem.errors import SettingsInvalid, UsageError
from gitmem.guard.policy import Masker
from gitmem.guard.redact import mask_of
from gitmem.model.memory import FieldError, Json, Memory, from_fields, to_fields
from gitmem.model.text_roles import map_texts

KIND = "scrubbed"
_SHORTEST = 4
_SPACES = re.compile(r"\s+")


class Scrubber:
    """Finds and masks a pattern: a fixed text, or a regular expression.

    A fixed text is found as it stands inside JSON and YAML strings, too.

    Raises:
        UsageError: the pattern is too short, matches an empty text, or is not a regular expression.
    """

    def __init__(self, pattern: str, *, is_regex: bool) -> None:
        given = [pattern] if is_regex else _spellings(pattern)
        self.patterns: tuple[str, ...] = tuple(dict.fromkeys(given))
        if not is_regex and len(pattern.strip()) < _SHORTEST:
            raise UsageError(
                f"a text of fewer than {_SHORTEST} characters would mask too much",
                "Nothing was changed. Give more of it, or a pattern: gitmem scrub --regex PATTERN",
            )
        self._masker = _masker(self.patterns)
        if is_regex and self._masker.fits_empty_text():
            raise UsageError("the pattern matches an empty text, and so everything")

    @classmethod
    def of_patterns(cls, patterns: Sequence[str]) -> Scrubber:
        """The scrubber of these ``patterns``, as another has them.

        Raises:
            UsageError: one is not a regular expression.
        """
        found = cls(patterns[0], is_regex=True)
        found.patterns = tuple(patterns)
        found._masker = _masker(found.patterns)
        return found

    def text(self, text: str) -> str:
        """The text with every place masked.

        Raises:
            UsageError: the pattern takes too long.
        """
        try:
            return self._masker.mask_matches(text, mask_of(KIND), mask_of(KIND))[0]
        except SettingsInvalid as error:
            raise UsageError("the pattern takes too long", "Make it simpler") from error

    def is_in(self, text: str) -> bool:
        """Whether there is anything to mask."""
        return self.text(text) != text

    def is_in_bytes(self, data: bytes) -> bool:
        """The same for a note's bytes, where YAML may have broken a line at a space."""
        text = data.decode("utf-8", "replace")
        return self.is_in(text) or self.is_in(_SPACES.sub(" ", text))

    def memory(self, memory: Memory) -> Memory | None:
        """The memory with every text masked; None when nothing sensible would be left."""
        after = map_texts(memory, self.text, self._fields, spare=())
        try:
            return memory if after == memory else from_fields(to_fields(after))
        except FieldError:
            return None

    def _fields(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        return {self.text(name): self._mask_value(item) for name, item in fields.items()}

    def _mask_value(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self._fields(value)
        if isinstance(value, (list, tuple)):
            return [self._mask_value(item) for item in value]
        return value


def _masker(patterns: Sequence[str]) -> Masker:
    try:
        return Masker(tuple(patterns))
    except SettingsInvalid as error:
        reason = error.message.rpartition(": ")[2]
        raise UsageError(f"that is not a regular expression: {reason}") from error


def _spellings(text: str) -> list[str]:
    inside_json = [json.dumps(text, ensure_ascii=plain)[1:-1] for plain in (True, False)]
    return [re.escape(spelling) for spelling in (text, *inside_json)]
