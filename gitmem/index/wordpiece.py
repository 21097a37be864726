"""The tokens of a plain text, found without the library that finds those of any text.

To load that library and its table takes longer than a whole search without it, and for many
texts, whose words are mostly the same, it takes longer than to remember the pieces of each word.
Texts that are not ASCII are left to it.  Standard library only.

**Source:** the BERT normaliser, pre-tokenizer and WordPiece model of Hugging Face's ``tokenizers``,
which a test compares this with.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_SPECIAL = ("[PAD]", "[UNK]")
UNKNOWN = 1
"""The number of ``[UNK]``, which stands for a word of which some part is in no table."""

_INSIDE = "##"
_MAX_WORD = 100
_MOST_WORDS = 100_000  # whose pieces are remembered
_PUNCTUATION = r"!-/:-@\[-`{-~"
_WORD = re.compile(rf"[{_PUNCTUATION}]|[^\s{_PUNCTUATION}]+")
_CONTROLS = dict.fromkeys(n for n in (*range(32), 127) if chr(n) not in "\t\n\r")


class PlainTokens:
    """The numbers of the tokens of texts; ``table`` is the library's ``tokenizer.json``."""

    def __init__(self, table: Path) -> None:
        text = table.read_text("utf-8")
        begin = text.index('"vocab":') + len('"vocab":')
        self._vocabulary: dict[str, int] = json.JSONDecoder().raw_decode(text, begin)[0]
        self._longest = max(map(len, self._vocabulary))
        self._known: dict[str, list[int]] = {}

    def tokens_of(self, text: str) -> list[int] | None:
        """Those of a text; None where it must be left to the library."""
        if not text.isascii() or any(name in text for name in _SPECIAL):
            return None
        found: list[int] = []
        known = self._known
        for word in _WORD.findall(text.translate(_CONTROLS).lower()):
            pieces = known.get(word)
            found += self._learn(word) if pieces is None else pieces
        return found

    def _learn(self, word: str) -> list[int]:
        if len(self._known) >= _MOST_WORDS:
            self._known.clear()
        pieces = self._known[word] = self._pieces(word) or [UNKNOWN]
        return pieces

    def _pieces(self, word: str) -> list[int]:
        """The longest pieces from the left; none if a rest is unknown."""
        if len(word) > _MAX_WORD:
            return []
        found: list[int] = []
        start, lead = 0, ""
        while start < len(word):
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._vocabulary.get(lead + word[start:end])
                if number is not None:
                    break
            else:
                return []
            found.append(number)
            start, lead = end, _INSIDE
        return found
