"""The fields of a memory as search weighs them: one row a field, by words and by meaning.

What is written into an index was weighed by this table, so its digest is part of the index's
validity string: with another table, words and vectors are made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Field:
    """One column of the full-text table, and what its words and its meaning count for.

    ``usual_words``: how many words it usually has, by which a longer one counts for less.
    ``meaning`` is None where the field has no vector of its own: its text is encoded with that
    of the field before.
    """

    name: str
    words: float
    usual_words: float
    meaning: float | None


FIELDS = (
    Field("title", words=2.0, usual_words=8.0, meaning=1.0),
    Field("body", words=1.5, usual_words=12.0, meaning=0.5),
    Field("files", words=1.0, usual_words=10.0, meaning=0.3),
    Field("symbols", words=1.0, usual_words=12.0, meaning=0.5),
    Field("terms", words=1.0, usual_words=30.0, meaning=None),
)
"""**Source:** the weights for meaning were measured by who made the table of vectors, on changelog
entries and the commits they tell of; those for words on the same (docs/design.md)."""

COLUMNS = tuple(field.name for field in FIELDS)
WORD_WEIGHTS = tuple(field.words for field in FIELDS)
USUAL_WORDS = tuple(field.usual_words for field in FIELDS)
MEANING_WEIGHTS = tuple(field.meaning for field in FIELDS if field.meaning is not None)
"""Of the fields that have a vector of their own, in their order."""


def digest_of(fields: Sequence[Field]) -> str:
    """Tells one table from another, in every process and on every machine alike."""
    text = repr([astuple(field) for field in fields])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
