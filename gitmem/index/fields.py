"""The fields of a memory as search weighs them: one row a field, by words and by meaning.

What is written into an index was weighed by this table, so its digest is part of the index's
validity string: with another table, words and vectors are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.model.digest import sha256_hex
from gitmem.model.memory import Citation, Decision, Memory, Provenance, RecordedError
from gitmem.model.text_roles import Role, describe_roles
from gitmem.model.value import dataclass, values_of


@dataclass(frozen=True)
class Field:
    """One column of the full-text table, and what its words and its meaning count for.

    ``roles`` are those of the memory's texts that it holds, ``embed_roles`` those that are encoded.
    ``usual_words``: how many words it usually has, by which a longer one counts for less.
    ``meaning`` is None where the field has no vector of its own.
    """

    name: str
    roles: tuple[Role, ...]
    words: float
    usual_words: float
    meaning: float | None = None
    embed_roles: tuple[Role, ...] = ()


FIELDS = (
    Field("title", (Role.TITLE,), 2.0, 8.0, 1.0, (Role.TITLE,)),
    Field("body", (Role.PROSE, Role.FRAME, Role.CONCEPT), 1.5, 12.0, 0.5, (Role.PROSE,)),
    Field("files", (Role.FILE,), 1.0, 10.0, 0.3, (Role.FILE,)),
    Field("symbols", (Role.SYMBOL,), 1.0, 12.0, 0.5, (Role.SYMBOL, Role.TERM)),
    Field("terms", (Role.TERM,), 1.0, 30.0),
)
"""**Source:** the weights for meaning were measured by who made the table of vectors, on changelog
entries and the commits they tell of; those for words on the same (docs/design.md)."""

COLUMNS = tuple(field.name for field in FIELDS)
WORD_WEIGHTS = tuple(field.words for field in FIELDS)
USUAL_WORDS = tuple(field.usual_words for field in FIELDS)
MEANING_WEIGHTS = tuple(field.meaning for field in FIELDS if field.meaning is not None)
"""Of the fields that have a vector of their own, in their order."""


def digest_of(fields: Sequence[Field]) -> str:
    """Tells one table from another, in every process and on every machine alike.

    The roles that a memory's texts have count as well: a field that is new, or has another role,
    is in no column of an index made before.
    """
    roles = describe_roles(Memory, Decision, RecordedError, Citation, Provenance)
    text = f"{[tuple(values_of(field).values()) for field in fields]!r} {roles}"
    return sha256_hex(text.encode())[:12]
