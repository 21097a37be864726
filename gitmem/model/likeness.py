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
_QUOTED = re.compile(r"`([^`\n]{1,120})`|\"([^\"\n]{1,80})\"|'([^'\s\n]{1,80})'(?!\w)")
_NAME = re.compile(
    r"(?<![\w])(?:--?[a-zA-Z][\w-]*|[\w-]+(?:[./:_#@][\w-]+)+/?|\w*[a-z][A-Z]\w*|[A-Z]{2,}\w*|#\d+|"
    r"[a-zA-Z]+\d\w*|_\w+|\w+\(\))"
)
_CAPITAL = re.compile(r"(?<![.!?:\-\n]\s)(?<!^)(?<!^\W)\b[A-Z][a-z]{2,}\b", re.MULTILINE)
_HEX = re.compile(r"\b[0-9a-f]{7,40}\b")
_WORD = re.compile(r"[^\W\d_]+(?:'t)?")

# Words of which a text with one says something else than a text with another.
_OUTCOMES = """
    add added adds adding introduce introduced new create created insert inserted restore restored
    | remove removed removes removing drop dropped delete deleted disuse stop stopped strip stripped
    | enable enabled enables on activate activated | disable disabled disables off deactivate
    | allow allowed allows accept accepted permit | forbid forbidden reject rejected deny denied
      refuse refused disallow block blocked
    | increase increased raise raised more larger higher longer up grow upgrade upgraded widen
    | decrease decreased lower lowered reduce reduced less smaller shorter down shrink downgrade
      downgraded narrow
    | before earlier ahead prior | after later behind
    | fix fixed fixes solved resolved works worked working succeed succeeded success pass passes
      passed | fail fails failed failing broken breaks broke failure crash crashes error
    | revert reverted reverts back undo undone
    | open opened | close closed | start started begin | end ended finish
    | include included | exclude excluded skip skipped ignore ignored
    | sync synchronous blocking | async asynchronous nonblocking
    | read reads reading load loaded | write writes writing save saved store stored
    | client frontend browser | server backend
    | push pushed upload | pull pulled fetch fetched download
    | encode encoded serialise serialize | decode decoded parse parsed deserialise deserialize
    | public exposed | private internal hidden
    | strict strictly | lenient loose loosely
    | not never no without cannot n't don't doesn't isn't won't can't nor
    | input request | output response
    | min minimum | max maximum
    | left | right | top | bottom | source | target destination | sender | receiver
    | try retry retries | give abandon
    | docs documentation readme | test tests testing
"""
_POLE_OF = {
    word: number for number, words in enumerate(_OUTCOMES.split("|")) for word in words.split()
}
_STOP_WORDS = """
    the a an of to in for and or is are was were be it this that with by as at from so we our its
    their has have had when where which who now then there here also just too very
"""
_STOP = frozenset(_STOP_WORDS.split())
_STEM = 6
_MIN_SHARED = 0.6
_FEW, _MIN_SHARED_OF_FEW = 6, 0.7  # of a few words each counts for more
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
    quoted = {"".join(groups).lower() for groups in _QUOTED.findall(plain)}
    names = {name.lower().strip(".:") for name in _NAME.findall(plain)}
    names |= {name.lower() for name in _CAPITAL.findall(plain)}
    numbers = {number.lower().replace(" ", "") for number in _NUMBER.findall(plain)}
    numbers |= {number.lower() for number in _WORD_NUMBER.findall(plain)}
    words = [word.lower() for word in _WORD.findall(plain)]
    said = {word.lower() for word in _WORD.findall(_NAME.sub(" ", plain))}
    outcomes = {_POLE_OF[word] for word in words if word in _POLE_OF}
    outcomes |= {_POLE_OF["not"] for word in words if word.endswith("n't")}
    # The parts of a long name would make any two texts about it alike.
    stems = {w[:_STEM] for w in said if len(w) > 1 and w not in _STOP}
    return Particulars(
        frozenset(numbers), frozenset(names | quoted), frozenset(outcomes), errors, frozenset(stems)
    )


def forbidding(one: Memory, other: Memory) -> str:
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
    if not _overlap(first.stems, second.stems, _MIN_SHARED_OF_FEW if is_short else _MIN_SHARED):
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
