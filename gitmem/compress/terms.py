"""Terms: the words that a change introduced, by which its memory can be found.

People ask for what a change did in words that its message may not have: the name of an option,
a setting, an exception.  They stand in the lines that were added, and in what was said most often
meanwhile: words to find a memory by, which tell nothing and so can be no falsehood.  Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from gitmem.model.change import WORD, Change, word_key
from gitmem.model.text import CODE_STOP_WORDS, PROSE_STOP_WORDS

MOST_NEW = 40
MOST_OLD = 10
MOST_SAID = 40

_MASK = re.compile(r"\[masked:[a-z0-9-]{1,40}\]")
_MAX_DIGITS = 4
_MIN_SAID = 2
_BY_USER = 2  # what a person says once counts as what an agent says twice


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


def said_terms(said: Iterable[tuple[str, bool]], known: Collection[str]) -> list[str]:
    """The words said most often, but for those whose keys are ``known``.

    ``said`` are sentences, each with whether a person said it; masked already.
    """
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for text, by_user in said:
        words = dict.fromkeys(filter(_is_informative, WORD.findall(_MASK.sub(" ", text))))
        for word in words:
            key = word_key(word)
            if key not in known and key not in PROSE_STOP_WORDS:
                spelling.setdefault(key, word)
                counts[key] += _BY_USER if by_user else 1
    return [spelling[key] for key, count in counts.most_common(MOST_SAID) if count >= _MIN_SAID]


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
