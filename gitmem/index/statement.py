"""Statements: a decision's title, split into what it is about and what was chosen.

"Store sessions in Redis" is about sessions and chooses Redis; "Use Redis for sessions" says the
same.  Not a grammar: a verb in front of the main clause, then what stands behind which
preposition.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gitmem.index.clause import (
    PREPOSITIONS,
    alternatives_in,
    content_of,
    is_of_some_cases,
    is_version,
    main_clause,
    name_of,
    number_in,
    tokens_of,
    without_alternatives,
)
from gitmem.index.verbs import (
    CHOICE_VERBS,
    FIX_VERBS,
    LISTING_VERBS,
    QUESTIONS,
    REPEATABLE_VERBS,
    TO_VERBS,
    gerund_base,
    is_plain_form,
    is_third_person,
    plain_form,
    sides_of,
    sorts_of,
)
from gitmem.model.memory import Memory
from gitmem.model.text import OPPOSITES, stem

_MAX_TITLE = 400
_MAX_WHY = 1_000
_RETURN = re.compile(
    r"\bback\b(?! ?up\b)|\bagain\b|\bafter all\b|\b(?:roll(?:ed)? back|as before)\b", re.I
)
_ADDITION = re.compile(
    r"\b(?:also|too|as well|in addition|additionally|another|second|when asked|optionally)\b", re.I
)
_KINDS = {
    "place": "in on to from into onto at over inside behind",
    "means": "with via through by using from in",
    "form": "as",
}
_SUBJECT_PREPOSITIONS = frozenset({"for", "as", "in", "on", "to"})
_OBJECT_PREPOSITIONS = frozenset({"for", "of"})
_COPULA_WORDS = "is are talk talks speak speaks live lives go goes"
_COPULAS = frozenset(_COPULA_WORDS.split())
# Of these everything is made: alone they name no thing ...
_EMPTY_WORDS = """
    change changes file files link links import imports note notes typo typos example examples
    comment comments entry entries section page pages text issue issues bug bugs line lines thing
    things stuff name names value values case cases util utils helper helpers feature features
    functionality unused dead redundant unnecessary duplicate
"""
# ... and of these so much that one which is taken away is hardly the one that was added.
_COMMON_WORDS = """
    test tests testing doc docs documentation document readme changelog history news code version
    versions release ci build builds notice warning warnings error errors function functions method
    methods class classes module modules variable variables argument arguments option options
    parameter parameters script scripts type types hint hints annotation annotations dependency
    dependencies package packages setup config configuration setting settings message messages
    python
"""
_DENIAL = re.compile(
    r"\b(?:no longer|never|cannot|(?:do|does|did|is|are|was|were|must|should|may|can|will)"
    r"(?: not|nt))\b",
    re.I,
)


AS_SAID = "as said"
"""The side of a statement on itself: a denial in the middle of a sentence is against it."""


@dataclass(frozen=True)
class Statement:
    """What a title says, as stems of words.

    ``words`` are all that tell something but the verb (``words_and_verb``), ``direct`` those in
    front of the first preposition and ``object`` with what "of" and "for" add; ``subject`` is what
    it is about and ``value`` what is chosen for it, ``value_kinds`` whether as a place, a means or
    a form; ``rejected`` is each thing moved away from, ``refused`` what its decisions reject;
    ``every`` has also the words of the reason.  ``sides`` tell for each question that the verb
    takes sides on whether it is for (1) or against (-1).  ``is_listing``: one more of its kind,
    which replaces none.
    """

    verb: str
    sort: frozenset[str]
    words: frozenset[str]
    words_and_verb: frozenset[str]
    direct: frozenset[str]
    object: frozenset[str]
    subject: frozenset[str]
    value: frozenset[str]
    value_kinds: frozenset[str]
    rejected: tuple[frozenset[str], ...]
    refused: tuple[frozenset[str], ...]
    every: frozenset[str]
    numbers: frozenset[str]
    poles: frozenset[str]
    sides: Mapping[str, int]
    is_return: bool
    is_addition: bool
    is_listing: bool
    is_fix: bool
    is_conditional: bool
    is_universal: bool

    @property
    def is_against(self) -> bool:
        """Whether it is against something."""
        return any(side < 0 for side in self.sides.values())

    @property
    def is_for(self) -> bool:
        """Whether it brings, allows or demands something, and is against nothing."""
        return not self.is_against and bool(QUESTIONS & self.sides.keys())


def statement_of(memory: Memory) -> Statement:
    """The memory's title as a statement, with what its reason and its decisions add."""
    chosen = " ".join(decision.chose for decision in memory.decisions)
    refused = tuple(
        text[:_MAX_TITLE]
        for decision in memory.decisions
        if not is_of_some_cases(decision.chose)
        for text in decision.rejected
    )
    return _parse_statement(memory.title[:_MAX_TITLE], memory.why[:_MAX_WHY], chosen, refused)


