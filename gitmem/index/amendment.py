"""Amendments: whether a newer memory says otherwise than an older one, by how both are worded.

People write "Store sessions in Redis" and a year later "Move sessions back to Postgres".  Both
match a question about sessions, and the older often better.  Words alone prove nothing: that the
newer commit takes away what the older one wrote, or names it, is for git to tell
(:mod:`gitmem.refresh.amendments`).  Pure, standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitmem.index.statement import (
    AS_SAID,
    Statement,
    names_a_thing,
    names_one_thing,
    statement_of,
)
from gitmem.model.amendment import Amendment, Mention, mentions_in
from gitmem.model.memory import Memory
from gitmem.model.text import OPPOSITES, stem
from gitmem.model.text_roles import Role, texts_of

_SAME = 0.6
_MOST = 0.75
_SAID = (Role.TITLE, Role.PROSE)


def is_later(newer: Memory, older: Memory) -> bool:
    """Whether the one was made after the other; of what has no time nobody knows."""
    return bool(older.provenance.time) and newer.provenance.time > older.provenance.time


def mentions_of(memory: Memory) -> tuple[Mention, ...]:
    """What the memory's own words say it does to commits and memories that they name."""
    return tuple(mentions_in("\n".join(texts_of(memory, _SAID))))


def naming_among(mentions: Iterable[Mention], older: Memory, commit: str) -> Amendment | None:
    """What is done to the older memory, which one of its commits holds, where it is named."""
    ids = [name for name in (older.id, commit, older.provenance.commit) if name]
    for mention in mentions:
        if any(name.startswith(mention.name) for name in ids):
            return mention.how
    return None


def says_otherwise(newer: Memory, older: Memory) -> bool:
    """Whether the newer memory is about the same thing as the older one and contradicts it."""
    return is_later(newer, older) and contradicts(statement_of(newer), statement_of(older))


def contradicts(new: Statement, old: Statement) -> bool:
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


def in_force(found: Mapping[int, tuple[int, Amendment]]) -> dict[int, tuple[int, Amendment]]:
    """The amendments, each older memory with the newer one, without those by a memory that is
    reverted itself: what it took back holds again.
    """
    is_reverted: dict[int, bool] = {}
    for number in found:
        chain = [number]
        while (last := chain[-1]) in found and last not in is_reverted:
            chain.append(found[last][0])
        for one in reversed(chain):
            if one not in is_reverted:
                newer, how = found.get(one, (one, Amendment.AMENDED))
                is_reverted[one] = how is Amendment.REVERTED and not is_reverted[newer]
    return {older: by for older, by in found.items() if not is_reverted[by[0]]}


def _is_flipped(new: Statement, old: Statement) -> bool:
    """One is for it and the other against it."""
    opposed = {name for name, side in new.sides.items() if old.sides.get(name, 0) == -side}
    if not opposed or (new.numbers and old.numbers != new.numbers):
        return False
    if new.is_conditional and not old.is_universal:
        return False
    if not names_one_thing(new.words & old.words_and_verb):
        return False
    if opposed == {AS_SAID}:
        return new.words_and_verb == old.words_and_verb or _is_left_alone(new, old)
    done = {stem(old.verb)}  # "compress responses" and "no compression of responses"
    if new.words in (old.words, old.direct, old.object, old.direct | done, old.object | done):
        return True
    # Of a rule an exception is told by "in", "for" or "on" a part of what it is about.
    is_rule = old.is_universal or bool(opposed & {"permission", "duty", "always"})
    return is_rule and new.object >= old.words == old.object


def _is_left_alone(new: Statement, old: Statement) -> bool:
    return new.verb == "leave" and new.words == old.direct


def _is_opposite(new: Statement, old: Statement) -> bool:
    """Strict and lenient, public and private: of the same thing."""
    found = [pole for pole in old.poles if OPPOSITES[pole] in new.poles]
    if not found:
        return False
    poles = {stem(pole) for one in found for pole in (one, OPPOSITES[one])}
    rest_old, rest_new = old.words - poles, new.words - poles
    return names_a_thing(rest_old) and _share(rest_old, rest_new) >= _MOST


def _is_other_amount(new: Statement, old: Statement) -> bool:
    """The same is kept, waited for or allowed, in another number."""
    if not (new.numbers - old.numbers and old.numbers - new.numbers):
        return False
    if old.is_listing or new.is_listing or not names_a_thing(old.words & new.words):
        return False
    if not (new.verb and old.verb):  # "one approval is enough"
        return _overlap(old.words, new.words) >= _MOST
    return _can_share_verb(new, old) and _overlap(old.words, new.words) >= _SAME


def _is_other_choice(new: Statement, old: Statement) -> bool:
    """For the same thing something else is chosen, or it is put somewhere else."""
    if old.is_listing or new.is_listing or not new.value or not old.value:
        return False
    if old.is_against or new.is_against:  # "do not use this" chooses nothing
        return False
    if {"replace", "swap"} & {new.verb, old.verb}:  # of these what is given up decides
        return False
    if new.numbers != old.numbers or not _can_share_verb(new, old):
        return False
    if not new.value_kinds & old.value_kinds:
        return False
    mine, theirs = new.value - old.value, old.value - new.value
    is_same_thing = names_a_thing(old.subject & new.subject)
    is_same_thing &= _overlap(old.subject, new.subject) >= _MOST
    return is_same_thing and bool(mine) and bool(theirs)


def _is_given_up(new: Statement, old: Statement) -> bool:
    """What the older one chose is what the newer one moves away from."""
    if old.is_against:
        return False
    brings = old.is_for and old.is_listing  # "support this by that" is about this
    chosen = old.direct if brings else old.value or (old.words if old.is_for else frozenset())
    for given_up in new.rejected:
        rest = old.words - given_up
        if _is_same_name(chosen, given_up) and (not rest or _share(rest, new.every) >= 0.5):
            return True
    # What a decision rejects may have to do with anything: its title must be about the subject,
    # and not be about what was rejected.
    return any(
        _is_same_name(chosen, given_up)
        and not given_up <= new.words
        and _share(old.words - given_up, new.words) >= 0.5
        for given_up in new.refused
    )


def _is_same_name(chosen: frozenset[str], given_up: frozenset[str]) -> bool:
    """Whether two short names mean one thing: of either all is in the other, and at least half."""
    is_part = given_up <= chosen or chosen <= given_up
    return is_part and names_a_thing(chosen & given_up) and _overlap(chosen, given_up) >= 0.5


def _is_taken_back(new: Statement, old: Statement) -> bool:
    """Back, again, after all: to what was before the older one."""
    if not new.is_return or old.is_return or new.is_listing:
        return False
    if new.words <= old.words and new.verb == old.verb:  # the same once more
        return False
    return len(old.words & new.words) > 1 and _share(old.words, new.every) >= _MOST


def _can_share_verb(new: Statement, old: Statement) -> bool:
    """Whether both verbs could speak of one decision: they are the same, or of a sort."""
    return new.verb == old.verb or bool(new.sort & old.sort)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)
