"""The choices in a commit message: what its writer chose, what was rejected, and why.

Most messages tell first what was wrong, and there "X instead of Y" is the old state, what people do
or what an example shows; taken for a choice it says the opposite.  So a clause counts only if its
writer decides in it (:mod:`gitmem.compress.offline.deciding_clause`), subordinate clauses do not
count, and where a part would be cut in the middle nothing is said
(:mod:`gitmem.compress.offline.phrases`).  Pure.
"""

from __future__ import annotations

import re

from gitmem.compress.offline.commit_verbs import first_verb
from gitmem.compress.offline.deciding_clause import (
    LEAD,
    Clause,
    clauses_of,
    decides,
    has_other_clause,
    is_of_another_time,
)
from gitmem.compress.offline.phrases import (
    MAX_BECAUSE,
    MAX_CHOSE,
    are_specific,
    cut_chosen,
    cut_reason,
    cut_rejected,
    does_what,
    is_finite,
    is_phrase,
    mask_quotes,
    points_elsewhere,
    reason_in,
    tidy,
    without_quotes,
)
from gitmem.model.memory import Decision

_MAX_SENTENCE = 420

# "parser: use ...", "[bash] Use ...", before the command of a subject.
_PLACE = re.compile(
    r"(?:\[[^\][]{1,40}\]\s*:?\s*){1,3}|(?:[\w./,*{}-]{1,40}|[\w-]{1,20} [\w./-]{1,20})"
    r"(?:\([^()]{1,60}\))?!?:\s+"
)
_TAKES_BACK = re.compile(
    r"(?:revert|reapply|undo|back ?out)\w*:?\s+(?:[\"'“`]|commit\b|part)", re.I
)
_REASON_LEAD = re.compile(
    r"(?:because|since|as(?=\s(?:it|this|that|there|we|they|the|these|those)\b))"
    r"\s([^,;:]{8,160}),\s+(?=\S)",
    re.I,
)
_VERSUS = re.compile(r",?\s*(\()?\b(?:instead of|rather than)\s+", re.I)
_FRONTED = re.compile(r"(?:instead of|rather than)\s+([^,]{2,160}?),\s+(.+)", re.I | re.DOTALL)
_HAS_SUBJECT = re.compile(r"\b(?:we|i)\s", re.I)
_NOT = re.compile(r",\s+(?:and\s+)?not\s+(?!only\b|just\b|yet\b|sure\b|even\b|necessarily\b)", re.I)
_THING = re.compile(r"(?:the|an?|its|our|each|only one)\b|[`\"'A-Z0-9]|[\w.]*[_.(]")
_ENDS_WITH_BRACKET = re.compile(r"[^()]+\)[\s.,;]*.{0,3}")
_FAVOUR = re.compile(
    r"(.*?\b(?:drop|remov|delet|deprecat|replac|discard|retir|abandon|ditch|eliminat|get rid of)"
    r"\w*)\s+(.{2,120}?),?\s+in favou?r of\s+(.+)",
    re.I,
)
_REPLACE = re.compile(
    r"(.*?\b(?:replac|substitut)(?:e|es|ed|ing))\s+([^,;:]{2,90}?)\s+(?:with|by)\s+(.+)", re.I
)
_NO_REPLACEMENT = re.compile(
    r"\b(?:with|by|itself|broken|wrong|correct|proper|typos?|where|when|if|unless|until|while|"
    r"whether)\b",
    re.I,
)
_FROM_TO = re.compile(
    r"(.*?\b(?:switch|migrat|mov|convert|chang)(?:e|es|ed|ing)?(?:\s+(?:over|away))?)\s+from\s+"
    r"(.{2,90}?)\s+to\s+(.+)",
    re.I,
)
_OVER = re.compile(
    r"(?:(?:we|i)\s+(?:(?:have|'ve|now)\s+)?)?"
    r"((?:choose|chose|picked?|prefer(?:red)?|opted for|went with)\s+[^,;:]{2,90}?)"
    r"\s+over\s+(?!the (?:wire|network|air|years|time)\b)(.+)",
    re.I,
)
_AGAINST = re.compile(
    r"((?:we|i)(?:'ve| have)?\s+decided\s+against\s+([^,;:]{2,90}?))"
    r"(?:,?\s+(?:and|but)\s+(?:(?:to|we)\s+)?(\w+\s[^,;]{2,120}?)(?:\s+instead)?)?"
    r"(?=[.,;]|\s+(?:because|since)\b|$)(.*)",
    re.I,
)
_BETTER_THAN = re.compile(
    r"(?:i|we)\s+(?:think|believe|find|felt|feel|consider)(?:\s+that)?\s+([^,;:]{3,120}?)\s+"
    r"(?:is|are|seems|looks|to be|would be)\s+(?:much\s+|a bit\s+)?"
    r"(?:better|simpler|safer|cleaner|clearer|easier|cheaper)\s+than\s+(.+)",
    re.I,
)
_REFUSES = re.compile(r"(?:do not|don'?t|never|avoid)\s+(\w+)", re.I)
_KEEPS = re.compile(r"(?:keep|leave|stick (?:with|to)|stay (?:with|on))\s+\S", re.I)
# "Do not crash because ..." refuses nothing: that is what was wrong.
_DEFECT = re.compile(
    r"(?:crash|fail|leak|break|panic|hang|lose|segfault|die|assert|error|abort|forget|miss|corrupt|"
    r"overflow|deadlock|be|get|have|block)(?:s|es|ed|ing)?$",
    re.I,
)


