"""Statements in the words they were said in, and by whom.  Pure.

Nothing is reworded.  What a person said stands in quotation marks and says so; the agent's words
lose their openers.  What was rejected, and why, is told apart only where a sentence says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gitmem.compress.offline.dialogue import Sentence
from gitmem.compress.offline.statements import Statement
from gitmem.compress.sentences import FULL_STOPS, condense, shorten, without_lead
from gitmem.model.memory import Decision
from gitmem.model.user_words import quote_user, with_request

_MAX_SENTENCE = 320
_MAX_QUOTATION = 240
_MAX_WHY = 360
_MAX_REJECTED_WORDS = 8
_MIN_REASON_WORDS = 4

_BECAUSE = re.compile(r"(?:,|\s[-–—])?\s+because\s+", re.I)
_VERSUS = re.compile(
    r"\b(?:instead of|rather than)\s+([^,;:.()—]{2,80}?)(?=\s*(?:$|[,;.()—]|\s[-–]\s"
    r"|\bbecause\b|\bsince\b|\bso that\b))",
    re.I,
)
_OVER = re.compile(
    r"\b(?:chose|choose|picked?|prefer(?:red)?|took|take|opted for|went with) "
    r"[^,;:.]{3,80}? over ([^,;:.()—]{2,80}?)(?=\s*(?:$|[,;.()—]|\bbecause\b))",
    re.I,
)
_BETTER = re.compile(
    r"\b(?:fits|works|suits|scales|reads) better (?:here )?than ([^,;:.()—]{2,80}?)"
    r"(?=\s*(?:$|[,;:.()—]|\bbecause\b))",
    re.I,
)
_CODE_SPAN = re.compile(r"`[^`]*`")


def decision_of(statement: Statement) -> Decision:
    """A decision: the agent's sentence, the person's in quotation marks, or both."""
    said = [sentence for sentence in statement.sentences if not sentence.by_user]
    asked = [sentence for sentence in statement.sentences if sentence.by_user]
    if not said:
        return Decision(" ".join(map(_quote, asked)))
    chosen = without_lead(condense(said[-1].text, _MAX_SENTENCE))
    chosen, because = _split_reason(chosen)
    rejected = _rejected(chosen)
    words = with_request(chosen, _shortened(asked[0])) if asked else chosen
    return Decision(words, because=because, rejected=rejected)


def fact_of(statement: Statement) -> str:
    """A fact in one sentence."""
    sentence = statement.sentences[0]
    if sentence.by_user:
        return _quote(sentence)
    return without_lead(condense(sentence.text, _MAX_SENTENCE))


def why_of(sentences: Sequence[Sentence]) -> str:
    """The reason in the words of who gave it; all of it is of one speaker."""
    if not sentences:
        return ""
    told = shorten(sentences[0].text, _MAX_QUOTATION)
    for before, sentence in pairwise(sentences):
        is_next = (before.message, before.place + 1) == (sentence.message, sentence.place)
        joint = " " if is_next and before.text.endswith(FULL_STOPS) else " … "
        longer = f"{told}{joint}{shorten(sentence.text, _MAX_QUOTATION)}"
        if len(longer) > _MAX_WHY:
            break
        told = longer
    return quote_user(told) if sentences[0].by_user else without_lead(told)


def _quote(sentence: Sentence) -> str:
    return quote_user(_shortened(sentence))


def _shortened(sentence: Sentence) -> str:
    return shorten(sentence.text, _MAX_QUOTATION)


def _split_reason(text: str) -> tuple[str, str]:
    """The sentence up to its only "because", and what follows, where both are whole clauses."""
    parts = _BECAUSE.split(_mask_code(text))
    if len(parts) != 2 or min(len(part.split()) for part in parts) < _MIN_REASON_WORDS:
        return text, ""
    at = len(parts[0])
    reason = text[len(text) - len(parts[1]) :].strip(" .")
    return text[:at].strip(" ,-–—"), reason


def _mask_code(text: str) -> str:
    """The text with what stands in backquotes made unreadable, at the same length."""
    return _CODE_SPAN.sub(lambda match: "`" + "x" * (len(match[0]) - 2) + "`", text)


def _rejected(text: str) -> tuple[str, ...]:
    """What "instead of", "chose … over" or "better than" names, where it is a short phrase."""
    match = _OVER.search(text) or _BETTER.search(text) or _VERSUS.search(text)
    if match is None or text[: match.start()].count("`") % 2:
        return ()
    words = match[1].strip()
    is_whole = words.count("`") % 2 == 0 and words.count('"') % 2 == 0
    return (words,) if is_whole and len(words.split()) <= _MAX_REJECTED_WORDS else ()
