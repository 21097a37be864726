"""The choices in a commit message: what its writer chose, what was rejected, and why.

Most messages tell first what was wrong, and there "X instead of Y" is the old state, what people do
or what an example shows; taken for a choice it says the opposite.  So a clause counts only if its
writer decides in it: a command ("Use X instead of Y"), the first person ("We decided against X"),
or the commit itself ("This patch replaces X with Y").  Subordinate clauses do not count, and where
a part would be cut in the middle nothing is said.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gitmem.compress.offline.commit_verbs import BASE_VERBS, CHOOSING_VERBS, base_of, first_verb
from gitmem.model.memory import Decision

_MAX_SENTENCE = 420
_MAX_CHOSE = 200
_MAX_REJECTED = 120
_MAX_BECAUSE = 200

_CLAUSES = re.compile(r"[;:]\s+|\s+[-–—]{1,2}\s+|,?\s+(?:but|therefore|thus|hence)\s+", re.I)
_SO = re.compile(r",?\s+(?:and\s+)?so,?\s+(?!that\b|as\b|far\b|on\b|we can\b)", re.I)
_AND = re.compile(r",?\s+and\s+(?:then\s+)?(?=([a-z]+)(?:\s|$))")
_VERSUS = re.compile(r",?\s*(\()?\b(?:instead of|rather than)\s+", re.I)
_FRONTED = re.compile(r"(?:instead of|rather than)\s+([^,]{2,160}?),\s+(.+)", re.I | re.DOTALL)
_NOT = re.compile(r",\s+(?:and\s+)?not\s+(?!only\b|just\b|yet\b|sure\b|even\b|necessarily\b)", re.I)
_FAVOUR = re.compile(
    r"(.*?\b(?:drop|remov|delet|deprecat|replac|discard|retir|abandon|ditch|eliminat|get rid of)\w*"
    r")\s+(.{2,120}?),?\s+in favou?r of\s+(.+)",
    re.I,
)
_REPLACE = re.compile(
    r"(.*?\b(?:replac|substitut)(?:e|es|ed|ing))\s+(.{2,90}?)\s+(with|by)\s+(.+)", re.I
)
_FROM_TO = re.compile(
    r"(.*?\b(?:switch|migrat|mov|convert|chang)(?:e|es|ed|ing)?(?:\s+(?:over|away))?)\s+from\s+"
    r"(.{2,90}?)\s+to\s+(.+)",
    re.I,
)
_OVER = re.compile(
    r"(?:(?:we|i)\s+(?:(?:have|'ve|now)\s+)?)?((?:choose|chose|picked?|prefer(?:red)?|opted for|went with)"
    r"\s+[^,;:]{2,90}?)\s+over\s+(?!the (?:wire|network|air|years|time)\b)(.+)",
    re.I,
)
_AGAINST = re.compile(
    r"((?:we|i)(?:'ve| have)?\s+decided\s+against\s+([^,;:]{2,90}?))"
    r"(?:,?\s+(?:and|but)\s+(?:(?:to|we)\s+)?(\w+\s[^,;]{2,120}?)(?:\s+instead)?)?"
    r"(?=[.,;]|\s+(?:because|since)\b|$)(.*)",
    re.I,
)
_BETTER = re.compile(
    r"(?:i|we)\s+(?:think|believe|find|felt|feel|consider)(?:\s+that)?\s+([^,;:]{3,120}?)\s+"
    r"(?:is|are|seems|looks|to be|would be)\s+(?:much\s+|a bit\s+)?"
    r"(?:better|simpler|safer|cleaner|clearer|easier|cheaper)\s+than\s+(.+)",
    re.I,
)
_REASON = re.compile(
    r"[\s,;(]*\b(?:because|since(?!\s+(?:at|v?\d|version|release|then|its|ever|the (?:very )?"
    r"(?:beginning|start|first|early)|[A-Z]\w+ \d))|as(?=\s+(?:it|this|that|there|we|they|the|these|those)\b))\s+(?!of\b)",
    re.I,
)
# Behind what was rejected: where it ends, and what says under which condition it would be.
_ENDS = re.compile(
    r"[.!]?\s*$|\sand\s(?:it|this|that|we|they)\s|\)|[,;:]\s|\s[-–—]{1,2}\s|\s\(|\s(?:because|since|so|but|although|though|whereas)\s|"
    r"\sas\s(?:it|this|that|there|we|they|the|these|those)\s|"
    r"\sin order\s|\s(?=to\s(?:avoid|prevent|improve|speed|reduce|save|simplify|ensure|make)\b)",
    re.I,
)
_PURPOSE = re.compile(r"\s+to\s+(\w+)\b")
_NEEDS_TO = re.compile(
    r"\b(?:\w+ing|need|way|attempt|ability|function|method|code|call|have|has|list|effort|how|what)"
    r"\s+to\b|^to\b|^(?:do|have|try|let|make)\b",
    re.I,
)

_FIRST_PERSON = re.compile(r"(?:we|i)(?:'ve|'ll|'d)?\s+", re.I)
_OF_NOW = re.compile(
    r"(?:(?:we|i)'ll|(?:we|i)\s+(?:now|will|should|must|therefore|thus|instead|can now))\b|"
    r"(?:.{0,40}\b(?:in|with) this (?:pr|pull request|commit|patch|change)\b)",
    re.I,
)
_DECIDED = re.compile(
    r"(?:we|i)(?:'ve|\s+have)?\s+(?:(?:just|simply|also|therefore|now|finally)\s+)?(?:decided|chose|opted|"
    r"preferred|picked|switched|replaced|changed|converted|moved|made|kept|settled on|went with|"
    r"prefer|fixed (?:this|it|that) by)\b",
    re.I,
)
_THE_COMMIT = re.compile(
    r"(?:th(?:is|e)|my|our)\s+(?:commit|patch|change|changeset|pr|pull request|branch|fix|new version)\s+"
    r"(?:(?:now|simply|also|therefore|just|instead)\s+)?([a-z]+)\b",
    re.I,
)
_BETTER_TO = re.compile(
    r"it(?:'s|\s+(?:is|seems|looks|looked|makes|seemed|would be|feels))\s+(?:\w+\s+){0,2}"
    r"(?:better|simpler|saner|safer|cleaner|clearer|correct|logical|sensible|sense|easier)\s+"
    r"(?:\w+\s+)?to\s+(?:just\s+|simply\s+)?(\w+)",
    re.I,
)
_LEAD = re.compile(
    r"(?:(?:when|if|for|after|in|on|at|with|while|once|before|during|as an?|by|where)\s[^,;:]{2,120},\s+)"
    r"(?=\S)",
    re.I,
)
_REASON_LEAD = re.compile(
    r"(?:because|since|as(?=\s(?:it|this|that|there|we|they|the|these|those)\b))\s([^,;:]{8,160}),\s+(?=\S)",
    re.I,
)
_PLACE = re.compile(
    r"(?:\[[^\][]{1,40}\]\s*:?\s*){1,3}|(?:[\w./,*{}-]{1,40}|[\w-]{1,20} [\w./-]{1,20})"
    r"(?:\([^()]{1,60}\))?!?:\s+"
)
_QUOTED = re.compile(r"(?<=[\w)])\([^()]*\)|`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
# What may not stand between the verb and what was chosen: another clause, another time, a wish.
_NO_MAIN_CLAUSE = re.compile(
    r"\b(?:because|since|which|that|who|whose|where|when|while|if|unless|although|though|whereas|"
    r"until|so|how|whether|would|could|might|may|can|cannot|able|possible|optionally|you|your|"
    r"users?|people|was|were|had|did|didn|used to|previously|formerly|currently|originally|"
    r"not|never|no longer|don|doesn|isn|aren|won|without|being)\b",
    re.I,
)
_OTHER_SUBJECT = re.compile(
    r"[;:—]\s|\s[-–]{1,2}\s|,\s+(?:it|this|that|they|there|we|i|he|she)\b|"
    r",\s+(?:the|a|an|its|their|our|some|all|each|every)\s+(?:[\w.-]+\s+){1,3}\w+s\b",
    re.I,
)
_NAME_AND_PAST = re.compile(r"\b[A-Z][a-z]+\s+([a-z]+ed)\s+[a-z]")
_FINITE = re.compile(
    r"\b(?:is|are|has|(?<!to )have|does|goes|gets|got|went|ends|fails|will|should)\b", re.I
)
_OLD = re.compile(
    r"\b(?:previously|formerly|currently|originally|used to|until (?:now|recently)|at the moment|"
    r"in the past|so far|today|up to now|right now|before this|prior to|accidentally|mistakenly|"
    r"wrongly|incorrectly|erroneously|unintentionally|todo|eventually|in (?:the|a) future|"
    r"later (?:on|pr|commit|patch)|future (?:commit|patch|pr|work|refactor))\b",
    re.I,
)
_TAKES_BACK = re.compile(
    r"(?:revert|reapply|undo|back ?out)\w*:?\s+(?:[\"'“`]|commit\b|part)", re.I
)
_NEVER = re.compile(r"(?:do not|don'?t|never|avoid)\s+(\w+)", re.I)
_KEEP = re.compile(r"(?:keep|leave|stick (?:with|to)|stay (?:with|on))\s+\S", re.I)
_DEFECT = re.compile(
    r"(?:crash|fail|leak|break|panic|hang|lose|segfault|die|assert|error|abort|forget|miss|corrupt|"
    r"overflow|deadlock|be|get|have|block)(?:s|es|ed|ing)?$",
    re.I,
)
_DANGLING = re.compile(
    r"\s(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|but|as|is|are|be|was|that|which|"
    r"its|their|this|these|into|than|if|when|not)$",
    re.I,
)
_POINTS_AWAY = re.compile(
    r"(?:it|them|this|that|these|those|one|ones|something|anything|nothing|everything|doing so|"
    r"now|here|there|other|others|another|the other|the latter|the former|usual|before)\W*$",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|unless)\b", re.I)
_RELATIVE = re.compile(r"\b(?:that|which|who|where|when|what|how|as)\b", re.I)
_THIS = re.compile(r"(?:this|that|these|those|such|its|their|both|any of)\s", re.I)
_GENERIC = re.compile(
    r"\b(?:a|an|the|new|old|own|our|its|proper|better|faster|simpler|other|more|some|all|any|"
    r"function|method|code|call|one|version|way|implementation|approach|thing|stuff|usage|use)s?\b\s*",
    re.I,
)
_VERB_AND_PRONOUN = re.compile(r"(?:\w+\s+)?\w+\s+(?:it|them|this|that|these|those|one|so)$", re.I)


@dataclass(frozen=True)
class _Clause:
    """A clause, and what the sentence says before it as its reason."""

    text: str
    reason: str = ""


def choice_in(sentence: str, *, is_title: bool = False) -> Decision | None:
    """The choice that the writer makes in this sentence; None where there is none for sure.

    ``is_title``: the sentence is the message's subject, or a point of a list, where a place may
    stand before the command ("parser: use ...") and where people also write "Used ..." for it.
    """
    text = " ".join(sentence.split())
    if len(text) > _MAX_SENTENCE or text.endswith("?") or text.startswith((">", '"', "“")):
        return None
    if is_title:
        place = _PLACE.match(text)
        text = text[place.end() :] if place else text
        if _TAKES_BACK.match(text):
            return None
    if _OLD.search(_without_quotes(text)):
        return None
    for clause in _clauses(text):
        found = _choice_of(clause, is_title=is_title)
        if found is not None:
            return found
    return None


def _clauses(text: str) -> Iterator[_Clause]:
    """The clauses that stand for themselves, the whole sentence first."""
    yield _Clause(text)
    masked = _mask_quotes(text)
    starts = [0, *(match.end() for match in _CLAUSES.finditer(masked))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end].rstrip(" ,;:-–—") if end < len(text) else text[start:]
        if start:
            yield _Clause(part)
        if so := _SO.search(masked[start:end]):
            reason = part[: so.start()].strip(" ,")
            yield _Clause(part[so.end() :], reason if _is_phrase(reason, _MAX_BECAUSE) else "")
        for match in _AND.finditer(masked[start:end]):
            if match[1] in CHOOSING_VERBS and _commands(part[: match.start()]):
                yield _Clause(part[match.end() :])


def _commands(text: str) -> bool:
    """Whether the text is a command and nothing else, so that what "and" adds is one as well."""
    bare = _without_quotes(text)
    return bool(first_verb(text)) and not (_is_finite(bare) or _NO_MAIN_CLAUSE.search(bare))


def _choice_of(clause: _Clause, *, is_title: bool) -> Decision | None:
    text, reason = clause.text.strip(), clause.reason
    if lead := _REASON_LEAD.match(text):
        reason, text = lead[1], text[lead.end() :]
    for take in (
        _against,
        _over,
        _better,
        _fronted,
        _in_favour,
        _replaced,
        _from_to,
        _versus,
        _refused,
    ):
        found = take(text, is_title)
        if found is not None:
            parts = (found.chose, *found.rejected)
            if not all(_is_phrase(part, _MAX_CHOSE) for part in parts):
                return None
            if _VERB_AND_PRONOUN.fullmatch(_tidy(found.chose)):
                return None  # whoever reads it does not know what "it" is
            because = found.because or reason
            because = because if _is_phrase(because, _MAX_BECAUSE) else ""
            return Decision(_tidy(found.chose), because, tuple(map(_tidy, found.rejected)))
    return None


def _against(text: str, is_title: bool) -> Decision | None:
    match = _AGAINST.match(text)
    if match is None:
        return None
    because = _reason_in(match[4])
    if match[3] and first_verb(match[3]):
        return Decision(match[3], because, (match[2],))
    return Decision(match[1], because, (match[2],)) if because else None


def _over(text: str, is_title: bool) -> Decision | None:
    match = _OVER.match(text)
    if match is None:
        return None
    rejected, because = _rejected(match[2])
    return Decision(match[1], because, (rejected,)) if rejected else None


def _better(text: str, is_title: bool) -> Decision | None:
    match = _BETTER.match(text)
    if match is None or _NO_MAIN_CLAUSE.search(match[1]):
        return None
    rejected, because = _rejected(match[2])
    return Decision(match[1], because, (rejected,)) if rejected else None


def _fronted(text: str, is_title: bool) -> Decision | None:
    """ "Instead of Y, X": only where X is a command or what is so now."""
    lead = _LEAD.match(text)
    match = _FRONTED.match(text, lead.end() if lead else 0)
    if match is None or _points_elsewhere(match[1]):
        return None
    chose, because = _cut_reason(match[2])
    if not _decides(chose, is_title=False, may_negate=True):
        return None
    return Decision(chose.rstrip(" .:;,"), because, (match[1],))


def _in_favour(text: str, is_title: bool) -> Decision | None:
    match = _FAVOUR.match(text)
    if match is None or not _decides(match[1] + " x", is_title=is_title):
        return None
    chose, because = _cut_end(match[3])
    rejected = match[2].strip(" ,")
    if not chose or _NO_MAIN_CLAUSE.search(_without_quotes(rejected)):
        return None
    return Decision(chose, because, (rejected,))


def _replaced(text: str, is_title: bool) -> Decision | None:
    match = _REPLACE.match(text)
    if match is None or not _decides(match[1] + " x", is_title=is_title):
        return None
    old, (new, because) = match[2].strip(), _cut_end(match[4])
    bare = _without_quotes(f"{old} {new}")
    if not new or re.search(
        r"\b(?:with|by|itself|broken|wrong|correct|proper|typos?)\b", bare, re.I
    ):
        return None
    if _NO_MAIN_CLAUSE.search(_without_quotes(old)) or _points_elsewhere(old):
        return None
    if not (_is_specific(new) and _is_specific(old)):
        return None
    return Decision(new, because, (old,))


def _from_to(text: str, is_title: bool) -> Decision | None:
    match = _FROM_TO.match(text)
    if match is None or not _decides(match[1] + " x", is_title=is_title):
        return None
    old, (new, because) = match[2].strip(), _cut_end(match[3])
    if not new or _NO_MAIN_CLAUSE.search(_without_quotes(old)):
        return None
    if not re.search(r"[a-z]{2}", f"{old}", re.I) or re.search(r"\d+\.\d", old):
        return None  # a number or a version is no choice
    return Decision(new, because, (old,))


def _versus(text: str, is_title: bool) -> Decision | None:
    """ "X instead of Y", "X rather than Y", and in a command "X, not Y"."""
    masked = _mask_quotes(text)
    match = _VERSUS.search(masked)
    is_bracket = bool(match and match[1])
    if match is None:
        match = _NOT.search(masked)
        if match is None or not first_verb(text):
            return None
    chose, rest = text[: match.start()].rstrip(" ,"), text[match.end() :]
    rejected, because = _rejected(rest)
    if not _decides(chose, is_title=is_title, is_of_now=bool(because)):
        return None
    if is_bracket and not re.fullmatch(
        r"[^()]+\)[\s.,;]*.{0,3}", rest[: rest.find(")") + 4] or "x"
    ):
        return None
    return Decision(chose, because, (rejected,)) if rejected else None


def _refused(text: str, is_title: bool) -> Decision | None:
    """ "Do not X because Z" and "Keep X because Z": the reason makes it a decision."""
    refused, kept = _NEVER.match(text), _KEEP.match(text)
    if refused is None and kept is None:
        return None
    if refused is not None and (_DEFECT.match(refused[1]) or _is_finite(text)):
        return None
    chose, because = _cut_reason(text)
    if not because or _NO_MAIN_CLAUSE.search(
        _without_quotes(chose[refused.end(1) if refused else 0 :])
    ):
        return None
    return Decision(chose.rstrip(" .,;:"), because)


def _decides(
    text: str, *, is_title: bool, may_negate: bool = False, is_of_now: bool = False
) -> bool:
    """Whether the writer decides in this clause, which ends where the choice is told.

    ``is_of_now``: what "we" do in it is not the old state.
    """
    lead = _LEAD.match(text)
    is_of_now = is_of_now or bool(_OF_NOW.match(text))
    text = text[lead.end() :] if lead else text
    bare = _without_quotes(text)
    head = _head(text, is_title=is_title, is_of_now=is_of_now)
    if head < 0:
        return False
    behind = bare[min(head, len(bare)) :]
    if may_negate:
        behind = re.sub(r"\bnot\b", "", behind)
    if re.match(r"\s*(?:of|is|are|was|were|to)\b", behind) or not behind.strip():
        return False
    if _OTHER_SUBJECT.search(behind) or _has_other_verb(behind):
        return False
    makes_sure = re.match(r"(?:so |also )?(?:make sure|ensure)\b", text, re.I)
    return not _NO_MAIN_CLAUSE.search(behind) and bool(makes_sure or not _is_finite(behind))


def _has_other_verb(text: str) -> bool:
    """Whether a name in it does something: "Read the Docs moved to X" commands nothing."""
    return any(base_of(match[1]) for match in _NAME_AND_PAST.finditer(text))


def _head(text: str, *, is_title: bool, is_of_now: bool) -> int:
    """Where the verb that decides ends; -1 without one."""
    if verb := first_verb(text):
        is_choosing = verb in CHOOSING_VERBS
        return re.search(rf"\b{verb}\b", text, re.I).end() if is_choosing else -1  # type: ignore[union-attr]
    if match := _DECIDED.match(text):
        return match.end()
    if match := _THE_COMMIT.match(text):
        verb = base_of(match[1])
        return match.end() if verb in CHOOSING_VERBS else -1
    if match := _BETTER_TO.match(text):
        return match.end() if match[1].lower() in CHOOSING_VERBS | {"not"} else -1
    if is_of_now and (match := _FIRST_PERSON.match(text)):
        words = re.match(
            r"(?:(?:now|will|should|must|therefore|thus|instead|can)\s+){0,3}(\w+)",
            text[match.end() :],
            re.I,
        )
        if words and words[1].lower() in CHOOSING_VERBS:
            return match.end() + words.end()
    if is_title and (match := re.match(r"[A-Za-z]+", text)):
        word = match[0].lower()
        verb = base_of(word)
        is_past = word.endswith("ed") or word == "made"
        if verb in {"change", "replace", "switch", "move", "convert", "rewrite", "migrate"} or (
            is_past and verb in CHOOSING_VERBS and verb not in {"use", "set", "return"}
        ):
            return match.end()
    return -1


def _is_finite(text: str) -> bool:
    return _FINITE.search(_without_quotes(text)) is not None


def _rejected(rest: str) -> tuple[str, str]:
    """What was rejected, to the end of its clause, and the reason if it follows.

    Empty where what follows belongs to what was chosen, so that a cut would change its meaning.
    """
    masked = _mask_quotes(rest)
    end = next(_ENDS.finditer(masked))
    rejected, behind = rest[: end.start()].strip(" .,"), rest[end.start() :]
    is_doing = rejected.split(" ", 1)[0].endswith("ing")
    for match in _AND.finditer(masked[: end.start()]):
        if match[1] in BASE_VERBS and not is_doing:
            rejected, behind = rest[: match.start()].strip(), rest[match.start() :]
            break
        if base_of(match[1]):
            return "", ""  # a verb, or things of that name: nobody knows where it ends
    purpose = _PURPOSE.search(_mask_quotes(rejected))
    if purpose and purpose[1] in BASE_VERBS and not (is_doing or _NEEDS_TO.search(rejected)):
        rejected, behind = rejected[: purpose.start()].strip(), ""
    if len(rejected) > _MAX_REJECTED or _points_elsewhere(rejected):
        return "", ""
    bare = _without_quotes(rejected)
    finite = _FINITE.search(bare)
    if _CONDITION.search(bare) or (finite and not _RELATIVE.search(bare[: finite.start()])):
        return "", ""  # a condition of the choice itself, or a sentence where a thing should be
    return rejected, _reason_in(behind)


def _cut_end(text: str) -> tuple[str, str]:
    """A choice that ends its clause, without what follows, and the reason if that is what does."""
    masked = _mask_quotes(text)
    end = next(_ENDS.finditer(masked))
    chose, behind = text[: end.start()].strip(" .,"), text[end.start() :]
    for match in _AND.finditer(masked[: end.start()]):
        if match[1] in BASE_VERBS or base_of(match[1]):
            chose = text[: match.start()].strip()
            break
    return ("" if _points_elsewhere(chose) else chose), _reason_in(behind)


def _cut_reason(text: str) -> tuple[str, str]:
    match = _REASON.search(_mask_quotes(text))
    if match is None:
        return text, ""
    return text[: match.start()], _reason_in(text[match.start() :])


def _reason_in(behind: str) -> str:
    """The reason with which this begins, to the end of its sentence."""
    match = _REASON.match(behind)
    return behind[match.end() :].strip(" .)") if match else ""


def _points_elsewhere(text: str) -> bool:
    return not text or _POINTS_AWAY.match(text) is not None or _THIS.match(text) is not None


def _is_specific(text: str) -> bool:
    """Whether it names something: more than one word, or one that looks like a name."""
    bare = _GENERIC.sub("", text).strip(" .\"'`")
    return len(bare) > 1 and (
        " " in bare or not bare.isalpha() or not bare.islower() or "`" in text
    )


def _is_phrase(text: str, most: int) -> bool:
    """Whether the words can be read by themselves: whole, not too many, no end cut off."""
    bare = text.strip(" .,;:")
    return (
        0 < len(bare) <= most
        and bare.count("`") % 2 == 0
        and bare.count('"') % 2 == 0
        and bare.count("(") == bare.count(")")
        and any(character.isalnum() for character in bare)
        and not _DANGLING.search(bare)
        and "…" not in bare[-1:]
    )


def _tidy(text: str) -> str:
    bare = re.sub(r",?\s+instead$", "", text.strip(" .,;:"))
    return bare.strip("*") if bare.count("*") % 2 else bare


def _mask_quotes(text: str) -> str:
    """The text with what is quoted made unreadable, each character at its place."""
    return _QUOTED.sub(lambda match: "_" * len(match[0]), text)


def _without_quotes(text: str) -> str:
    return _QUOTED.sub("_", text)
