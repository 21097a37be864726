"""Who decides in a clause of a commit message: its writer, or nobody.

Messages describe: the old state, what people do, what an example shows, what a bug made of it.
There the writer does not decide.  They do in a command ("Use X"), in the first person ("We decided
on X"), and where the commit itself is the subject ("This patch moves X").  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.compress.offline.commit_verbs import CHOOSING_VERBS, base_of, first_verb
from gitmem.compress.offline.phrases import (
    AND,
    MAX_BECAUSE,
    is_finite,
    is_phrase,
    mask_quotes,
    without_quotes,
)
from gitmem.model.value import dataclass

_BREAKS = re.compile(r"[;:]\s+|\s+[-–—]{1,2}\s+|,?\s+(?:therefore|thus|hence)\s+", re.I)
_SO = re.compile(r",?\s+(?:and\s+)?so,?\s+(?!that\b|as\b|far\b|on\b|we can\b)", re.I)
LEAD = re.compile(
    r"(?:when|if|for|after|in|on|at|with|while|once|before|during|as an?|by|where|to)"
    r"\s[^,;:]{2,120},\s+(?=\S)",
    re.I,
)
"""A condition or a circumstance before the clause itself."""

_FIRST_PERSON = re.compile(
    r"(?:we|i)(?:'ve|'ll|'d)?\s+"
    r"(?:(?:now|will|should|must|therefore|thus|instead|can)\s+){0,3}(\w+)",
    re.I,
)
_OF_NOW = re.compile(
    r"(?:we|i)(?:'ll|\s+(?:now|will|should|must|therefore|thus|instead))\b|"
    r".{0,40}\b(?:in|with) this (?:pr|pull request|commit|patch|change)\b",
    re.I,
)
_DECIDED = re.compile(
    r"(?:we|i)(?:'ve|\s+have)?\s+(?:(?:just|simply|also|therefore|now|finally)\s+)?"
    r"(?:decided|chose|opted|preferred|picked|switched|replaced|changed|converted|moved|made|kept|"
    r"settled on|went with|prefer|fixed (?:this|it|that) by)\b",
    re.I,
)
_THE_COMMIT = re.compile(
    r"(?:th(?:is|e)|my|our)\s+"
    r"(?:commit|patch|change|changeset|pr|pull request|branch|fix|new version)\s+"
    r"(?:(?:now|simply|also|therefore|just|instead)\s+)?([a-z]+)\b",
    re.I,
)
_IS_BETTER_TO = re.compile(
    r"it(?:'s|\s+(?:is|seems|looks|looked|makes|seemed|would be|feels))\s+(?:\w+\s+){0,2}"
    r"(?:better|simpler|saner|safer|cleaner|clearer|correct|logical|sensible|sense|easier)\s+"
    r"(?:\w+\s+)?to\s+(?:just\s+|simply\s+)?(\w+)",
    re.I,
)
_MAKES_SURE = re.compile(r"(?:so |also )?(?:make sure|ensure)\b", re.I)
_DID = frozenset({"change", "replace", "switch", "move", "convert", "rewrite", "migrate"})
_NEVER_DID = frozenset({"use", "set", "return"})  # "used X" tells as often what was so before
# What may not stand between the verb and what was chosen: another clause, another time, a wish.
_OTHER_CLAUSE = re.compile(
    r"\b(?:because|since|which|that|who|whose|where|when|while|if|unless|although|though|whereas|"
    r"until|so|how|whether|as (?:it|this|that|there|they|we|the|these|those)|would|could|might|"
    r"may|can|cannot|able|possible|optionally|you|your|users?|people|was|were|had|did|didn|"
    r"used to|not|never|no longer|don|doesn|isn|aren|won|without|being)\b",
    re.I,
)
_SUBORDINATE = re.compile(
    r",?\s+(?:that|which|who|whose|where|when|while|if|unless|until|so|how|whether|without)\s", re.I
)
_OTHER_SUBJECT = re.compile(
    r"[;:—]\s|\s[-–]{1,2}\s|,\s+(?:it|this|that|they|there|we|i|he|she)\b|"
    r",\s+(?:the|a|an|its|their|our|some|all|each|every)\s+(?:[\w.-]+\s+){1,3}\w+s\b",
    re.I,
)
_NO_OBJECT = re.compile(r"\W*(?:$|(?:of|is|are|was|were|to)\b|been\b)")
_NAME_AND_PAST = re.compile(r"\b[A-Z][a-z]+\s+([a-z]+ed)\s+[a-z]")
_OTHER_TIME = re.compile(
    r"\b(?:previously|formerly|currently|originally|used to|until (?:now|recently)|at the moment|"
    r"in the past|so far|today|up to now|right now|before this|prior to|accidentally|mistakenly|"
    r"wrongly|incorrectly|erroneously|unintentionally|todo|eventually|in (?:the|a) future|"
    r"later (?:on|pr|commit|patch)|future (?:commit|patch|pr|work|refactor))\b",
    re.I,
)


@dataclass(frozen=True)
class Clause:
    """A clause that stands for itself, and the reason that its sentence gives before it."""

    text: str
    reason: str = ""


def clauses_of(text: str) -> Iterator[Clause]:
    """The sentence, then those of its clauses that stand for themselves."""
    yield Clause(text)
    masked = mask_quotes(text)
    starts = [0, *(match.end() for match in _BREAKS.finditer(masked))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end].rstrip(" ,;:-–—") if end < len(text) else text[start:]
        if start:
            yield Clause(part)
        if so := _SO.search(masked[start:end]):
            reason = part[: so.start()].strip(" ,")
            yield Clause(part[so.end() :], reason if is_phrase(reason, MAX_BECAUSE) else "")
        for match in AND.finditer(masked[start:end]):
            if match[1] in CHOOSING_VERBS and _only_commands(part[: match.start()]):
                yield Clause(part[match.end() :])


def is_of_another_time(sentence: str) -> bool:
    """Whether the sentence tells what was so, is wrong today, or will be."""
    return _OTHER_TIME.search(without_quotes(sentence)) is not None


def has_other_clause(text: str) -> bool:
    """Whether more than one clause, or a doubt, stands in the text."""
    return _OTHER_CLAUSE.search(without_quotes(text)) is not None


def decides(text: str, *, is_title: bool, is_whole: bool = False, is_of_now: bool = False) -> bool:
    """Whether the writer decides in this clause, which ends where the choice is told.

    ``is_title``: it stands where people also write "Replaced ..." for "Replace ...".
    ``is_whole``: nothing follows, so that it may say what not to do and go on in other clauses.
    ``is_of_now``: what "we" do is not the old state.
    """
    lead = LEAD.match(text)
    is_of_now = is_of_now or _OF_NOW.match(text) is not None
    text = text[lead.end() :] if lead else text
    head = _end_of_head(text, is_title=is_title, is_of_now=is_of_now)
    if head < 0:
        return False
    behind = without_quotes(text[head:])
    if is_whole:
        behind = re.sub(r"\bnot\b", "", _SUBORDINATE.split(behind, maxsplit=1)[0])
    if _NO_OBJECT.match(behind):
        return False  # the verb was a noun ("Use of X"), or commands nothing ("have relied on X")
    if _OTHER_SUBJECT.search(behind) or _OTHER_CLAUSE.search(behind) or _has_other_verb(behind):
        return False
    return _MAKES_SURE.match(text) is not None or not is_finite(behind)


def _only_commands(text: str) -> bool:
    """Whether the text is a command and nothing else, so that what "and" adds is one as well."""
    return bool(first_verb(text)) and not (is_finite(text) or has_other_clause(text))


def _has_other_verb(text: str) -> bool:
    """Whether a name in it does something: "Read the Docs moved to X" commands nothing."""
    return any(base_of(match[1]) for match in _NAME_AND_PAST.finditer(text))


def _end_of_head(text: str, *, is_title: bool, is_of_now: bool) -> int:
    """Where the verb that decides ends; -1 without one."""
    if verb := first_verb(text):
        found = re.search(rf"\b{verb}\b", text, re.I)
        return found.end() if found and verb in CHOOSING_VERBS else -1
    if match := _DECIDED.match(text):
        return match.end()
    if match := _THE_COMMIT.match(text):
        return match.end() if base_of(match[1]) in CHOOSING_VERBS else -1
    if match := _IS_BETTER_TO.match(text):
        return match.end() if match[1].lower() in CHOOSING_VERBS | {"not"} else -1
    if is_of_now and (match := _FIRST_PERSON.match(text)):
        return match.end() if match[1].lower() in CHOOSING_VERBS else -1
    if is_title and (match := re.match(r"[A-Za-z]+", text)):
        word, verb = match[0].lower(), base_of(match[0])
        is_past = word.endswith("ed") or word == "made"
        is_done = is_past and verb in CHOOSING_VERBS - _NEVER_DID
        return match.end() if is_done or verb in _DID else -1
    return -1
