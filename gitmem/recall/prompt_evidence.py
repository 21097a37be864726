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
from itertools import pairwise

from gitmem.index.cache import Index
from gitmem.index.lexical import query_words
from gitmem.index.lookup import places_with_word
from gitmem.index.stems import stems_of
from gitmem.model.common_words import common_share
from gitmem.model.likely import FEW, SHARE
from gitmem.model.text import STOP_WORDS, is_of_pairs
from gitmem.model.value import dataclass, field

_LEAST = 4.5
_NEEDED, _NEEDED_OF_WHOLE = 3.0, 0.2
"""What a memory needs: so much, and a share of all that the prompt's words could say; a long
prompt must say more than a short one."""

_HINT = 3.0
"""On a branch, enough to say that a session's first prompt is of this repository's work at all."""

_MOST_PLACES = 10_000
"""A word that more memories have tells none apart, and is not looked at further."""

_UNLISTED, _UNLISTED_NAME = 1e-4, 1e-5  # the share of texts with a word, a name, of no table
_MORE_MEMORIES = 20  # as if so many more had none of the words: where there are few, one tells
_MOST_FOR, _MOST_AGAINST = 4.0, 6.0  # of one word: none calls for a memory by itself
_USUAL = 4.0  # that a memory lacks a word as common as e^-4 says nothing against it
_CHANCE = 0.5  # of a memory: a word that one has may stand there by chance
_PART_OF_PAIR = 0.5  # pairs of characters overlap: two say what a word does
_SHORT = 2  # letters: what stands in any text


@dataclass(frozen=True)
class PromptEvidence:
    """How strongly a prompt's words speak for each memory, by its place, and which of them have
    an identifier of it; ``whole`` is what a memory with all of its words would have.
    """

    strength_of: Mapping[int, float] = field(default_factory=dict)
    with_names: Collection[int] = frozenset()
    whole: float = 0.0

    def fit(self, place: int) -> float:
        """How well this memory fits the prompt: 1.0 or more where it is reason enough to tell."""
        strength = self.strength_of.get(place, 0.0)
        return max(strength / self.needed, 1.0 if place in self.with_names else 0.0)

    @property
    def needed(self) -> float:
        """The strength that is reason enough to tell a memory."""
        return max(_LEAST, _NEEDED + _NEEDED_OF_WHOLE * self.whole)

    @property
    def reached(self) -> float:
        """The strength of the memory that fits best; 0 if none does."""
        return self.strength_of.get(self._best, 0.0)

    @property
    def calls(self) -> bool:
        """Whether any memory fits well enough."""
        return bool(self.with_names) or self.fit(self._best) >= 1.0

    def hints(self, *, is_trunk: bool) -> bool:
        """Whether the prompt says of this repository's work at all, whatever else it says; where
        there is a branch, less is enough.
        """
        return self.reached >= (_LEAST if is_trunk else _HINT)

    @property
    def _best(self) -> int:
        return max(self.strength_of, key=self.strength_of.__getitem__, default=-1)


def weigh_words(index: Index, prompt: str) -> PromptEvidence:
    """Weigh each word of the prompt once, for all the memories that have it.

    A word's strength is the smaller of two logarithms: how much more often it stands in this
    repository's memories than in other texts, and how few of them have it.

    Raises:
        GitmemError: the index is damaged; it is set aside, so that the next try works.
    """
    count = index.number("SELECT max(place) FROM memory")
    words = [word for word in query_words(prompt) if word not in STOP_WORDS]
    if not count or not words:
        return PromptEvidence()
    names = _names_in(prompt)
    strength_of: dict[int, float] = {}
    with_names: set[int] = set()
    whole = 0.0
    first_of_stem = {
        stem: word for word, stem in zip(reversed(words), reversed(stems_of(words)), strict=True)
    }
    for stem, word in first_of_stem.items():
        share = common_share(stem)
        is_name = word in names and not share  # GitHub is no name of this repository's
        share += _UNLISTED_NAME if is_name else _UNLISTED
        places = places_with_word(index, word, _MOST_PLACES)
        strength = _strength(word, len(places), count, share)
        against = min(_MOST_AGAINST, -math.log(share)) - (_USUAL if places else 0.0)
        part = _PART_OF_PAIR if is_of_pairs(word) else 1.0
        whole += part * max(strength, against)
        if strength <= 0.0 or len(places) == _MOST_PLACES:
            continue
        for place in places:
            strength_of[place] = strength_of.get(place, 0.0) + part * strength
        if is_name and len(places) <= max(FEW, count / SHARE):
            with_names.update(places)
    return PromptEvidence(strength_of, with_names, whole)


def _names_in(prompt: str) -> set[str]:
    """What prose does not write, as it is indexed: parse_args, parseArgs, CliRunner."""
    runs = re.findall(r"\w+", prompt)
    return {
        run.replace("_", "").lower()
        for run in runs
        if "_" in run.strip("_")
        or any(left.islower() and right.isupper() for left, right in pairwise(run))
    }


def _strength(word: str, have: int, count: int, share: float) -> float:
    """What one memory's having this word says, when so many of all have it; never negative."""
    if not have or (word.isascii() and len(word) <= _SHORT):
        return 0.0
    than_elsewhere = math.log((have - _CHANCE) / (count + 1) / share)
    than_others = math.log((count + _MORE_MEMORIES) / have)
    return max(0.0, min(than_elsewhere, than_others, _MOST_FOR))
