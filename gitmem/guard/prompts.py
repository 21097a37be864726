"""How much of a person's prompts a memory may say word for word: ``gitmem.prompts``.

A note is published with a push, and what a person types to an agent is not always meant for
everybody.  Nothing is reworded: what would repeat a prompt is left out, or, where one sentence may
stay (``short``), all but that.  Repeating is judged by words in a row, whoever says them.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.model.session import Event, EventKind
from gitmem.model.user_words import quote_user, split_user_words

FULL, SHORT, NONE = "full", "short", "none"
CHOICES = (FULL, SHORT, NONE)

WINDOW = 5
"""So many words in a row are a person's own, unless somebody else said them as well."""

SHORT_CHARACTERS = 120
_LETTERS_WINDOW = 8  # of scripts that set no blanks between words, where a letter is a word here
_LETTER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_LETTER}]|[^\W_{_LETTER}]+")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\n+|;\s+")
_UNTITLED = "Untitled work"

_Words = tuple[str, ...]


@dataclass(frozen=True)
class Spoken:
    """What a person said in a session, and which of these words others said as well.

    ``windows`` are runs of words that are the person's alone, ``words`` single ones.
    """

    windows: frozenset[_Words] = frozenset()
    words: frozenset[str] = frozenset()
    allowed: frozenset[_Words] = field(default=frozenset())

    def says(self, text: str) -> bool:
        """Whether the text repeats the person."""
        return any(run in self.windows for run in _runs(_words_of(text)) if run not in self.allowed)


def spoken_in(events: Iterable[Event], public: Sequence[str] = ()) -> Spoken:
    """What a person said in these events.

    ``public`` are texts that everybody can read anyway, such as the commit's message and paths;
    what a command printed is no person's either.
    """
    every = list(events)
    asked = [event.text for event in every if _is_by_person(event)]
    printed = [event.text for event in every if event.kind is EventKind.RESULT]
    said = [e.text for e in every if e.kind in (EventKind.SAY, EventKind.THINK, EventKind.CALL)]
    person = [_words_of(text) for text in asked]
    others = [_words_of(text) for text in (*printed, *public)]
    windows = {run for words in person for run in _runs(words, whole=True)}
    windows -= {run for words in others for run in _runs(words, whole=True)}
    free = {word for words in others for word in words}
    free |= {word for text in said for word in _words_of(text)}
    return Spoken(frozenset(windows), frozenset(word for words in person for word in words) - free)


def limit_prompts(memory: Memory, mode: str, spoken: Spoken | None = None) -> Memory:
    """The memory with as much of a person's words as ``mode`` allows; idempotent.

    Without ``spoken`` only what the memory itself tells as the person's words is known as such.
    """
    if mode == FULL:
        return memory
    known = spoken or Spoken()
    kept = _first_sentence(memory) if mode == SHORT else ""
    allowed = frozenset(_runs(_words_of(kept), whole=True))
    limit = _Limit(replace(known, allowed=allowed), kept)
    return limit.memory(memory)


@dataclass
class _Limit:
    spoken: Spoken
    kept: str
    """The one sentence of the person's that may stay, once; then empty."""

    def memory(self, memory: Memory) -> Memory:
        """What is left out takes its citations along; those that quote the person go, too."""
        why = self.text(memory.why)
        what = [self.text(item) for item in memory.what]
        decisions = [self.decision(decision) for decision in memory.decisions]
        errors = [self.error(error) for error in memory.errors]
        after = [self.text(item) for item in memory.next]
        places = {"why": "why"} if why else {}
        lists: tuple[tuple[str, list[object]], ...] = (
            ("what", [*what]),
            ("decisions", [*decisions]),
            ("errors", [*errors]),
            ("next", [*after]),
        )
        for name, items in lists:
            left = (number for number, item in enumerate(items) if item)
            places |= {f"{name}/{old}": f"{name}/{new}" for new, old in enumerate(left)}
        return replace(
            memory,
            title=self.title(memory),
            why=why,
            what=tuple(item for item in what if item),
            decisions=tuple(decision for decision in decisions if decision),
            errors=tuple(error for error in errors if error),
            next=tuple(item for item in after if item),
            concepts=tuple(c for c in memory.concepts if not self._is_own(c)),
            terms=" ".join(word for word in memory.terms.split() if not self._is_own(word)),
            citations=tuple(
                replace(citation, item=places[citation.item])
                for citation in memory.citations
                if citation.item in places and not self._repeats(citation.quote)
            ),
        )

    def title(self, memory: Memory) -> str:
        if not self.spoken.says(memory.title):
            return memory.title
        paths = ", ".join(memory.files_changed[:3])
        return f"Work on {paths}" if paths else _UNTITLED

    def text(self, text: str) -> str:
        """The text without what a person said, but for the sentence that may stay."""
        told, words = split_user_words(text)
        quoted = ""
        if words and self.kept and any(self.kept in one for one in words):
            quoted, self.kept = quote_user(self.kept), ""
        told = " ".join(part for part in _SENTENCE.split(told) if part and not self._repeats(part))
        if self._repeats(told):  # by sentences that were whole only together
            told = ""
        if not words and told and not self._repeats(text):
            return text
        return f"{told} (asked by {quoted})" if told and quoted else told or quoted

    def decision(self, decision: Decision) -> Decision | None:
        chose = self.text(decision.chose)
        if not chose:
            return None
        rejected = tuple(one for one in map(self.text, decision.rejected) if one)
        return replace(
            decision, chose=chose, because=self.text(decision.because), rejected=rejected
        )

    def error(self, error: RecordedError) -> RecordedError | None:
        if self.spoken.says(error.message):
            return None
        frames = tuple(frame for frame in error.frames if not self.spoken.says(frame))
        return replace(error, frames=frames, resolution=self.text(error.resolution))

    def _repeats(self, text: str) -> bool:
        return self.spoken.says(text) or (bool(text) and _words_of(text) in self.spoken.windows)

    def _is_own(self, text: str) -> bool:
        """Whether a word to find the memory by is the person's alone."""
        words = _words_of(text)
        return self.spoken.says(text) or (bool(words) and set(words) <= self.spoken.words)


def _first_sentence(memory: Memory) -> str:
    """The first sentence that the memory tells as a person's, cut at a word."""
    items = (memory.why, *(d.chose for d in memory.decisions), *memory.what, *memory.next)
    for item in items:
        for words in split_user_words(item)[1]:
            sentence = _SENTENCE.split(words.strip())[0]
            if len(sentence) <= SHORT_CHARACTERS:
                return sentence
            return sentence[:SHORT_CHARACTERS].rpartition(" ")[0] or sentence[:SHORT_CHARACTERS]
    return ""


def _is_by_person(event: Event) -> bool:
    return event.kind is EventKind.PROMPT and not event.is_subagent


def _words_of(text: str) -> _Words:
    return tuple(_WORD.findall(text.casefold()))


def _runs(words: _Words, *, whole: bool = False) -> Iterator[_Words]:
    """Every window of words; ``whole``: also all of them, where they are fewer."""
    for size in (WINDOW, _LETTERS_WINDOW):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            if size == WINDOW and all(len(word) == 1 and not word.isascii() for word in run):
                continue
            yield run
    if whole and 2 <= len(words) < WINDOW:
        yield words
