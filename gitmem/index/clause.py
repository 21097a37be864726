"""Clauses: the main clause of a title, its words, and what it says was passed over.

Only the main clause says something: a "not" behind "when", "that" or "because", or in a quotation,
is no part of it.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitmem.index.verbs import is_plain_form
from gitmem.model.text import TITLE_STOP_WORDS, stem

_TOKEN = re.compile(r"[#v]?\d+(?:[.,]\d+)*%?|[^\W\d_][\w+#-]*(?:\.[a-z]\w*)?|[^\W\d_]")
_MAX_TEXT = 2_000
_PREFIX = re.compile(
    r"(?:(?:\[[^\[\]]{1,30}\]|[\w./-]{2,30}(?:\([^()]{1,60}\))?!?:|\*)\s+(?=\S)){1,3}"
)
_ID = re.compile(r"https?://\S+|(?:[\w.-]+/[\w.-]+)?@?\b(?=[a-f]*\d)[0-9a-f]{7,40}\b")
_IN_CODE_NAME = re.compile(r"(?<=\w)(?:::|/)(?=\w)")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_QUOTATION = re.compile(r"[`\"“]([^`\"”\n]{1,120})[`\"”]")
_NAME_WORD = re.compile(r"[\w.+#-]+")
# What begins a clause that says when, why or of which, or only adds a remark.
_SUBORDINATE = re.compile(
    r"[;()\"“”]|\s[-–—]+\s|,\s(?=(?:and|but|so|or|as|not)\b)|"
    r"\b(?:when(?:ever)?|if|unless|(?:until|till)(?! \d)|in case|while|where(?:as)?|"
    r"(?:before|after)(?! all\b| the other\b| another\b| \d)|because|since|due to|thanks to|"
    r"so that|such that|that|which|who|whose|in order to|although|though|even|but|"
    r"as (?=(?:it|they|we|this|these|there|long|soon)\b)|"
    r"to (?=(?:avoid|prevent|ensure|make|allow|fix|let|support|keep|not)\b))",
    re.I,
)
_NEXT_ORDER = re.compile(r",\s+(\w+)\s")
_CONDITION = re.compile(r"(?:when(?:ever)?|if|unless|until|till|while|where|before|after|in case)$")
_OF_SOME_CASES = re.compile(r"\b(?:when(?:ever)?|if|unless|until|while|where|in case)\b", re.I)
_END_OF_NAME = re.compile(r"[;:,(—]|\s-\s|\b(?:because|since|which|that|as|so)\b", re.I)
_MOST_OF_A_NAME = 4  # words
_PASSED_OVER = (
    r"\s+(?:the |a |an |our |using )?((?:[\w.+#-]+ ?){1,3}?)(?=\s*(?:$|[,.;()]|:(?!:)|"
    r"\b(?:to|with|by|for|in|on|into|and|as|because|since|which|at|from)\b))"
)
_SET_ASIDE = re.compile(rf"\b(?:instead of|rather than|in place of){_PASSED_OVER}", re.I)
_REJECTION = re.compile(
    r"\b(?:instead of|rather than|away from|(?<!to )replace[sd]?|^replacing|stop using|"
    r"no longer use[sd]?|from(?= [^,.;]{1,40} to\b)|retire[sd]?|abandon(?:s|ed)?|get rid of|"
    rf"in place of|moved? off){_PASSED_OVER}",
    re.I,
)

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS.split())}
_NUMBER_WORDS |= {"once": "1", "twice": "2", "dozen": "12", "hundred": "100", "half": "0.5"}
_UNITS = """
    s ms sec secs second minute min mins hour day week month year kb mb gb kib mib gib byte
    percent time attempt retry
"""
_UNIT_STEMS = frozenset(stem(unit) for unit in _UNITS.split())
_VERSION = re.compile(r"v?\d+(?:\.\d+)+")
_BOUND = re.compile(r"[<>=]|\b(?:up to|at (?:most|least)|limit|maximum|minimum|max|min)\b", re.I)

_PREPOSITIONS = """
    in on with to as via through by from into onto using behind at over inside
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
"""In front of what is chosen, or where it is put."""


def main_clause(title: str) -> tuple[str, bool]:
    """The title up to its first subordinate clause or remark, and whether that is a condition.

    Prefix, ids and addresses are left out, quotations and names of code stand without marks; of
    "remove this, add that" the first counts.
    """
    plain = _QUOTATION.sub(
        lambda match: f" {' '.join(_NAME_WORD.findall(match[1]))} ", _bare(title).replace("()", "")
    )
    for match in _SUBORDINATE.finditer(plain):
        if plain[: match.start()].strip():  # what stands in front of everything cuts nothing
            is_condition = _CONDITION.match(match[0].strip().lower()) is not None
            return _first_order(plain[: match.start()]), is_condition
    return _first_order(plain), False


def without_alternatives(clause: str) -> str:
    """The clause without "instead of that"."""
    return _SET_ASIDE.sub("", clause)


def alternatives_in(clause: str) -> list[str]:
    """What the clause says is given up, each in a few words."""
    return [match[1] for match in _REJECTION.finditer(clause)]


def is_of_some_cases(text: str) -> bool:
    """Whether a decision holds only when or where something is so."""
    return _OF_SOME_CASES.search(text) is not None


def name_of(refused: str) -> str:
    """What was not chosen, in a few words and without why; "" where it is described at length."""
    head = _bare(_END_OF_NAME.split(refused, maxsplit=1)[0])
    return head if len(content_of(tokens_of(head))) <= _MOST_OF_A_NAME else ""


def tokens_of(text: str) -> list[str]:
    """The words in small letters; what only capitals tell from a stop word (GET, ALL) is a name."""
    return [
        f"{word.lower()}_"
        if len(word) > 1 and word.isupper() and word.lower() in TITLE_STOP_WORDS
        else word.lower()
        for word in _TOKEN.findall(text[:_MAX_TEXT])
    ]


def content_of(tokens: Sequence[str]) -> frozenset[str]:
    """The stems of the words that tell something; the unit of a number belongs to the number."""
    found = set()
    for before, token in zip(["", *tokens], tokens, strict=False):
        for part in token.split("-"):
            is_unit = bool(number_in(before)) and stem(part) in _UNIT_STEMS
            is_empty = len(part) <= 1 or part in TITLE_STOP_WORDS or part in PREPOSITIONS
            if not (is_unit or is_empty or number_in(part)):
                found.add(part if "_" in part else stem(part))
    return frozenset(found)


def number_in(token: str) -> str:
    """The number that a token is, in digits; "" if it is none."""
    if token in _NUMBER_WORDS:
        return _NUMBER_WORDS[token]
    return token.strip("%") if token[:1].isdigit() else ""


def is_version(clause: str, numbers: frozenset[str]) -> bool:
    """Whether the only number is the version of something, and no bound for one."""
    is_one = len(numbers) == 1 and _VERSION.fullmatch(next(iter(numbers))) is not None
    return is_one and not _BOUND.search(clause)


def _bare(title: str) -> str:
    bare = _ID.sub(" ", _PREFIX.sub("", title, count=1))
    return _IN_CODE_NAME.sub("_", _APOSTROPHE.sub("", bare))


def _first_order(clause: str) -> str:
    for match in _NEXT_ORDER.finditer(clause):
        if is_plain_form(match[1].lower()):
            return clause[: match.start()]
    return clause
