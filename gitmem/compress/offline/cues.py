"""What can be seen of a sentence: its words, its place, and what was said and done around it.

Numbers between 0 and 1, most of them 0 or 1, for :mod:`gitmem.compress.offline.role_model`.
Whatever is computed here is computed alike when the model is trained.  Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from gitmem.compress.offline.cue_words import (
    ACCEPTANCE,
    AGREEMENT,
    CODE,
    CUE_WORDS,
    INTENT_OPENING,
    OBJECTION,
    OPTION_OPENING,
    QUESTION_WORD,
    REPORT_OPENING,
    REVERSAL,
    STEERING,
    SUGGESTION,
    TAKEN_BACK,
    TASK,
    TEST_NAME,
)
from gitmem.compress.offline.dialogue import Dialogue, Sentence
from gitmem.compress.sentences import FULL_STOPS, QUESTION_MARKS, looks_like_code, stems
from gitmem.model.change import Change
from gitmem.model.text import is_latin, word_count

Cues = Mapping[str, float]

_MOST_STEMS = 40  # of a sentence, and the sentences of a stem, that are compared
_MOST_OF_STEM = 200
_NEAR = 60  # sentences behind one, among which it may be overturned
_FEWEST, _FEWEST_BEYOND = 3, 5  # words of a person that may be told
_FIX = re.compile(r"\b(?:fix|let me)\b", re.I)
_ACCEPTED_PART = re.compile(r"[-–—:] \w")
_BARE_INTENT = re.compile(r"^(?:let me|i['’]?ll|now (?:let|i)|i need|i['’]?m )", re.I)
_PRESENT = re.compile(
    r"\b(?:is|are|does|do|has|have|uses|only|never|always|requires|cannot|can't)\b"
)
_REASONS = ("because", "instead", "so that", "only", "cannot", "should not")
# What means one thing from a person and another from an agent.
_SPOKEN = frozenset(CUE_WORDS) | {
    "question", "no end", "words 6-11", "words 12-24", "words 25+", "no name", "names", "early",
    "position", "edits after", "opens turn", "said later", "answer agrees", "answer objects",
}  # fmt: skip
_CONDITIONS = ("does not", "only", "cannot", "must", "when", "because", "behaves")


def can_be_told(sentence: Sentence) -> bool:
    """Whether a sentence may be worth telling at all: no heading, no plan, no report, no paste."""
    text = sentence.text
    words = word_count(text)
    if text.endswith((":", "：")):
        return False
    if sentence.by_user:
        least = _FEWEST if is_latin(text) else _FEWEST_BEYOND  # else a nod may have as many
        return words >= least and not sentence.is_paste
    if text.endswith(QUESTION_MARKS) or words < 5 or looks_like_code(text):
        return False
    openings = (INTENT_OPENING, REPORT_OPENING, OPTION_OPENING)
    if any(opening.match(text) for opening in openings) or TEST_NAME.search(text):
        return False
    return CUE_WORDS["offer"].search(text) is None


def is_taken_back(dialogue: Dialogue, place: int) -> bool:
    """Whether somebody later takes back what the sentence at a place says, in words it shares."""
    sentence = dialogue.sentences[place]
    return any(
        other.turn > sentence.turn
        and TAKEN_BACK.search(other.text) is not None
        and len(sentence.stems & other.stems) >= max(2, 0.3 * len(sentence.stems))
        for other in dialogue.sentences[place + 1 :]
    )


def cues_of(dialogue: Dialogue, change: Change | None) -> list[Cues]:
    """The cues of every sentence, in order."""
    observer = _Observer(dialogue, change)
    return [observer.cues(place) for place in range(len(dialogue.sentences))]


@dataclass(frozen=True)
class _Likeness:
    """How often a sentence is said again: later, earlier, and by the other speaker."""

    later: int
    earlier: int
    by_other: bool


@dataclass(frozen=True)
class _Turn:
    """A turn's sentences: whether one steers, whether one of the first is more than a task, and
    how many were pasted.
    """

    texts: Sequence[str]
    steers: bool
    orders: bool
    pastes: int


class _Observer:
    """Looks at one sentence after the other; what they share is found once."""

    def __init__(self, dialogue: Dialogue, change: Change | None) -> None:
        self._dialogue = dialogue
        self._sentences = dialogue.sentences
        paths = [PurePosixPath(path) for path in (change.paths if change else ())]
        self._names = {path.name for path in paths}
        self._name_stems = frozenset().union(*(stems(path.stem) for path in paths), frozenset())
        self._subject = stems(change.subject) if change else frozenset()
        self._words = [self._word_cues(sentence) for sentence in self._sentences]
        self._places: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, sentence in enumerate(self._sentences):
            self._places[sentence.stems].append(place)
        self._by_stem: dict[str, list[frozenset[str]]] = defaultdict(list)
        for words in self._places:
            for stem in words:
                self._by_stem[stem].append(words)
        self._alike: dict[frozenset[str], list[int]] = {}
        self._turns: dict[int, _Turn] = {}
        self._reverses = [REVERSAL.search(s.text) is not None for s in self._sentences]
        self._first_said: dict[frozenset[str], int] = {}
        for place, sentence in enumerate(self._sentences):
            self._first_said.setdefault(sentence.stems, place)
        prompts = [s.turn for s in self._sentences if s.by_user]
        self._first_prompt = prompts[0] if prompts else -1

    def cues(self, place: int) -> Cues:
        """The cues of the sentence at a place; those that are 0 are left out."""
        sentence = self._sentences[place]
        cues = dict(self._words[place])
        cues.update(self._form(sentence))
        cues.update(self._position(place, sentence))
        cues.update(self._neighbours(place, sentence))
        cues.update(self._repetition(place, sentence))
        cues.update(self._prompt(sentence) if sentence.by_user else self._answer(place, sentence))
        cues.update(self._joint(sentence, cues))
        speaker = "user" if sentence.by_user else "agent"
        cues.update({f"{speaker}: {name}": cues[name] for name in _SPOKEN & cues.keys()})
        return {name: float(value) for name, value in cues.items() if value}

    @staticmethod
    def _word_cues(sentence: Sentence) -> dict[str, float]:
        return {name: 1.0 for name, words in CUE_WORDS.items() if words.search(sentence.text)}

    def _form(self, sentence: Sentence) -> dict[str, float]:
        text = sentence.text
        words, names = word_count(text), len(CODE.findall(text))
        return {
            "by user": sentence.by_user,
            "words <6": words < 6,
            "words 6-11": 6 <= words < 12,
            "words 12-24": 12 <= words < 25,
            "words 25+": words >= 25,
            "words 40+": words >= 40,
            "question": text.endswith(QUESTION_MARKS),
            "no end": not text.endswith((*FULL_STOPS, ":", "：")),
            "names": min(names, 4) / 4,
            "no name": not names,
            "looks like code": looks_like_code(text),
            "stems": min(len(sentence.stems), 16) / 16,
            "few stems": len(sentence.stems) < 4,
            "subject": len(sentence.stems & self._subject) / max(1, len(self._subject)),
            "changed file": any(name in text for name in self._names),
            "changed file's words": min(3, len(sentence.stems & self._name_stems)) / 3,
        }

    def _position(self, place: int, sentence: Sentence) -> dict[str, float]:
        count, turns = len(self._sentences), len(self._dialogue.turns)
        before = self._dialogue.edits_between(0, sentence.at)
        after = len(self._dialogue.edits) - before
        return {
            "position": place / max(1, count - 1),
            "session length": min(count, 200) / 200,
            "early": place < 8,
            "late": place > count - 12,
            "first turn": sentence.turn == 0,
            "first prompt": sentence.by_user and sentence.turn == self._first_prompt,
            "last turns": sentence.turn >= turns - 2,
            "first of message": sentence.place == 0,
            "early in message": 1 <= sentence.place <= 4,
            "late in message": sentence.place >= 5,
            "last of message": sentence.place == sentence.length - 1,
            "behind edit call": sentence.behind == "edit",
            "behind run": sentence.behind == "run",
            "behind look": sentence.behind == "look",
            "behind failure": sentence.is_behind_failure,
            "long message": sentence.length >= 8,
            "whole message": sentence.length == 1,
            "edits before": before > 0,
            "edits after": after > 0,
            "no edits": before + after == 0,
            "after last edit": before > 0 and after == 0,
        }

    def _neighbours(self, place: int, sentence: Sentence) -> dict[str, float]:
        cues: dict[str, float] = {}
        if place:
            before, words = self._sentences[place - 1], self._words[place - 1]
            cues |= {
                "behind colon": before.text.endswith(":"),
                "behind root cause": "root cause" in words or "found it" in words,
                "behind question": before.text.endswith(QUESTION_MARKS)
                and before.turn == sentence.turn,
                "behind edit": "begins with edit" in words,
                "behind option": "option" in words,
                "behind intent": "intent" in words,
                "behind agreed": "agreed" in words,
                "opens turn": before.turn != sentence.turn,
            }
        if place + 1 < len(self._sentences):
            after, words = self._sentences[place + 1], self._words[place + 1]
            cues |= {
                "before intent": "intent" in words,
                "before question": after.text.endswith(QUESTION_MARKS),
                "before option": "option" in words,
                "before fix": _FIX.search(after.text) is not None,
            }
        following = self._texts(sentence.turn + 1)
        if not following:
            return cues | {"no answer": True}
        answer = " ".join(following[:3])
        return cues | {
            "answer agrees": AGREEMENT.match(answer) is not None,
            "answer objects": OBJECTION.search(answer[:200]) is not None,
            "answer asks": "?" in answer[:300],
            "answer short": word_count(answer) < 12,
            "answer repeats": self._overlap(sentence, sentence.turn + 1),
        }

    def _repetition(self, place: int, sentence: Sentence) -> dict[str, float]:
        found = self._likeness(place, sentence)
        again = self._turn(sentence.turn - 1)
        return {
            "said later": min(found.later, 3) / 3,
            "said earlier": min(found.earlier, 3) / 3,
            "said by other": found.by_other,
            "said before alike": bool(sentence.stems) and self._first_said[sentence.stems] < place,
            "turn before asks": bool(again)
            and self._sentences[again[-1]].text.endswith(QUESTION_MARKS),
            "turn before says": self._overlap(sentence, sentence.turn - 1),
            "overturned": self._is_overturned(place, sentence),
        }

    def _likeness(self, place: int, sentence: Sentence) -> _Likeness:
        if sentence.stems not in self._alike:
            self._alike[sentence.stems] = self._places_alike(sentence.stems)
        alike = self._alike[sentence.stems]
        at = bisect_left(alike, place)
        later = alike[at:][alike[at : at + 1] == [place] :]
        by_other = any(self._sentences[other].by_user is not sentence.by_user for other in later)
        return _Likeness(len(later), at, by_other)

    def _places_alike(self, words: frozenset[str]) -> list[int]:
        """Where the same is said, or half of it, ascending; of the commonest words, not all."""
        shared: dict[frozenset[str], int] = defaultdict(int)
        for stem in sorted(words)[:_MOST_STEMS]:
            for other in self._by_stem[stem][:_MOST_OF_STEM]:
                shared[other] += 1
        least = max(3.0, 0.5 * len(words))
        found = (self._places[other] for other, count in shared.items() if count >= least)
        return sorted(place for places in found for place in places)

    def _is_overturned(self, place: int, sentence: Sentence) -> bool:
        return any(
            self._reverses[other]
            and self._sentences[other].turn > sentence.turn
            and len(sentence.stems & self._sentences[other].stems) >= 2
            for other in range(place + 1, min(place + _NEAR, len(self._sentences)))
        )

    def _prompt(self, sentence: Sentence) -> dict[str, float]:
        """What a person's words ask for, and how the agent takes them."""
        text, turn = sentence.text, sentence.turn
        answer = self._texts(turn + 1)
        own = self._turn(turn)
        is_task, is_steering = TASK.match(text), STEERING.search(text)
        is_paste = self._said(turn).pastes >= 2
        is_mid = turn >= 2 and len(own) <= 5
        accepted = any(ACCEPTANCE.match(said) for said in answer[:2])
        edits = self._dialogue.edits_in_turn(turn + 1) > 0
        asked = any(said.endswith(QUESTION_MARKS) for said in self._texts(turn - 1)[-2:])
        turns = is_mid and is_steering and not is_task and not is_paste
        turns = turns and not QUESTION_WORD.match(text)
        return {
            "task": is_task is not None,
            "question word": QUESTION_WORD.match(text) is not None,
            "paste around": is_paste,
            "accepted": accepted,
            "edits follow": edits,
            "steers": is_steering is not None,
            "steers, accepted": is_steering is not None and accepted,
            "steers, edits follow": bool(is_steering and edits and not is_task),
            "mid": turn >= 2,
            "mid, short": is_mid,
            "mid, steers": bool(turns),
            "mid, steers, edits follow": bool(turns) and edits,
            "mid, steers, accepted": bool(turns) and accepted,
            "first exchange": turn <= 1,
            "answers": asked,
            "answers, no task": asked and not is_task and not text.endswith(QUESTION_MARKS),
            "long prompt": len(own) >= 8,
        }

    def _answer(self, place: int, sentence: Sentence) -> dict[str, float]:
        """What the agent's words answer, and how a person takes them."""
        text, turn = sentence.text, sentence.turn
        own = self._turn(turn)
        rank = place - own[0]
        prompts, following = self._said(turn - 1), self._texts(turn + 1)
        opening = self._texts(turn)[: min(2, rank + 1)]
        accepts = rank <= 3 and any(ACCEPTANCE.match(said) for said in opening)
        was_steered = prompts.orders and len(prompts.texts) <= 5
        last_edit = self._dialogue.last_edit_of_turn(turn)
        is_final = last_edit >= 0 and sentence.at > last_edit
        is_taken = bool(following) and AGREEMENT.match(following[0]) is not None
        return {
            "accepts": accepts and rank == 0,
            "accepting": accepts,
            "accepting, says": accepts and not _BARE_INTENT.match(text),
            "accepting, steered": accepts and prompts.steers,
            "accepting, repeats": accepts and self._overlap(sentence, turn - 1) > 0.2,
            "accepts and says": bool(ACCEPTANCE.match(text)) and bool(_ACCEPTED_PART.search(text)),
            "edits in turn": self._dialogue.edits_in_turn(turn) > 0,
            "final": is_final,
            "steered": was_steered,
            "final, steered": is_final and was_steered,
            "taken": is_taken,
            "taken, edits follow": is_taken and self._dialogue.edits_in_turn(turn + 2) > 0,
        }

    @staticmethod
    def _joint(sentence: Sentence, cues: Mapping[str, float]) -> dict[str, float]:
        """Cues that tell only together."""

        def has(*names: str) -> bool:
            return any(cues.get(name) for name in names)

        if sentence.by_user:
            choice = ("let us choose", "should not", "do not", "instead", "should", "keep")
            return {
                "user chooses": has(*choice, "go with", "skip", "on second thought"),
                "user suggests": has("question") and bool(SUGGESTION.search(sentence.text)),
            }
        is_present = _PRESENT.search(sentence.text) is not None
        is_present = is_present and not has("intent", "I", "begins with edit", "hedge")
        is_fact = is_present and has("names") and has(*_CONDITIONS) and not has("question")
        is_lack = has("does not", "fault", "only", "cannot", "did not", "before")
        return {
            "lack, edits after": is_lack and has("edits after"),
            "lack of changed code": is_lack and has("changed file's words", "changed file"),
            "lack of changed code, edits after": is_lack
            and has("changed file's words", "changed file")
            and has("edits after"),
            "fact, edits after": is_fact and has("edits after"),
            "fact, final": is_fact and has("final"),
            "fact behind failure": is_fact and has("behind failure"),
            "fact behind look": is_fact and has("behind look"),
            "agent intends": has("intent"),
            "agent reports": has("begins with edit"),
            "final, now": has("final") and has("now"),
            "final, reason": has("final") and has(*_REASONS),
            "taken, recommended": has("taken") and has("recommend"),
            "present": is_present,
            "like a fact": is_fact,
            "like a fact alone": is_fact and not has("leans on before"),
            "instead because": has("instead") and has("because", "so that"),
        }

    def _turn(self, turn: int) -> Sequence[int]:
        return self._dialogue.turns[turn] if 0 <= turn < len(self._dialogue.turns) else ()

    def _texts(self, turn: int) -> Sequence[str]:
        return self._said(turn).texts

    def _said(self, turn: int) -> _Turn:
        """What was said in a turn; looked at once, for each sentence of the next asks again."""
        if turn not in self._turns:
            own = [self._sentences[place] for place in self._turn(turn)]
            texts = [sentence.text for sentence in own]
            self._turns[turn] = _Turn(
                texts,
                steers=any(STEERING.search(text) for text in texts),
                orders=any(STEERING.search(t) and not TASK.match(t) for t in texts[:4]),
                pastes=sum(sentence.is_paste for sentence in own),
            )
        return self._turns[turn]

    def _overlap(self, sentence: Sentence, turn: int) -> float:
        """The largest share of its words that a sentence of the turn has, too."""
        if not sentence.stems:
            return 0.0
        others = (self._sentences[place] for place in self._turn(turn)[-40:])
        most = max((len(sentence.stems & other.stems) for other in others), default=0)
        return most / len(sentence.stems)
