"""A session as a dialogue: who said which sentence, in which turn, and what was edited around it.

Pure.  Subagents stand aside: what matters of their words the session's own agent mostly repeats.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gitmem.compress.sentences import looks_like_code, sentences, shorten, stems
from gitmem.model.session import EDIT_TOOLS, READ_TOOLS, RUN_TOOLS, Event, EventKind

_MAX_SENTENCES = 1_500
_MAX_ASIDES = 200  # messages of subagents
_MAX_SENTENCE = 1_000  # characters; what is longer is no sentence, and takes time to look at
# What a terminal, a test run or a review bot prints, pasted into a prompt.
_PASTE = re.compile(
    r"^(?:[➜⎿>$❯│┃|•●○★*✗✓×]|\[ |\d{1,6}:\d|at \S+ \(|\S+@\S+[:$]|---|\+\+\+|@@|v \*|"
    r"(?:error|warning|usage|hint|fatal|traceback|fail|pass|flags|note)\b[:!])|"
    r"[│┃─═╭╰]|⎿|➜|\b(?:medium|low|high|critical) severity\b",
    re.I,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence as it was said.  ``record`` is its transcript record, ``at`` its event's index.

    ``turn`` counts changes of the speaker; ``message`` counts messages, ``place`` the sentences
    in front of it in its message, which has ``length`` of them.  ``behind`` is the last call since
    the message before, as a word (``edit``, ``run``, ``look``; empty without one);
    ``is_behind_failure``, whether it failed.
    """

    text: str
    by_user: bool
    record: int
    at: int
    turn: int
    message: int
    place: int
    length: int
    behind: str = ""
    is_behind_failure: bool = False

    @cached_property
    def stems(self) -> frozenset[str]:
        """Its content words, cut to their beginnings."""
        return stems(self.text)

    @cached_property
    def is_paste(self) -> bool:
        """Whether a person pasted it rather than wrote it."""
        return self.by_user and (_PASTE.search(self.text) is not None or looks_like_code(self.text))


@dataclass(frozen=True)
class Dialogue:
    """The sentences of a slice in order, the sentences of each turn, and where edits were made.

    ``edits`` are the indices of events that edited a file, ascending; ``asides`` are what
    subagents said, in no turn.
    """

    sentences: tuple[Sentence, ...]
    turns: tuple[tuple[int, ...], ...]
    edits: tuple[int, ...]
    event_count: int
    asides: tuple[Sentence, ...] = ()

    def edits_in_turn(self, turn: int) -> int:
        """How many edits follow the turn's first words, up to the next turn's."""
        if not 0 <= turn < len(self.turns):
            return 0
        return self.edits_between(self._start(turn), self._start(turn + 1))

    def edits_between(self, start: int, end: int) -> int:
        """How many edits there are among the events from ``start`` up to ``end``."""
        return bisect_left(self.edits, end) - bisect_left(self.edits, start)

    def last_edit_of_turn(self, turn: int) -> int:
        """The index of the turn's last edit; -1 without one."""
        place = bisect_left(self.edits, self._start(turn + 1)) - 1
        return self.edits[place] if place >= 0 and self.edits[place] >= self._start(turn) else -1

    def _start(self, turn: int) -> int:
        if turn >= len(self.turns):
            return self.event_count
        return self.sentences[self.turns[turn][0]].at


def dialogue_of(events: Sequence[Event]) -> Dialogue:
    """Take the words of a slice apart; of very many, the first and the last are kept."""
    own = [event for event in events if not event.is_subagent and not _is_part(event)]
    found: list[Sentence] = []
    turn, message = -1, 0
    speaker: bool | None = None
    behind, failed = "", False
    for at, event in enumerate(own):
        if event.kind is EventKind.CALL:
            behind, failed = _call(event), False
        elif event.kind is EventKind.RESULT:
            failed = event.is_error
        if event.kind not in (EventKind.PROMPT, EventKind.SAY):
            continue
        texts = [shorten(text, _MAX_SENTENCE) for text in sentences(event.text)]
        if not texts:
            continue
        by_user = event.kind is EventKind.PROMPT
        if by_user is not speaker:
            turn, speaker = turn + 1, by_user
        found += (
            Sentence(
                text, by_user, event.record, at, turn, message, place, len(texts), behind, failed
            )
            for place, text in enumerate(texts)
        )
        behind, failed = "", False
        message += 1
    if len(found) > _MAX_SENTENCES:
        found = [*found[: _MAX_SENTENCES // 3], *found[-(_MAX_SENTENCES - _MAX_SENTENCES // 3) :]]
    edits = tuple(
        at
        for at, event in enumerate(own)
        if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS
    )
    return replace(_dialogue(found, edits, len(own)), asides=tuple(_asides(events)))


def _asides(events: Sequence[Event]) -> Iterator[Sentence]:
    said = [event for event in events if event.is_subagent and event.kind is EventKind.SAY]
    for at, event in enumerate(said[-_MAX_ASIDES:]):
        texts = [shorten(text, _MAX_SENTENCE) for text in sentences(event.text)]
        for place, text in enumerate(texts):
            yield Sentence(text, False, event.record, at, -1, at, place, len(texts))


def _is_part(event: Event) -> bool:
    """Whether it is no call of its own: a file that a command is known to have read (Codex)."""
    return event.kind is EventKind.CALL and not event.call_id and event.tool in READ_TOOLS


def _call(event: Event) -> str:
    if event.tool in EDIT_TOOLS:
        return "edit"
    return "run" if event.tool in RUN_TOOLS else "look"


def _dialogue(found: Sequence[Sentence], edits: tuple[int, ...], event_count: int) -> Dialogue:
    """With turns counted without gaps, where sentences were left out."""
    turns: list[list[int]] = []
    numbers: dict[int, int] = {}
    kept: list[Sentence] = []
    for place, sentence in enumerate(found):
        number = numbers.setdefault(sentence.turn, len(numbers))
        if number == len(turns):
            turns.append([])
        turns[number].append(place)
        kept.append(sentence if sentence.turn == number else replace(sentence, turn=number))
    return Dialogue(tuple(kept), tuple(map(tuple, turns)), edits, event_count)
