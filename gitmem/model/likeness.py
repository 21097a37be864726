"""Whether two memories say the same thing, decided by what rules it out.

Texts about different things are often almost alike ("retry 3 times", "retry 5 times"; "enable the
cache", "disable the cache"), and vectors hardly see the difference.  So likeness is never enough:
a number, a name, a version, an error or an outcome that only one of two has keeps them apart.
Pure; standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gitmem.model.memory import Memory
from gitmem.model.text import BARE_STOP_WORDS, SIDE_OF, beginnings

_NUMBER = re.compile(
    r"(?<![\w.])v?\d+(?:[.,:x]\d+)*(?:\s?(?:%|[kmg]?i?b|ms|s|px|em))?(?![\w])", re.I
)
_WORD_NUMBER = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|double|"
    r"both|first|second|third|last|single|all|any|only|every|none|each|minute|hour|second|day|"
    r"week|month|year|daily|weekly|hourly)s?\b",
    re.I,
)
# What a person writes for the machine: quoted, with marks inside, or with capitals inside.
_QUOTATION = re.compile(r"`([^`\n]{1,120})`|\"([^\"\n]{1,80})\"|'([^'\s\n]{1,80})'(?!\w)")
_NAME = re.compile(
    r"(?<![\w])(?:--?[a-zA-Z][\w-]*|[\w-]+(?:[./:_#@][\w-]+)+/?|\w*[a-z][A-Z]\w*|[A-Z]{2,}\w*|#\d+|"
    r"[a-zA-Z]+\d\w*|_\w+|\w+\(\))"
)
_CAPITAL = re.compile(r"(?<![.!?:\-\n]\s)(?<!^)(?<!^\W)\b[A-Z][a-z]{2,}\b", re.MULTILINE)
_HEX = re.compile(r"\b[0-9a-f]{7,40}\b")
_WORD = re.compile(r"[^\W\d_]+(?:'t)?")

_MIN_OVERLAP = 0.6
_FEW, _MIN_OVERLAP_OF_FEW = 6, 0.7  # of a few words each counts for more
_MIN_FILES = 0.5


@dataclass(frozen=True)
class Particulars:
    """What must be the same in two memories that say the same thing."""

    numbers: frozenset[str]
    names: frozenset[str]
    outcomes: frozenset[int]
    errors: frozenset[str]
    stems: frozenset[str]


@lru_cache(maxsize=4096)
def particulars_of(text: str, errors: frozenset[str] = frozenset()) -> Particulars:
    """The particulars of a text."""
    plain = _HEX.sub(" ", text)
    quoted = {"".join(groups).lower() for groups in _QUOTATION.findall(plain)}
    names = {name.lower().strip(".:") for name in _NAME.findall(plain)}
    names |= {name.lower() for name in _CAPITAL.findall(plain)}
    numbers = {number.lower().replace(" ", "") for number in _NUMBER.findall(plain)}
    numbers |= {number.lower() for number in _WORD_NUMBER.findall(plain)}
    words = [word.lower() for word in _WORD.findall(plain)]
    said = {word.lower() for word in _WORD.findall(_NAME.sub(" ", plain))}
    outcomes = {SIDE_OF[word] for word in words if word in SIDE_OF}
    outcomes |= {SIDE_OF["not"] for word in words if word.endswith("n't")}
    # The parts of a long name would make any two texts about it alike.
    stems = beginnings(said, BARE_STOP_WORDS)
    return Particulars(
        frozenset(numbers), frozenset(names | quoted), frozenset(outcomes), errors, stems
    )


def reason_to_keep_apart(one: Memory, other: Memory) -> str:
    """What keeps two memories from being one, in a word or two; "" if nothing does.

    The likeness of their words is looked at as well: it is the weakest of the reasons.
    """
    first, second = _particulars(one), _particulars(other)
    if one.kind != other.kind:
        return "another kind"
    if first.numbers != second.numbers:
        return f"other numbers: {_difference(first.numbers, second.numbers)}"
    if first.names != second.names:
        return f"other names: {_difference(first.names, second.names)}"
    if first.outcomes != second.outcomes:
        return "another outcome"
    if first.errors != second.errors:
        return "other errors"
    if {d.chose for d in one.decisions} != {d.chose for d in other.decisions}:
        return "another decision"
    if not _overlap(frozenset(one.files_changed), frozenset(other.files_changed), _MIN_FILES):
        return "other files"
    if one.symbols and other.symbols and not set(one.symbols) & set(other.symbols):
        return "other symbols"
    is_short = min(len(first.stems), len(second.stems)) < _FEW
    if not _overlap(first.stems, second.stems, _MIN_OVERLAP_OF_FEW if is_short else _MIN_OVERLAP):
        return "other words"
    return ""


def _particulars(memory: Memory) -> Particulars:
    text = "\n".join([memory.title, memory.why, *memory.what])
    return particulars_of(text, frozenset(error.message for error in memory.errors))


def _overlap(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    if not one or not other:
        return one == other
    return len(one & other) >= share * len(one | other)


def _difference(one: frozenset[str], other: frozenset[str]) -> str:
    return ", ".join(sorted(one ^ other)[:3])