def choice_in(sentence: str, *, is_title: bool = False) -> Decision | None:
    """The choice that the writer makes in this sentence; None where there is none for sure.

    ``is_title``: the sentence is the message's subject, or a point of a list, where a place may
    stand before the command ("parser: use ...") and where people also write "Replaced ..." for it.
    """
    text = " ".join(sentence.split())
    if len(text) > _MAX_SENTENCE or text.endswith("?") or text.startswith((">", '"', "“")):
        return None
    if is_title:
        place = _PLACE.match(text)
        text = text[place.end() :] if place else text
    if _TAKES_BACK.match(text) or is_of_another_time(text):
        return None
    choices = (_choice_of(clause, is_title=is_title) for clause in clauses_of(text))
    return next((choice for choice in choices if choice is not None), None)


def _choice_of(clause: Clause, *, is_title: bool) -> Decision | None:
    text, reason = clause.text.strip(), clause.reason
    if lead := _REASON_LEAD.match(text):
        reason, text = lead[1], text[lead.end() :]
    found = (
        _against(text)
        or _over(text)
        or _better(text)
        or _fronted(text)
        or _in_favour(text, is_title=is_title)
        or _replaced(text, is_title=is_title)
        or _from_to(text, is_title=is_title)
        or _versus(text, is_title=is_title)
        or _refused(text)
    )
    if found is None or does_what(tidy(found.chose)):
        return None
    if not all(is_phrase(part, MAX_CHOSE) for part in (found.chose, *found.rejected)):
        return None
    because = found.because or reason
    because = because if is_phrase(because, MAX_BECAUSE) else ""
    if not because and not found.rejected:
        return None
    return Decision(tidy(found.chose), because, tuple(map(tidy, found.rejected)))


def _against(text: str) -> Decision | None:
    """We decided against Y and use X; or, with a reason, against Y alone."""
    match = _AGAINST.match(text)
    if match is None:
        return None
    because = reason_in(match[4])
    if match[3] and first_verb(match[3]):
        return Decision(match[3], because, (match[2],))
    return Decision(match[1], because, (match[2],)) if because else None


def _over(text: str) -> Decision | None:
    """Prefer X over Y."""
    match = _OVER.match(text)
    return _with_rejected(match[1], match[2]) if match else None


