"""How it ended: what the assistant says it did, and what it says is left to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitmem.compress.sentences import condensed, looks_like_code, sentences
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
    r"tests? (?:now )?pass|lint passes|everything (?:passes|works))\b",
    re.I,
)
_MIN_WORDS = 5
_MAX_FACT = 180
_MAX_NEXT = 140
_LAST_WORDS = 3


def closing_facts(events: Sequence[Event], count: int) -> list[str]:
    """Sentences of the assistant's last words that tell what was done."""
    found: list[str] = []
    for sentence in _last_sentences(events):
        short = condensed(sentence, _MAX_FACT)
        is_told = len(short.split()) >= _MIN_WORDS and not _EMPTY.search(short)
        if is_told and not _NEXT.search(short):
            found.append(short)
    return found[:count]


def next_steps(events: Sequence[Event], count: int) -> list[str]:
    """Sentences of the last words that tell what remains."""
    steps = [
        condensed(sentence, _MAX_NEXT)
        for sentence in _last_sentences(events)
        if _NEXT.search(sentence) and len(sentence.split()) >= _MIN_WORDS
    ]
    return list(dict.fromkeys(steps))[:count]


def _last_sentences(events: Sequence[Event]) -> list[str]:
    """The sentences of the last longer things the assistant said, the last one first."""
    said = [
        event.text
        for event in events
        if event.kind is EventKind.SAY and not event.is_sidechain and len(event.text) > 60
    ]
    return [
        sentence
        for text in reversed(said[-_LAST_WORDS:])
        for sentence in sentences(text, 4_000)
        if not sentence.endswith(("?", ":")) and not looks_like_code(sentence)
    ]
