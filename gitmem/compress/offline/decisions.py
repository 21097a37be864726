"""Choices and findings in the words of the user and the assistant.

A choice ("X instead of Y because Z") becomes a decision with what was rejected and why.  A
finding ("the root cause is ...", "it fails because ...") is a fact.  Both are the sentences as they
were said, since what an extractor rewords it gets wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitmem.compress.sentences import condense, looks_like_code, sentences, shorten, stems
from gitmem.model.memory import Decision
from gitmem.model.session import Event, EventKind

_CHOICE = re.compile(
    r"\binstead of\b|\brather than\b|\bdecided\b|\b(?:the|our|my|key|design) decision\b|"
    r"^decision:|\bchose\b|\bopted\b|\bprefer\b|"
    r"\btrade-?offs?\b|\b(?:don'?t|do not|never|avoid) us(?:e|ing)\b|\bshould(?:n'?t| not) \b|"
    r"\bwe (?:won'?t|will not|shouldn'?t|don'?t want)\b|\bnot needed\b|\bno need (?:for|to)\b|"
    r"\bkeep(?:ing)? (?:it|this|the|them)\b|\blet'?s (?:not|use|keep|drop|remove|go with)\b|"
    r"\bgo(?:ing)? with\b|\bstick with\b|\bmust (?:not|never|always)\b|\balways use\b|"
    r"\bbackwards?[- ]compatib|\bout of scope\b|\b(?:better|safer|simpler|cleaner|cheaper) than\b|"
    r"^no (?:new|more|extra|external|other|third[- ]party)\b",
    re.I,
)
_FINDING = re.compile(
    r"\bbecause\b|\broot cause\b|\bturns out\b|\bthe (?:real |actual |main |core |key )?"
    r"(?:problem|issue|bug|cause|reason|catch|fix) (?:is|was)\b|\bcaused by\b|\bdue to\b|"
    r"\bthe reason\b|\bwhich means\b|\bdoes(?:n'?t| not) support\b",
    re.I,
)
_STRONG = re.compile(
    r"\binstead of\b|\brather than\b|\bbecause\b|\bdecided\b|\broot cause\b|\bturns out\b|"
    r"\btrade-?offs?\b|\b(?:problem|issue|bug) (?:is|was)\b|\bprefer\b|\bus(?:e|ing)\b",
    re.I,
)
_VERSUS = re.compile(r"\b(?:instead of|rather than)\s+", re.I)
# "A fits better than B: C", "chose A over B because C": each part bounded, none nested.
_COMPARISON = re.compile(
    r"([^,;:]{3,80}?) (?:fits|works|is|suits|reads|scales) "
    r"(?:better|safer|simpler|cleaner|cheaper) than ([^,;:.]{3,80})"
    r"(?:[:;,] (?:because )?|\s(?=because)|\.?$)(.*)",
    re.I,
)
_OVER = re.compile(
    r"(?:i |we )?(?:chose|choose|picked|went with|opted for) ([^,;:]{3,80}?) over ([^,;:.]{3,80}?)"
    r"(?:,? because |[:;,] |\.?$)(.*)",
    re.I,
)
_BRIEF = re.compile(r"no (?:new|more|extra|external|other|third[- ]party)\b", re.I)
_REASON = re.compile(r",?\s+\b(?:because|since it|so that)\b:?\s+", re.I)
_CLAUSE_END = re.compile(r"[,;:—]\s| - | \(|\s(?:and|but|so|when|while|if)\s")
_MUSING = re.compile(
    r"\b(?:maybe|perhaps|wait|hmm+|i think|i wonder|might be|could be|let me|i'?ll|i will|"
    r"i'm going to|looking at|would you|want me to|shall i|do you want)\b",
    re.I,
)

_LEAD = re.compile(
    r"(?:let me|now(?:,| i| that)?|i'?ll|i will|i'?m going to|i need to|so,?|ok(?:ay)?[,.!]?"
    r"|great[,.!]|perfect[,.!]|good (?:point|catch|idea|question)[,.!]?"
    r"|you'?re (?:absolutely )?right[,.!]?"
    r"|interesting[,.!]?|actually,?|yes[,.!]|right[,.!])\s*(?:[-–—:]\s*)?(?=[\w`\"'])",
    re.I,
)
# What a test expects is not a choice, even if it expects it instead of something.
_EXPECTS = re.compile(
    r"^(?:also )?(?:updated?|adjust\w*|chang\w*|fix\w*)? ?(?:the |all )?[\w`./-]*tests?\b.{0,80}"
    r"\bexpect(?:s|ed|ing)?\b",
    re.I,
)

# What the agent is about to find out is not a finding.
_BUSY = re.compile(
    r"(?:but |oh,? |now )?(?:wait|hmm+|let me|let's|i'?ll|i will|i need to|i should|looking at)\b",
    re.I,
)

_MIN_AFTER_LEAD = 12
_MIN_FINDING_WORDS = 7
_MIN_WORDS = 5
_MIN_BRIEF = 3  # "No new dependencies." is a constraint, however short
_MIN_STEMS = 4
_MIN_WEIGHT = 0.5
_SUBAGENT_LESS = 0.9  # what matters of a subagent's words, the session mostly says again
_MAX_WORDS = 55
_MAX_SENTENCE = 320
_MAX_PART = 160


@dataclass(frozen=True)
class ChoiceSentence:
    """A sentence worth keeping.  Higher ``weight`` is worth more; ``at`` orders them in time."""

    text: str
    by_user: bool
    is_choice: bool
    weight: float
    at: int


def statements(events: Sequence[Event]) -> list[ChoiceSentence]:
    """The choices and findings of a session, in the order they were said, without duplicates."""
    found: dict[str, ChoiceSentence] = {}
    for at, event in enumerate(events):
        if event.kind not in (EventKind.PROMPT, EventKind.SAY):
            continue
        for sentence in sentences(event.text):
            statement = _statement(sentence, event.kind is EventKind.PROMPT, at)
            if statement is not None and event.is_subagent:
                statement = replace(statement, weight=statement.weight - _SUBAGENT_LESS)
            if statement is not None:
                found.pop(statement.text, None)
                found[statement.text] = statement
    return list(found.values())


def decision_of(statement: ChoiceSentence) -> Decision:
    """A choice taken apart: what was chosen, what was rejected, why.

    Only where the sentence says so plainly; otherwise it is kept whole.  Words that only lead
    into the sentence are left out.
    """
    found = _take_apart(statement)
    rejected = (_balance(text) for text in found.rejected)
    return replace(
        found,
        chose=without_lead(_balance(found.chose)),
        rejected=tuple(text for text in rejected if text),
    )


def without_lead(text: str) -> str:
    """A sentence without "Let me", "You're right -" and the like before it."""
    while (match := _LEAD.match(text)) and len(text) - match.end() > _MIN_AFTER_LEAD:
        text = text[match.end() :]
        text = text[:1].upper() + text[1:]
    return text


def _balance(text: str) -> str:
    """A part of a sentence up to a bracket that closes what was opened elsewhere."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth < 0:
            return text[:place].rstrip(" ,;")
    return text if text.count('"') % 2 == 0 else text.replace('"', "").strip()