def names_a_thing(words: frozenset[str]) -> bool:
    """Whether any of these stems is more than what everything is made of."""
    return bool(words - _EMPTY_STEMS)


def names_one_thing(words: frozenset[str]) -> bool:
    """Whether any of them is more, too, than what every project has many of."""
    return bool(words - _EMPTY_STEMS - _COMMON_STEMS)


@lru_cache(maxsize=8_192)  # what is found once is found again
def _parse_statement(title: str, why: str, chosen: str, refused: tuple[str, ...]) -> Statement:
    clause, is_conditional = main_clause(title)
    tokens = tokens_of(without_alternatives(clause))
    verb, rest, is_negated = _verb(tokens)
    parts = _parts(rest)
    rejected = _contents([*alternatives_in(clause), *_passed_over(verb, parts)])
    subject, value = _subject_and_value(verb, parts)
    words = content_of(rest)
    numbers = frozenset(n for token in tokens if (n := number_in(token)))
    return Statement(
        verb=verb,
        sort=sorts_of(verb),
        words=words,
        words_and_verb=words | {stem(verb)} if verb else words,
        direct=content_of(parts[0][1]),
        object=_object(parts),
        subject=subject,
        value=value.difference(*rejected),
        value_kinds=_value_kinds(verb, parts),
        rejected=tuple(given_up for given_up in rejected if given_up != value),
        refused=_contents(map(name_of, refused)),
        every=words | {stem(verb)} | content_of(tokens_of(f"{title} {why} {chosen}")),
        numbers=numbers,
        poles=frozenset(
            part for token in tokens for part in (token, *token.split("-")) if part in OPPOSITES
        ),
        sides=_sides(verb, tokens, is_negated=is_negated, is_denied=bool(_DENIAL.search(clause))),
        is_return=bool(_RETURN.search(clause)),
        is_addition=bool(_ADDITION.search(clause)),
        is_listing=verb in LISTING_VERBS or (verb == "allow" and is_version(clause, numbers)),
        is_fix=verb in FIX_VERBS,
        is_conditional=is_conditional,
        is_universal="always" in tokens or "never" in tokens,
    )


def _sides(verb: str, tokens: list[str], *, is_negated: bool, is_denied: bool) -> Mapping[str, int]:
    sign = -1 if is_negated else 1
    found = {name: sign * side for name, side in sides_of(verb).items()}
    if verb:
        found[f"to {verb}"] = sign
    is_left = verb == "leave" and tokens[-1:] == ["alone"]
    found[AS_SAID] = -1 if is_left or (is_denied and not is_negated) else 1
    if "always" in tokens[:1]:
        found["always"] = 1
    elif "never" in tokens[:1]:
        found["always"] = -1
    return found


def _verb(tokens: list[str]) -> tuple[str, list[str], bool]:
    """The verb in front in its plain form, what follows, and whether it is denied; a title that
    says how things are has none.
    """
    is_negated = False
    if tokens[:2] == ["no", "longer"]:
        tokens, is_negated = tokens[2:], True
    while tokens and tokens[0] in _IN_FRONT:
        is_negated |= tokens[0] in ("not", "dont", "never")
        tokens = tokens[1:]
    if not tokens or number_in(tokens[0]) or tokens[0] in _DETERMINERS or "_" in tokens[0]:
        return "", tokens, False
    if len(tokens) > 1 and is_third_person(tokens[1]) and not is_plain_form(tokens[0]):
        return "", tokens, False
    if tokens[0].startswith("re") and plain_form(tokens[0][2:]) in REPEATABLE_VERBS:
        tokens = [tokens[0][2:], *tokens[1:]]
    verb, rest = plain_form(tokens[0]), tokens[1:]
    if rest and rest[0] in ("off", "on") and verb in ("turn", "switch"):
        return ("disable" if rest[0] == "off" else "enable"), rest[1:], is_negated
    if set(tokens[1:4]) & _COPULAS and not is_plain_form(tokens[0]):
        return "", tokens, False
    if verb in ("stop", "avoid", "quit") and rest and rest[0].endswith("ing"):
        return gerund_base(rest[0]), rest[1:], not is_negated
    if verb == "start" and rest and rest[0].endswith("ing"):
        return gerund_base(rest[0]), rest[1:], is_negated
    if verb == tokens[0] and verb.endswith("s") and not verb.endswith("ss"):
        return "", tokens, False
    return verb, rest, is_negated


