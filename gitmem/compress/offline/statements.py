"""Which sentences of a session are told, and as what.

A sentence is told only where the model is sure enough of its role, where nothing later takes it
back, and where the memory does not say the same already.  A person's choice and the agent's answer
that takes it up are one decision.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from gitmem.compress.claims import is_borne_out
from gitmem.compress.offline.cue_words import (
    CUE_WORDS,
    DESCRIPTION_OPENING,
    PLAIN_CHOICE,
    PLAIN_ORDER,
    PROPOSAL,
)
from gitmem.compress.offline.cues import Cues, can_be_told, cues_of, is_taken_back
from gitmem.compress.offline.dialogue import Dialogue, Sentence
from gitmem.compress.offline.reason_words import tells_reason
from gitmem.compress.offline.role_model import RoleModel, StoryRole, role_model
from gitmem.compress.sentences import QUESTION_MARKS, condense, without_lead
from gitmem.model.change import Change
from gitmem.model.text import is_latin, word_count

MAX_DECISIONS = 4
MAX_FACTS = 3

_SAME = 0.6
_PARTNER = 0.12  # the least chance of either side of an exchange
_LABELLED_LENGTH = 250  # sentences: the labels hold no longer story ...
_SURER = 0.15  # ... so of a longer one only what is surer by this is told
_PLAIN = 0.8  # the least chance of a choice in so many words
_ASIDE = 0.79  # of one by a subagent, which its session says again if it matters
_MOST_ASKED, _MOST_ANSWERS = 60, 120  # sentences of a turn that are paired
_SHARED = 2  # words by which an answer takes up what was asked
_MIN_USER_STEMS = 4
_MIN_WORDS, _MIN_STEMS = 6, 5  # of a sentence that is judged by its form
_BY_FORM = 0.05
_POINTS_BACK = re.compile(
    r"\b(?:options?|number|#) ?\d|^\W{0,3}(?:(?:yes|no|ok|okay|yeah|and|so|but)\W+)*\d\b|"
    r"\b(?:do|look at|try|like|with|option) \d\b|^(?:it|this|that|these|those|they)\b",
    re.I,
)
_LEANS = re.compile(r"(?:it|this|that|these|those|they|both|which|so)\b", re.I)
_WHY_PARTNER = 0.12
_WHY_REACH = (-1, 1, 2)


@dataclass(frozen=True)
class Statement:
    """A decision or a fact: the sentences that make it, in the order they were said."""

    role: StoryRole
    sentences: tuple[Sentence, ...]
    chance: float
    places: tuple[int, ...]


@dataclass(frozen=True)
class Selection:
    """What is told of a dialogue: the reason's sentences, then the statements in order of time."""

    why: tuple[Sentence, ...] = ()
    decisions: tuple[Statement, ...] = ()
    facts: tuple[Statement, ...] = ()


def stands_alone(sentence: Sentence) -> bool:
    """Whether a sentence can be understood without the one before it."""
    if sentence.by_user:
        says_enough = len(sentence.stems) >= _MIN_USER_STEMS or _is_order(sentence)
        return says_enough and not _POINTS_BACK.search(sentence.text)
    return _LEANS.match(sentence.text) is None


def is_plain_choice(sentence: Sentence) -> bool:
    """Whether it states a choice in so many words: the labels hold too few such to teach it.

    A person's order with its reason is one; of an agent it may be advice to somebody else.
    """
    return (
        (_is_order(sentence) or PLAIN_CHOICE.match(sentence.text) is not None)
        and CUE_WORDS["hedge"].search(sentence.text) is None
        and not sentence.text.endswith(QUESTION_MARKS)
    )


def _is_order(sentence: Sentence) -> bool:
    return sentence.by_user and PLAIN_ORDER.match(sentence.text) is not None


def select_statements(
    dialogue: Dialogue, change: Change | None, model: RoleModel | None = None
) -> Selection:
    """Choose what is told of a dialogue."""
    return _Selector(dialogue, change, model or role_model()).selection()