def _take_apart(statement: ChoiceSentence) -> Decision:
    compared = _OVER.fullmatch(statement.text) or _COMPARISON.fullmatch(statement.text)
    if compared:
        chose, rejected, because = (part.strip(" .") for part in compared.groups())
        return Decision(chose, because=because, rejected=(rejected,))
    head, reason = _split(_REASON, statement.text)
    before, after = _split(_VERSUS, head)
    if not after:
        return Decision(head, because=reason) if reason else Decision(statement.text)
    rejected, rest = _split_clause(after)
    if not before.strip():
        return Decision(rest or rejected, because=reason, rejected=(rejected,) if rest else ())
    chose = f"{before} {rest}" if rest else before
    return Decision(chose.strip(" ,;"), because=reason, rejected=(rejected,))


def _statement(sentence: str, by_user: bool, at: int) -> ChoiceSentence | None:
    words = len(sentence.split())
    least = _MIN_BRIEF if by_user and _BRIEF.match(sentence) else _MIN_WORDS
    if not least <= words <= _MAX_WORDS or looks_like_code(sentence):
        return None
    is_choice = bool(_CHOICE.search(sentence)) and not _EXPECTS.search(sentence)
    if not is_choice and not _FINDING.search(sentence):
        return None
    if sentence.endswith(("?", ":")) and not (by_user and is_choice):
        return None
    if not by_user and not is_choice and (words < _MIN_FINDING_WORDS or _BUSY.match(sentence)):
        return None
    text = condense(sentence, _MAX_SENTENCE)
    weight = 2.0 if by_user else 1.0
    weight += 1.0 if _STRONG.search(sentence) else 0.0
    weight -= 0.8 if _MUSING.search(sentence) else 0.0
    is_vague = weight < _MIN_WEIGHT or len(stems(text)) < _MIN_STEMS
    return (
        None if is_vague and not by_user else ChoiceSentence(text, by_user, is_choice, weight, at)
    )


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.search(text)
    if match is None:
        return text, ""
    return text[: match.start()].rstrip(), text[match.end() :].strip()


def _split_clause(text: str) -> tuple[str, str]:
    """The first clause, which names what was rejected, and what follows it."""
    ends = (m for m in _CLAUSE_END.finditer(text) if text.count("`", 0, m.start()) % 2 == 0)
    match = next(ends, None)  # a comma inside a piece of code ends no clause
    if match is None:
        return shorten(text.rstrip(" ."), _MAX_PART), ""
    return shorten(text[: match.start()].strip(), _MAX_PART), text[match.start() :].strip(" ,;:—-")
