"""How a session ended: what the assistant says it did, and what it says remains to be done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitmem.compress.sentences import condense, looks_like_code, sentences
from gitmem.model.session import Event, EventKind

_NEXT = re.compile(
    r"\bnext steps?\b|\btodo\b|\bfollow-?ups?\b|\bremain(?:s|ing)\b|"
    r"\bstill (?:needs?|to do|missing)\b|\bnot (?:yet|implemented)\b|\bleft to do\b|\blater\b|"
    r"\bin (?:a|the) (?:future|next)\b",
    re.I,
)
_EMPTY = re.compile(
    r"(?:all|the) (?:\w+ )?(?:tests?|checks?|linting|lint)\b.{0,40}\b(?:pass|clean|green)|"
    r"\b(?:let me|i'll|i will|now i|would you like|want me to|shall i|do you want|ready to|"
    r"is there anything|here'?s|moving to|in summary|summary|committed|pushed|working tree|"
    r"(?:responded|replied|replies) (?:to|with)|pr (?:is )?(?:ready|created|updated)|"
    r"(?:created|opened|updated) (?:the |a )?(?:pr|pull request)|"
    r"tests? (?:now )?pass|lint passes|everything (?:passes|works))\b",
    re.I,
)
# "Added `x` to y.go": the diff says it better, unless the sentence gives a reason.
_DIFF_SHOWS = re.compile(
    r"(?:`[^`]{1,120}`[:,]?\s*(?:-\s*)?)?"
    r"(?:files?|functions?\S{0,20}|variables?\S{0,20}|tests?|constants?)?"
    r"(?: \w+)?:?\s*(?:added|add|updated?|renamed?|renames|created?|removed?|deleted?|modified"
    r"|modify|changed?|replaced?|moved?|extracted?|implemented?|`[^`]{1,120}` (?:→|->))(?!\w)",
    re.I,
)
_REASON = re.compile(
    r"\b(?:because|so that|so|instead|rather|since|avoid\w*|prevent\w*|ensur\w*|otherwise|must"
    r"|cannot|can't|won't|without|only|even (?:if|when)|unless|allows?|handles?|when|if)\b",
    re.I,
)
_MIN_WORDS = 5
_MAX_FACT = 180
_MAX_NEXT = 140
_LAST_WORDS = 3


def closing_facts(events: Sequence[Event], count: int) -> list[str]:
    """Sentences of the assistant's last words that say what was done."""
    found: list[str] = []
    for sentence in _last_sentences(events):
        short = condense(sentence, _MAX_FACT)
        is_told = len(short.split()) >= _MIN_WORDS and not _EMPTY.search(short)
        is_shown = _DIFF_SHOWS.match(short) and not _REASON.search(short)
        if is_told and not is_shown and not _NEXT.search(short):
            found.append(short)
    return found[:count]


def next_steps(events: Sequence[Event], count: int) -> list[str]:
    """Sentences of the last words that say what remains."""
    steps = [
        condense(sentence, _MAX_NEXT)
        for sentence in _last_sentences(events)
        if _NEXT.search(sentence) and len(sentence.split()) >= _MIN_WORDS
    ]
    return list(dict.fromkeys(steps))[:count]


def _last_sentences(events: Sequence[Event]) -> list[str]:
    """The sentences of the last longer things the assistant said, the last one first."""
    said = [
        event.text
        for event in events
        if event.kind is EventKind.SAY and not event.is_subagent and len(event.text) > 60
    ]
    return [
        sentence
        for text in reversed(said[-_LAST_WORDS:])
        for sentence in sentences(text, 4_000)
        if not sentence.endswith(("?", ":")) and not looks_like_code(sentence)
    ]
