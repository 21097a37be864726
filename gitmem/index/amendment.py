"""Amendments: whether a newer memory replaces an older one that it does not name.

People write "Store sessions in Redis" and a year later "Move sessions back to Postgres".  Both
match a question about sessions, and the older often better.  Told by how titles and decisions
are worded, deterministically, and only where the two are about the same thing: what is merely
alike ("Store rate limits in Redis") must never hide anything.  Pure, standard library only.
"""

from __future__ import annotations

import re

from gitmem.index.statement import Statement, statement_of
from gitmem.model.memory import Memory
from gitmem.model.text import OPPOSITES, STOP_WORDS, stem, words_of

PERHAPS = "perhaps amended by"
"""Of two commits whose messages decide nothing: too often they only touch the same thing."""

_REVERT = re.compile(r"revert(?:s|ed)?\b[\s:]*[\"'“]?(.{3,200}?)[\"'”]?\s*$", re.I)
_REVERTS_COMMIT = re.compile(r"Reverts ([0-9a-f]{7,40})\b")
_SAME = 0.6
_MOST = 0.7


def amendment_of(newer: Memory, older: Memory, likeness: float = 0.0) -> str:
    """In which way the newer memory replaces the older one; "" where it does not.

    ``likeness`` (0 to 1) is not needed: what is worded alike is not about the same thing for it.
    Memories of the same time, or without one, replace none.
    """
    if not older.provenance.time or newer.provenance.time <= older.provenance.time:
        return ""
    if _is_reverted(newer, older):
        return "reverted by"
    if not replaces(statement_of(newer), statement_of(older)):
        return ""
    return "amended by" if _is_decided(newer) or _is_decided(older) else PERHAPS


def _is_decided(memory: Memory) -> bool:
    """Whether it states a decision; a commit's message does if it says what was rejected."""
    return memory.kind == "decision" or not memory.provenance.is_of_history


def _is_reverted(newer: Memory, older: Memory) -> bool:
    """By the commit that is named, or by the title that git puts in quotes."""
    for fact in newer.what:
        match = _REVERTS_COMMIT.search(fact)
        if match and older.provenance.commit.startswith(match[1]):
            return True
    match = _REVERT.match(newer.title)
    if match is None:
        return False
    taken_back, said = _stems(match[1]), _stems(older.title)
    return bool(said) and _share(said, taken_back) >= 0.8 and _share(taken_back, said) >= 0.8


def replaces(new: Statement, old: Statement) -> bool:
    """Whether the one statement, made later, is about the same thing and says otherwise."""
    if new.is_addition or old.is_fix or new.is_fix or not old.words & new.every:
        return False
    return (
        _is_flipped(new, old)
        or _is_opposite(new, old)
        or _is_other_amount(new, old)
        or _is_other_choice(new, old)
        or _is_given_up(new, old)
        or _is_taken_back(new, old)
    )


def _is_flipped(new: Statement, old: Statement) -> bool:
    """One says to do it and the other not to."""
    if new.polarity == old.polarity or (new.numbers and old.numbers != new.numbers):
        return False
    is_opposed = new.polarity * old.polarity < 0
    if not is_opposed and new.polarity >= 0:
        return False
    if is_opposed and len(old.words) > 1 and old.words <= new.words:
        return True
    return (
        _is_same_thing(old.words, new.words)
        or _is_same_thing(old.words_and_verb, new.words)
        or (bool(old.value) and _is_same_thing(old.subject, new.words))
    )


def _is_opposite(new: Statement, old: Statement) -> bool:
    """Strict and lenient, public and private: of the same thing."""
    found = [pole for pole in old.poles if OPPOSITES[pole] in new.poles]
    if not found:
        return False
    poles = {stem(pole) for one in found for pole in (one, OPPOSITES[one])}
    rest_old, rest_new = old.words - poles, new.words - poles
    return bool(rest_old) and _share(rest_old, rest_new) >= _MOST


def _is_other_amount(new: Statement, old: Statement) -> bool:
    """The same is kept, waited for or allowed, in another number."""
    if not new.numbers or not old.numbers or new.numbers == old.numbers:
        return False
    if old.is_listing or new.is_listing or not _can_share_verb(new, old):
        return False
    return bool(old.words & new.words) and _overlap(old.words, new.words) >= _SAME


def _is_other_choice(new: Statement, old: Statement) -> bool:
    """For the same thing something else is chosen, or it is put somewhere else."""
    if old.is_listing or new.is_listing or not new.value or not old.value:
        return False
    if new.numbers != old.numbers or not _can_share_verb(new, old):
        return False
    if not new.value_kinds & old.value_kinds:
        return False
    mine, theirs = new.value - old.value, old.value - new.value
    is_same_thing = bool(old.subject) and _overlap(old.subject, new.subject) >= _SAME
    return is_same_thing and bool(mine) and bool(theirs)


def _is_given_up(new: Statement, old: Statement) -> bool:
    """What the older one chose is what the newer one moves away from."""
    chosen = old.value or old.words
    if old.polarity < 0 or _share(chosen, new.rejected) < 0.5:
        return False
    rest = old.words - new.rejected
    return not rest or _share(rest, new.every) >= 0.5


def _is_taken_back(new: Statement, old: Statement) -> bool:
    """Back, again, after all: to what was before the older one."""
    if not new.is_return or old.is_return:
        return False
    return len(old.words & new.words) > 1 and _share(old.words, new.every) >= _MOST


def _is_same_thing(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether most of either is in the other; a single word must be all that either says."""
    shared = len(old & new)
    return old == new or (shared > 1 and shared >= _MOST * len(old) and 2 * shared >= len(new))


def _can_share_verb(new: Statement, old: Statement) -> bool:
    """Whether both verbs could speak of one decision: they are the same, or of a sort."""
    return new.verb == old.verb or not new.verb or not old.verb or bool(new.sort & old.sort)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text) if word not in STOP_WORDS)
