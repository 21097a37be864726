"""Terms: the words that a change introduced, by which its memory can be found.

People ask for what a change did in words that its message may not have: the name of an option,
a setting, an exception.  They stand in the lines that were added.  Pure.
"""

from __future__ import annotations

import re
from collections import Counter

from gitmem.model.change import WORD, Change, word_key
from gitmem.model.text import CODE_STOP_WORDS

MOST_NEW = 40
MOST_OLD = 10

_MASK = re.compile(r"\[masked:[a-z0-9-]{1,40}\]")
_MAX_DIGITS = 4


def changed_word_count(change: Change) -> int:
    """How many words only the added lines have, or only the removed ones: the larger number.

    A format or a function that was moved has none, a typo that was mended one.
    """
    new, old = _rank_words(change)
    gone = set(filter(_is_informative, change.removed_words)) - {word_key(word) for word in old}
    return max(len(new), len(gone))


def terms_of(change: Change) -> str:
    """The words that the change introduced, then some that it only moved or rewrote.

    The added lines must be masked already; a mask is not a word.
    """
    new, old = _rank_words(change)
    return " ".join([*new[:MOST_NEW], *old[:MOST_OLD]])


def _rank_words(change: Change) -> tuple[list[str], list[str]]:
    """By how often they occur in the added lines, then by where they occur first."""
    counts: Counter[str] = Counter()
    for line in change.added_lines:
        counts.update(filter(_is_informative, WORD.findall(_MASK.sub(" ", line))))
    new: list[str] = []
    old: list[str] = []
    for word, _ in counts.most_common():  # in order of appearance where they are as frequent
        (old if word_key(word) in change.removed_words else new).append(word)
    return new, old


def _is_informative(word: str) -> bool:
    key = word_key(word)
    return (
        len(key) > 2
        and key not in CODE_STOP_WORDS
        and sum(character.isdigit() for character in word) <= _MAX_DIGITS
    )