@dataclass
class _Selector:
    dialogue: Dialogue
    change: Change | None
    model: RoleModel
    _said: list[frozenset[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sentences = self.dialogue.sentences
        self._cues: Sequence[Cues] = cues_of(self.dialogue, self.change)
        self._candidates = [
            place for place, sentence in enumerate(self._sentences) if can_be_told(sentence)
        ]
        self._chances = {
            role: {place: self.model.chance(role, self._cues[place]) for place in self._candidates}
            for role in StoryRole
        }
        decisions = self._chances[StoryRole.DECISION]
        for place in self._candidates:
            if is_plain_choice(self._sentences[place]):
                decisions[place] = max(decisions[place], _PLAIN)
            elif not is_latin(self._sentences[place].text):
                self._judge_by_form(place)

    def _judge_by_form(self, place: int) -> None:
        """What the model's English words cannot judge: how much is said, and what came of it.

        A prompt that led to edits gives a reason, the first one or one that says so, or else a
        fact; so do the words with which the agent ends after its last edit.
        """
        sentence = self._sentences[place]
        says_much = word_count(sentence.text) >= _MIN_WORDS and len(sentence.stems) >= _MIN_STEMS
        if not says_much or sentence.text.endswith(QUESTION_MARKS):
            return
        turn = sentence.turn
        if sentence.by_user:
            if self.dialogue.edits_in_turn(turn) or self.dialogue.edits_in_turn(turn + 1):
                is_first = not any(other.by_user for other in self._sentences[:place])
                is_reason = is_first or tells_reason(sentence.text)
                self._raise(StoryRole.WHY if is_reason else StoryRole.FACT, place)
        elif (
            not sentence.place
            and turn == len(self.dialogue.turns) - 1
            and sentence.at > max(self.dialogue.edits, default=sentence.at)
        ):
            self._raise(StoryRole.FACT, place)

    def _raise(self, role: StoryRole, place: int) -> None:
        """To the least chance that is told, or a little more for what stands earlier."""
        least = self.model.least[role] + _BY_FORM / (1 + place)
        self._chances[role][place] = max(self._chances[role][place], least)

    def selection(self) -> Selection:
        """Decisions first: a sentence has one role, and they are worth most."""
        why = self._why()
        decisions = self._take(sorted(self._decisions(), key=_rank), MAX_DECISIONS, why)
        facts = self._take(sorted(self._facts(), key=_rank), MAX_FACTS, why)
        return Selection(why, decisions, facts)

    def _decisions(self) -> Iterator[Statement]:
        chances = self._chances[StoryRole.DECISION]
        for place in self._candidates:
            if stands_alone(self._sentences[place]) and self._may_decide(place):
                yield self._statement(StoryRole.DECISION, (place,), chances[place])
        for turn, places in enumerate(self.dialogue.turns):
            if self._sentences[places[0]].by_user:
                yield from self._exchanges(places, turn)
        for aside in self.dialogue.asides:
            if is_plain_choice(aside) and can_be_told(aside):
                yield Statement(StoryRole.DECISION, (aside,), _ASIDE, ())

    def _exchanges(self, places: Sequence[int], turn: int) -> Iterator[Statement]:
        """A person's words, each with the likeliest sentence that takes them up."""
        chances = self._chances[StoryRole.DECISION]
        answers = self.dialogue.turns[turn + 1] if turn + 1 < len(self.dialogue.turns) else ()
        answers = answers[:_MOST_ANSWERS]
        for asked in places[:_MOST_ASKED]:
            taking_up = [
                said
                for said in answers
                if said in chances and self._may_decide(said) and self._takes_up(said, asked)
            ]
            said = max(taking_up, key=chances.__getitem__, default=None)
            if asked not in chances or said is None or not self._steers(asked):
                continue
            if min(chances[asked], chances[said]) >= _PARTNER:
                chance = 1 - (1 - chances[asked]) * (1 - chances[said])
                yield self._statement(StoryRole.DECISION, (asked, said), chance)

    def _may_decide(self, place: int) -> bool:
        """Whether it can be a choice: no description, and no offer that nobody took."""
        sentence = self._sentences[place]
        if sentence.by_user:  # what a person only asks or muses is none until it is accepted
            return not sentence.text.endswith(QUESTION_MARKS) or bool(
                self._cues[place].get("accepted")
            )
        if DESCRIPTION_OPENING.match(without_lead(condense(sentence.text, len(sentence.text)))):
            return False
        is_taken = self._cues[place].get("taken") or self._cues[place].get("taken, edits follow")
        return PROPOSAL.search(sentence.text) is None or bool(is_taken)

    def _steers(self, place: int) -> bool:
        """Whether a person's words may change the direction: a question does if it is accepted."""
        cues = self._cues[place]
        if cues.get("question word"):
            return bool(cues.get("accepted"))
        return bool(cues.get("steers") or cues.get("user chooses") or cues.get("accepted"))

    def _takes_up(self, said: int, asked: int) -> bool:
        """Whether an answer is about what was asked: by words of it, or by accepting it."""
        shared = self._sentences[said].stems & self._sentences[asked].stems
        return len(shared) >= _SHARED or bool(self._cues[said].get("accepting, says"))

    def _facts(self) -> Iterator[Statement]:
        chances = self._chances[StoryRole.FACT]
        for place in self._candidates:
            yield self._statement(StoryRole.FACT, (place,), chances[place])

    def _statement(self, role: StoryRole, places: Sequence[int], chance: float) -> Statement:
        sentences = tuple(self._sentences[place] for place in places)
        return Statement(role, sentences, chance, tuple(places))

    def _take(
        self, found: Sequence[Statement], most: int, why: Collection[Sentence]
    ) -> tuple[Statement, ...]:
        """The likeliest that are true and new; what the reason says in full is said."""
        taken: list[Statement] = []
        for statement in found:
            if statement.chance < self._least(statement.role) or len(taken) == most:
                break
            if all(sentence in why for sentence in statement.sentences):
                continue
            if self._is_new(statement) and self._is_true(statement):
                self._said += (sentence.stems for sentence in statement.sentences)
                taken.append(statement)
        return tuple(sorted(taken, key=lambda statement: statement.sentences[0].at))

    def _is_true(self, statement: Statement) -> bool:
        """As far as can be told: the commit bears it out, and nobody takes it back."""
        return all(
            is_borne_out(said.text, self.change) for said in statement.sentences
        ) and not any(is_taken_back(self.dialogue, place) for place in statement.places)

    def _is_new(self, statement: Statement) -> bool:
        words = frozenset().union(*(sentence.stems for sentence in statement.sentences))
        return bool(words) and not any(
            len(words & said) >= _SAME * min(len(words), len(said)) for said in self._said
        )

    def _least(self, role: StoryRole) -> float:
        is_long = len(self._sentences) > _LABELLED_LENGTH
        return self.model.least[role] + (_SURER if is_long else 0.0)

    def _why(self) -> tuple[Sentence, ...]:
        """The likeliest reason, with what stands beside it in the same turn and may be one."""
        chances = self._chances[StoryRole.WHY]
        best = max(chances, key=chances.__getitem__, default=None)
        if best is None or chances[best] < self._least(StoryRole.WHY):
            return ()
        turn = self._sentences[best].turn
        beside = (best + step for step in _WHY_REACH)
        near = (
            place
            for place in beside
            if chances.get(place, 0.0) >= _WHY_PARTNER and self._sentences[place].turn == turn
        )
        return tuple(self._sentences[place] for place in sorted({best, *near}))


def _rank(statement: Statement) -> float:
    return -statement.chance
