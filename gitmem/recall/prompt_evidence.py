"""What in a prompt speaks for memories of this repository: a name it knows, or its own words.

"Run the tests", "thanks" and "how do I cook pasta" call for no memory, in any language; no list of
phrases says so, but what they contain.  A word speaks for a memory as far as this repository uses
it more often than people do elsewhere (:mod:`gitmem.model.common_words`), and as far as it tells
this memory from others; what no memory has speaks against all.  Standard library only: this runs
in agent hooks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gitmem.index.cache import Index
from gitmem.index.lexical import query_words
from gitmem.index.lookup import places_with_word
from gitmem.index.stems import stems_of
from gitmem.model.common_words import common_share
from gitmem.model.text import STOP_WORDS

LEAST_STRENGTH = 4.5
LEAST_SHARE = 0.4

_MOST_PLACES = 10_000
"""A word that more memories have tells none apart, and is not looked at further."""

_UNLISTED, _UNLISTED_NAME = 1e-4, 1e-5  # the share of texts with a word, a name, of no table
_MORE_MEMORIES = 20  # as if so many more had none of the words: where there are few, one tells
_MOST_AGAINST = 6.0
_USUAL = 4.0  # of words as common as e^-4 nobody wonders that a memory lacks them

# parse_args, parseArgs, CliRunner: as prose does not write
_NAME = re.compile(r"[^\W_]+(?:_[^\W_]+)+|[^\W_]*[a-z][A-Z][^\W_]*")


@dataclass(frozen=True)
class PromptEvidence:
    """How strongly a prompt's words speak for each memory, by its place, and which of them have
    an identifier of it; ``whole`` is what a memory that has all of its words would have.
    """

    strength_of: Mapping[int, float] = field(default_factory=dict)
    with_names: Collection[int] = frozenset()
    whole: float = 0.0

    def calls_for(self, place: int) -> bool:
        """Whether the prompt's own words are reason enough to tell this memory."""
        strength = self.strength_of.get(place, 0.0)
        is_about = strength >= LEAST_STRENGTH and strength >= LEAST_SHARE * self.whole
        return is_about or place in self.with_names

    @property
    def is_none(self) -> bool:
        """Whether no memory is called for."""
        return not any(map(self.calls_for, self.strength_of))


def weigh_words(index: Index, prompt: str) -> PromptEvidence:
    """Weigh each word of the prompt once, for all the memories that have it.

    A word's strength is the smaller of two logarithms: how much more often it stands in this
    repository's memories than in other texts, and how few of them have it.

    Raises:
        GitmemError: the index is damaged; it is set aside, so that the next try works.
    """
    count = index.number("SELECT max(place) FROM memory")
    words = [word for word in query_words(prompt) if word not in STOP_WORDS]
    stems = dict(zip(words, stems_of(words), strict=True)) if count else {}
    names = {match.replace("_", "").lower() for match in _NAME.findall(prompt)}
    strength_of: dict[int, float] = {}
    with_names: set[int] = set()
    whole = 0.0
    for stem in dict.fromkeys(stems.values()):
        word = next(word for word in words if stems[word] == stem)
        is_name = word in names
        places = places_with_word(index, word, _MOST_PLACES)
        share = common_share(stem) + (_UNLISTED_NAME if is_name else _UNLISTED)
        strength = _strength(len(places), count, share)
        against = min(_MOST_AGAINST, -math.log(share)) - (_USUAL if places else 0.0)
        part = 1.0 if word.isascii() or word[0].isalpha() and len(word) > 2 else 0.5
        if word.isascii() and len(word) <= 2:
            strength = 0.0
        whole += part * max(strength, against, 0.0)
        if strength <= 0.0 or len(places) >= _MOST_PLACES:
            continue
        for place in places:
            strength_of[place] = strength_of.get(place, 0.0) + part * strength
        if is_name and len(places) <= max(3, count / 20):
            with_names.update(places)
    return PromptEvidence(strength_of, with_names, whole)


def _strength(have: int, count: int, share: float) -> float:
    if not have:
        return 0.0
    than_elsewhere = math.log(have / (count + 1) / share)
    than_others = math.log((count + _MORE_MEMORIES) / have)
    return max(0.0, min(than_elsewhere, than_others))
