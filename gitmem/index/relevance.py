"""Relevance: whether anything here answers a query at all, or search had better say nothing.

A rank only compares memories with each other: the best of those that have nothing to do with a
question comes first as well.  What tells an answer from the best of none is how much of the query
one memory covers, how much of it nobody here ever said, and by how much the closest in meaning is
closer than usual, for which more is asked where there are more memories to be close by chance.
Of a long query no memory covers as much as of a short one, so less is asked of it.  Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_UNKNOWN = 0.38
_CLOSENESS = 1.53
_BY_CHANCE = 0.147
_BY_LENGTH = 0.25
_FEW_WORDS, _MANY_WORDS = 4, 12
_LEAST = -0.25
_LEAST_CLOSENESS = 0.45  # of what shares no word with the query
_BY_CHANCE_WORDS = 0.04
_LEAST_BY_WORDS = -0.05
"""**Source:** a logistic regression on changelog entries and on questions that have nothing to do
with them, each repository judged by the others, whole and cut down to 50 and to 5 memories
(``python -m tests.bench.search_floor --fit``; docs/decisions/097).  What a long query is spared,
and the least, were set on whole click, jinja and pytest, so that their entries keep their ranks."""

_LEAST_LINE_WORDS = 3
_LINE_COVERAGE = 0.6  # most of an error's message, whatever path or number it is about


@dataclass(frozen=True)
class Relevance:
    """What speaks for an answer: ``coverage``, the best memory's share of the query's words by
    their rarity, and ``unknown``, the share of them that no memory has (both 0 to 1);
    ``closeness``, by how much the best cosine exceeds the usual one, None where meaning cannot be
    asked; how many memories there are; and how many different words of the query say anything.
    """

    coverage: float
    unknown: float
    closeness: float | None
    memory_count: int
    word_count: int = 0

    @property
    def score(self) -> float:
        """All together; of words alone where there is nothing else."""
        words = self.coverage - _UNKNOWN * self.unknown
        count = math.log(max(self.memory_count, 1))
        if self.closeness is None:
            return words - _BY_CHANCE_WORDS * count
        length = math.log(min(max(self.word_count, _FEW_WORDS), _MANY_WORDS) / _FEW_WORDS)
        return words + _CLOSENESS * self.closeness - _BY_CHANCE * count + _BY_LENGTH * length

    @property
    def is_enough(self) -> bool:
        """Whether what was found may be shown."""
        if self.coverage >= 1.0:  # every word of the query in one memory
            return True
        if self.closeness is None:
            return self.coverage > 0.0 and self.score >= _LEAST_BY_WORDS
        if not self.coverage and self.closeness < _LEAST_CLOSENESS:
            return False
        return self.score >= _LEAST

    @property
    def is_of_a_line(self) -> bool:
        """Whether one line of a longer query is said by one memory, whatever the others say: most
        of it in the memory's words.  How close the query is in meaning tells nothing of a line.
        """
        return self.word_count >= _LEAST_LINE_WORDS and self.coverage >= _LINE_COVERAGE
