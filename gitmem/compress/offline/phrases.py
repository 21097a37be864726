"""Parts of a sentence that can be read by themselves, and where they end.

A decision is told as three phrases.  Each must be whole: where nobody can tell where one ends,
there is none.  Pure.
"""

from __future__ import annotations

import re

from gitmem.compress.offline.commit_verbs import BASE_VERBS, base_of

MAX_CHOSE = 200
MAX_REJECTED = 120
MAX_BECAUSE = 200

AND = re.compile(r",?\s+and\s+(?:then\s+)?(?=([a-z]+)(?:\s|$))")
"""Where "and" may begin another clause; its first word is the group."""

_CODE_OR_QUOTE = re.compile(r"(?<=[\w)])\([^()]*\)|`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
_SOMEBODY = r"(?:it|this|that|there|they|we|these|those)"
_REASON = re.compile(
    r"[\s,;(]*\bbecause\s+(?!of\b)|"
    r"[\s,;(]*\bsince\s+(?!at\b|v?\d|version\b|release\b|then\b|its\b|ever\b|[A-Z]\w+ \d|"
    r"the (?:very )?(?:beginning|start|first|early)\b)|"
    rf",\s+as\s+(?={_SOMEBODY}(?:'s|'re|\s+(?:is|are|was|were|has|have|can|cannot|can't|may|will|"
    r"does|do|don't|doesn't|would|should|must|might|only|already))\b)",
    re.I,
)
_ENDS = re.compile(
    r"[.!]?\s*$|\)|[,;:]\s|\s[-–—]{1,2}\s|\s\(|\sand\s(?:it|this|that|we|they)\s|"
    r"\s(?:because|since|so|but|although|though|whereas)\s|"
    rf"\sas\s(?:{_SOMEBODY}|the)\s|\sin order\s|"
    r"\s(?=to\s(?:avoid|prevent|improve|speed|reduce|save|simplify|ensure|make)\b)",
    re.I,
)
_PURPOSE = re.compile(r"\s+to\s+(\w+)\b")
_NEEDS_TO = re.compile(
    r"\b(?:\w+ing|need|way|attempt|ability|function|method|code|call|have|has|list|effort|how|what)"
    r"\s+to\b|^to\b|^(?:do|have|try|let|make)\b",
    re.I,
)
_DANGLING = re.compile(
    r"\s(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|but|as|is|are|be|was|that|which|"
    r"its|their|this|these|into|than|if|when|where|not)$",
    re.I,
)
_POINTS_AWAY = re.compile(
    r"(?:it|them|this|that|these|those|one|ones|something|anything|nothing|everything|doing so|"
    r"now|here|there|other|others|another|the other|the latter|the former|usual|before|"
    r"vice[- ]versa|the alternatives?|[a-z]+ing)\W*$|"
    r"(?:this|that|these|those|such|its|their|both|any of)\s",
    re.I,
)
_VERB_AND_PRONOUN = re.compile(
    r"(?:it\s(?:\w+\s){1,3}to\s|(?:we|i)\s(?:now\s)?)?(?:\w+\s+)?\w+\s+(?:it|them|this|that|these|those|one|so)(?:\s+(?:there|here|so))?\W*",
    re.I,
)
_GENERIC = re.compile(
    r"\b(?:a|an|the|new|old|own|our|its|proper|better|faster|simpler|other|more|some|all|any|"
    r"function|method|code|call|one|version|way|implementation|approach|thing|stuff|usage|use)s?"
    r"\b\s*",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|unless)\b", re.I)
_RELATIVE = re.compile(r"\b(?:that|which|who|where|when|what|how|as)\b", re.I)
_FINITE = re.compile(
    r"\b(?:is|are|has|(?<!to )have|does|goes|gets|got|went|ends|fails|will|should)\b", re.I
)


def mask_quotes(text: str) -> str:
    """The text with quotations and code made unreadable, each character at its place."""
    return _CODE_OR_QUOTE.sub(lambda match: "_" * len(match[0]), text)


def without_quotes(text: str) -> str:
    """The text with a mark for each quotation or piece of code."""
    return _CODE_OR_QUOTE.sub("_", text)


def is_finite(text: str) -> bool:
    """Whether something is said to be so in it, rather than only named or commanded."""
    return _FINITE.search(without_quotes(text)) is not None


def is_phrase(text: str, most: int) -> bool:
    """Whether the words can be read by themselves: whole, at most so many characters."""
    bare = text.strip(" .,;:")
    return (
        0 < len(bare) <= most
        and bare.count("`") % 2 == 0
        and bare.count('"') % 2 == 0
        and bare.count("(") == bare.count(")")
        and any(character.isalnum() for character in bare)
        and not bare.endswith("…")
        and not _DANGLING.search(bare)
    )


def are_specific(one: str, other: str) -> bool:
    """Whether both name something, and one of them in more than one word or by a name."""
    return all(_GENERIC.sub("", text).strip(" .\"'`") for text in (one, other)) and (
        _is_name(one) or _is_name(other)
    )


def _is_name(text: str) -> bool:
    bare = _GENERIC.sub("", text).strip(" .\"'`")
    looks_like_name = " " in bare or not (bare.isalpha() and bare.islower()) or "`" in text
    return len(bare) > 1 and looks_like_name


def points_elsewhere(text: str) -> bool:
    """Whether only the words around it tell what it is: "it", "this error"."""
    return not text or _POINTS_AWAY.match(text) is not None


def does_what(text: str) -> bool:
    """Whether a verb and a pronoun is all there is: "use it"."""
    return _VERB_AND_PRONOUN.fullmatch(text) is not None


def tidy(text: str) -> str:
    """The phrase without what only joined it to its sentence."""
    bare = re.sub(r",?\s+instead$", "", text.strip(" .,;:-–—"))
    return bare.strip("*") if bare.count("*") % 2 else bare


def cut_rejected(rest: str) -> tuple[str, str]:
    """What was rejected, with which ``rest`` begins, and the reason if that follows.

    Empty where what follows belongs to what was chosen, so that a cut would change its meaning.
    """
    masked = mask_quotes(rest)
    end = next(_ENDS.finditer(masked))
    rejected, behind = rest[: end.start()].strip(" .,"), rest[end.start() :]
    is_doing = rejected.split(" ", 1)[0].endswith("ing")
    for match in AND.finditer(masked[: end.start()]):
        if match[1] in BASE_VERBS and not is_doing:
            rejected, behind = rest[: match.start()].strip(), rest[match.start() :]
            break
        if base_of(match[1]):
            return "", ""  # a verb, or things of that name: nobody knows where it ends
    purpose = _PURPOSE.search(mask_quotes(rejected))
    if purpose and purpose[1] in BASE_VERBS and not (is_doing or _NEEDS_TO.search(rejected)):
        rejected, behind = rejected[: purpose.start()].strip(), ""
    bare = without_quotes(rejected)
    finite = _FINITE.search(bare)
    is_sentence = finite is not None and not _RELATIVE.search(bare[: finite.start()])
    if is_sentence or _CONDITION.search(bare) or points_elsewhere(rejected):
        return "", ""  # a condition is one of the choice itself
    return (rejected, reason_in(behind)) if len(rejected) <= MAX_REJECTED else ("", "")


def cut_chosen(text: str) -> tuple[str, str]:
    """What was chosen, with which the text begins, and the reason if that follows."""
    masked = mask_quotes(text)
    end = next(_ENDS.finditer(masked))
    chose, behind = text[: end.start()].strip(" .,"), text[end.start() :]
    for match in AND.finditer(masked[: end.start()]):
        if match[1] in BASE_VERBS or base_of(match[1]):
            chose = text[: match.start()].strip()
            break
    return ("" if points_elsewhere(chose) else chose), reason_in(behind)


def cut_reason(text: str) -> tuple[str, str]:
    """The text before its reason, and the reason; empty without one."""
    match = _REASON.search(mask_quotes(text))
    if match is None:
        return text, ""
    return text[: match.start()], reason_in(text[match.start() :])


def reason_in(behind: str) -> str:
    """The reason with which this begins, to the end of its sentence; empty without one."""
    match = _REASON.match(behind)
    return behind[match.end() :].strip(" .)") if match else ""
