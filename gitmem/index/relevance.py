"""Relevance: whether anything here answers a query at all, or search had better say nothing.

A rank only compares memories with each other: the best of those that have nothing to do with a
question comes first as well.  What tells an answer from the best of none is how much of the query
one memory covers, a rare word for more than a common one, and how close one is in meaning, for
which more is asked where there are more memories to be close by chance.  Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_MEANING = 1.44
_BY_CHANCE = 0.104
_LEAST = 0.24
_LEAST_BY_WORDS = 0.34
"""**Source:** a logistic regression on changelog entries and unrelated questions, each repository
judged by the others, whole and cut down to 50 and to 5 memories (docs/decisions/097)."""


@dataclass(frozen=True)
class Relevance:
    """What speaks for an answer: the best memory's share of the query's words, by their rarity
    (0 to 1); the best cosine, None where meaning cannot be asked; and how many memories there are.
    """

    coverage: float
    cosine: float | None
    memory_count: int

    @property
    def score(self) -> float:
        """Both together; of words alone where there are no others."""
        if self.cosine is None:
            return self.coverage
        chance = _BY_CHANCE * math.log(max(self.memory_count, 1))
        return self.coverage + _MEANING * self.cosine - chance

    @property
    def is_enough(self) -> bool:
        """Whether what was found may be shown."""
        if self.coverage >= 1.0:  # every word of the query in one memory
            return True
        return self.score >= (_LEAST_BY_WORDS if self.cosine is None else _LEAST)
