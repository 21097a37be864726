"""The tokens of a plain text, found without the library that finds those of any text.

To load that library and its table takes longer than a whole search without it; a process that
asks once, in ASCII, as most questions are, does not need it.  Standard library only.

**Source:** the BERT normaliser, pre-tokenizer and WordPiece model of Hugging Face's ``tokenizers``,
which a test compares this with.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

_SPECIAL = ("[PAD]", "[UNK]")
UNKNOWN = 1
"""The number of ``[UNK]``, which stands for a word of which some part is in no table."""

_INSIDE = "##"
_MAX_WORD = 100
_PUNCTUATION = r"!-/:-@\[-`{-~"
_WORD = re.compile(rf"[{_PUNCTUATION}]|[^\s{_PUNCTUATION}]+")
_CONTROLS = dict.fromkeys(n for n in (*range(32), 127) if chr(n) not in "\t\n\r")


def plain_tokens(table: Path, text: str) -> list[int] | None:
    """The numbers of the text's tokens; None where they must be left to the library.

    ``table`` is its ``tokenizer.json``.
    """
    if not text.isascii() or any(name in text for name in _SPECIAL):
        return None
    vocabulary, longest = _vocabulary(table)
    found: list[int] = []
    for word in _WORD.findall(text.translate(_CONTROLS).lower()):
        found += _pieces(vocabulary, longest, word) or [UNKNOWN]
    return found


def _pieces(vocabulary: dict[str, int], longest: int, word: str) -> list[int]:
    """The longest pieces from the left; none if a rest is unknown."""
    if len(word) > _MAX_WORD:
        return []
    found: list[int] = []
    start, lead = 0, ""
    while start < len(word):
        for end in range(min(len(word), start + longest), start, -1):
            number = vocabulary.get(lead + word[start:end])
            if number is not None:
                break
        else:
            return []
        found.append(number)
        start, lead = end, _INSIDE
    return found


@cache
def _vocabulary(table: Path) -> tuple[dict[str, int], int]:
    text = table.read_text("utf-8")
    begin = text.index('"vocab":') + len('"vocab":')
    vocabulary: dict[str, int] = json.JSONDecoder().raw_decode(text, begin)[0]
    return vocabulary, max(map(len, vocabulary))
