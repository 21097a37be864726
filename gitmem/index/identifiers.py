"""Identifiers: what a query names letter by letter, and whether a memory has it.  Pure."""

from __future__ import annotations

import re

from gitmem.model.memory import Memory
from gitmem.model.text import STOP_WORDS
from gitmem.model.text_roles import Role, texts_of

_MAX_QUERY = 2_000
_MOST = 8
_SEARCHED = tuple(role for role in Role if role not in (Role.LABEL, Role.IDENTITY))
_WRAPPING = "\"'`“”‘’.,;:!?()[]{}<>"
# What prose does not have: marks or capitals inside, digits among letters, a call, an option.
_CODE = re.compile(
    r"\w_\w|^_\w|\w_$|\w(?:\.|::|/|->|#)\w|[a-z][A-Z]|[A-Z]{2}|[^\W\d_]\d|\d[^\W\d_]|\(\)$|^--?\w"
)

_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")


def identifiers_in(query: str) -> tuple[str, ...]:
    """The identifiers of a query, in small letters: words as only code has them, or its only word.

    What it quotes (in backticks or quotation marks) is one whatever it looks like.
    """
    words = query[:_MAX_QUERY].split()
    found = []
    for word in words:
        bare = word.strip(_WRAPPING)
        is_quoted = word[:1] in "`\"'" and word[:1] == word[-1:] and len(word) > 2
        if bare and (len(words) == 1 or is_quoted or _CODE.search(word) or _CODE.search(bare)):
            found.append(bare.lower())
    return tuple(dict.fromkeys(found))[:_MOST]


def names_in(query: str) -> tuple[str, ...]:
    """The identifiers of a query that are an answer by themselves where a memory has them: neither
    a stop word that stands alone nor an acronym, which is a word like others.
    """
    bare = query.strip().lower()
    acronyms = {word.lower() for word in _ACRONYM.findall(query[:_MAX_QUERY])}
    return tuple(
        name
        for name in identifiers_in(query)
        if name not in acronyms and (name not in STOP_WORDS or name != bare)
    )


def has_identifier(memory: Memory, identifier: str) -> bool:
    """Whether an identifier stands in what is searched of a memory, as a whole."""
    whole = re.compile(rf"(?<!\w){re.escape(identifier)}(?!\w)")
    return any(whole.search(text.lower()) for text in texts_of(memory, _SEARCHED))