def _better(text: str) -> Decision | None:
    """We think that X is better than Y."""
    match = _BETTER_THAN.match(text)
    if match is None or has_other_clause(match[1]):
        return None
    return _with_rejected(match[1], match[2])


def _fronted(text: str) -> Decision | None:
    """Instead of Y, do X: not where something happens instead."""
    lead = LEAD.match(text)
    match = _FRONTED.match(text, lead.end() if lead else 0)
    if match is None or points_elsewhere(match[1]) or (lead and _HAS_SUBJECT.search(lead[0])):
        return None
    chose, because = cut_reason(match[2])
    if not decides(chose, is_title=False, is_whole=True):
        return None
    return Decision(chose, because, (match[1],))


def _in_favour(text: str, *, is_title: bool) -> Decision | None:
    """Drop Y in favour of X."""
    match = _FAVOUR.match(text)
    if match is None or not _decides_with(match[1], is_title=is_title):
        return None
    chose, because = cut_chosen(match[3])
    if not chose or has_other_clause(match[2]) or points_elsewhere(match[2]):
        return None
    return Decision(chose, because, (match[2].strip(" ,"),))


def _replaced(text: str, *, is_title: bool) -> Decision | None:
    """Replace Y with X."""
    match = _REPLACE.match(text)
    if match is None or not _decides_with(match[1], is_title=is_title):
        return None
    old, (new, because) = match[2].strip(), cut_chosen(match[3])
    if _NO_REPLACEMENT.search(without_quotes(f"{old} {new}")) or has_other_clause(old):
        return None
    if points_elsewhere(old) or not new or not are_specific(new, old):
        return None
    return Decision(new, because, (old,))


def _from_to(text: str, *, is_title: bool) -> Decision | None:
    """Switch from Y to X; not from a number or a version, which is no choice."""
    match = _FROM_TO.match(text)
    if match is None or not _decides_with(match[1], is_title=is_title):
        return None
    old, (new, because) = match[2].strip(), cut_chosen(match[3])
    if not new or has_other_clause(old) or points_elsewhere(old):
        return None
    if not re.search(r"[a-z]{2}", old, re.I) or re.search(r"\d+\.\d", old):
        return None
    return Decision(new, because, (old,))


def _versus(text: str, *, is_title: bool) -> Decision | None:
    """X instead of Y, X rather than Y; in a command also X, not Y."""
    masked = mask_quotes(text)
    match = _VERSUS.search(masked)
    is_bracket = match is not None and match[1] is not None
    if match is None:
        match = _NOT.search(masked) if first_verb(text) else None
        if match is None or not _THING.match(text, match.end()):
            return None  # "..., not done yet"
    chose, rest = text[: match.start()].rstrip(" ,"), text[match.end() :]
    if is_bracket and not _ENDS_WITH_BRACKET.fullmatch(rest):
        return None
    found = _with_rejected(chose, rest)
    if found is None or not decides(chose, is_title=is_title, is_of_now=bool(found.because)):
        return None
    return found


def _refused(text: str) -> Decision | None:
    """Do not X because Z, keep X because Z: the reason makes it a decision."""
    refused = _REFUSES.match(text)
    if refused is None and _KEEPS.match(text) is None:
        return None
    if refused is not None and (_DEFECT.match(refused[1]) or is_finite(cut_reason(text)[0])):
        return None
    chose, because = cut_reason(text)
    if not because or has_other_clause(chose[refused.end(1) if refused else 0 :]):
        return None
    return Decision(chose, because)


def _decides_with(beginning: str, *, is_title: bool) -> bool:
    """Whether a clause that begins so decides, whatever its object is."""
    return decides(f"{beginning} X", is_title=is_title)


def _with_rejected(chose: str, rest: str) -> Decision | None:
    rejected, because = cut_rejected(rest)
    return Decision(chose, because, (rejected,)) if rejected else None