def _parts(tokens: list[str]) -> list[tuple[str, list[str]]]:
    """The words in front of the first preposition, then those behind each; "to do" is none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    around = zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False)
    for before, word, following in around:
        if word == "to" and (is_plain_form(following) or before.endswith("ed")):
            parts.append(("to do", []))  # "related to" leads nowhere either
        elif word in PREPOSITIONS or word in _SUBJECT_PREPOSITIONS or word == "of":
            parts.append((word, []))
        else:
            parts[-1][1].append(word)
    return parts


def _object(parts: list[tuple[str, list[str]]]) -> frozenset[str]:
    """What the verb is about, without where, whereby and whereto."""
    found = [*parts[0][1]]
    for preposition, words in parts[1:]:
        if preposition not in _OBJECT_PREPOSITIONS:
            break
        found += words
    return content_of(found)


def _subject_and_value(
    verb: str, parts: list[tuple[str, list[str]]]
) -> tuple[frozenset[str], frozenset[str]]:
    direct = _object([part for part in parts if part[0] in ("", "of")])
    behind: dict[str, frozenset[str]] = {}
    for preposition, words in parts[1:]:
        behind[preposition] = behind.get(preposition, frozenset()) | content_of(words)
    if verb in CHOICE_VERBS:
        names = _SUBJECT_PREPOSITIONS - ({"to"} if verb == "prefer" else set())
        subjects = (words for name, words in behind.items() if name in names)
        return frozenset().union(*subjects), direct
    if not verb and parts[0][1]:
        return _clause(parts)
    if verb in TO_VERBS:
        target = behind.get("to", frozenset()) | behind.get("into", frozenset())
        return direct | behind.get("for", frozenset()) | behind.get("in", frozenset()), target
    values = (words for name, words in behind.items() if name in PREPOSITIONS)
    subject = direct | behind.get("for", frozenset())
    return subject or frozenset({stem(verb)}), frozenset().union(*values)


def _value_kinds(verb: str, parts: list[tuple[str, list[str]]]) -> frozenset[str]:
    if not verb or verb in CHOICE_VERBS or verb in TO_VERBS:
        return frozenset(_KINDS)
    return frozenset(
        kind for kind, names in _KINDS.items() for name, _ in parts if name in names.split()
    )


def _clause(parts: list[tuple[str, list[str]]]) -> tuple[frozenset[str], frozenset[str]]:
    """As in "services talk JSON": about what stands in front of the verb."""
    tokens = parts[0][1]
    at = next((n for n, token in enumerate(tokens) if token in _COPULAS), 0)
    return (
        (content_of(tokens[:at]), content_of(tokens[at + 1 :]))
        if at
        else (frozenset(), frozenset())
    )


def _contents(phrases: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(words for phrase in phrases if (words := content_of(tokens_of(phrase))))


def _passed_over(verb: str, parts: list[tuple[str, list[str]]]) -> list[str]:
    """What is not preferred."""
    return [" ".join(words) for name, words in parts if verb == "prefer" and name == "to"]


_IN_FRONT = frozenset(("do", "not", "dont", "let", "please", "always", "never", "now"))
_DETERMINERS = frozenset(("no", "a", "an", "the", "every", "each", "all", "any"))
_EMPTY_STEMS = frozenset(stem(word) for word in _EMPTY_WORDS.split())
_COMMON_STEMS = frozenset(stem(word) for word in _COMMON_WORDS.split())
