"""Words: which part of a memory is indexed where, and what a query asks of the index.

Both sides go through the same splitting, so that ``parseArgs``, ``parse_args`` and "parse args"
meet, and so that scripts without spaces between words are found by pairs of characters.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.index.fields import FIELDS
from gitmem.model.memory import Memory
from gitmem.model.text import STOP_WORDS, words_of
from gitmem.model.text_roles import texts_of

VERSION = 5
"""The version of the texts below, and of those that are encoded: an index made with another one
does not fit.
"""

MOST_WORDS = 64
"""Words of a query that are asked for."""

_FIRST_WORDS = 24  # of a long text, such as an error pasted whole; the others are its last
_MAX_COLUMN = 20_000
_MAX_END = 6_000  # characters at either end of a query


def columns_of(memory: Memory) -> tuple[str, ...]:
    """The memory's texts as the index takes them, one for each of :data:`.fields.COLUMNS`."""
    return tuple(_split_words(texts_of(memory, field.roles)) for field in FIELDS)


def query_words(text: str) -> list[str]:
    """The words that a query is searched by, each once: at most :data:`MOST_WORDS`.

    Of a long text those at both ends: an error's message stands in its first line or its last.
    Where there are none but stop words, those are asked for.
    """
    if len(text) > 2 * _MAX_END:
        text = f"{text[:_MAX_END]} {text[-_MAX_END:]}"
    every = words_of(text)
    # Marks over or under a letter are none to Python, but belong to it in Thai or Khmer.
    known = [word for word in dict.fromkeys(every) if any(map(str.isalnum, word))]
    words = [word for word in known if word not in STOP_WORDS] or known
    if len(words) > MOST_WORDS:
        words = [*words[:_FIRST_WORDS], *words[_FIRST_WORDS - MOST_WORDS :]]
    return words


def match_of(text: str) -> str:
    """The FTS5 expression that finds any word of the text; empty if it has none."""
    return " OR ".join(f'"{word}"' for word in query_words(text))


def _split_words(texts: Sequence[str]) -> str:
    """The words of the texts.  Of too many characters the longest texts give theirs, so that a
    printed error leaves room for what comes behind it.
    """
    room = _longest_that_fits([len(text) for text in texts])
    kept = (text if len(text) <= room else _both_ends(text, room) for text in texts)
    return " ".join(words_of("\n".join(kept)))


def _longest_that_fits(lengths: Sequence[int]) -> int:
    """How long a text may be for all, each cut to that, to have :data:`_MAX_COLUMN` characters."""
    left = _MAX_COLUMN
    for number, length in enumerate(rising := sorted(lengths)):
        share = left // (len(rising) - number)
        if length > share:
            return share
        left -= length
    return _MAX_COLUMN


def _both_ends(text: str, room: int) -> str:
    return f"{text[: room // 2]} {text[len(text) - room // 2 :]}"
