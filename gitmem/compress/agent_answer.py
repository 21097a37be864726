"""What a session's own agent says about a commit: read, and checked as a model's answer is.  Pure.

Each decision and fact needs a quotation that the session has, and that speaks of the same thing;
what has none is left out, and the agent is told so.  The reason and what is left to do are its own
words.  Nothing may claim a change of a file that the commit did not change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gitmem.compress.claims import is_borne_out
from gitmem.compress.quotes import SessionWords, fold
from gitmem.errors import UsageError
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.change import Change
from gitmem.model.memory import KINDS, Citation, Decision
from gitmem.model.session import Event, EventKind
from gitmem.model.text import PROSE_STOP_WORDS, beginnings, words_of

MAX_ANSWER = 20_000
"""Characters of an answer as it is written on a command's standard input."""

_MOST_READ = 8_000  # of one text; of what is kept, less
_MOST_ITEMS = 50
_MAX_ITEMS = 8
_MAX_FILES = 50
_MAX_TEXT = 600
_MAX_TITLE = 120
_MAX_QUOTE = 400
_MIN_WORDS = 3  # numbers among them: "discount(100, 150) was -50" says something
_SHOWN = 60
_NOTHING = "it says nothing"

_FIELDS = ("why", "decision", "because", "rejected", "fact", "quote", "next", "title", "kind")
_FIELD = re.compile(rf"[ \t>*-]{{0,8}}({'|'.join(_FIELDS)})[ \t*]{{0,4}}:[ \t]*", re.IGNORECASE)
# On the line of a decision or fact: "decision: X; because: Y".
_INNER = re.compile(r"\s*[;|/]\s+(?=(?:because|rejected|quote)\s*:)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"(?:n/?a|none|nothing|null|todo|tbd|unknown|see (?:the )?diff)\W*", re.I)


@dataclass(frozen=True)
class DecisionClaim:
    """A decision, and the words of the session that are to prove it."""

    decision: Decision
    quote: str = ""


@dataclass(frozen=True)
class FactClaim:
    """A fact, and the words of the session that are to prove it."""

    text: str
    quote: str = ""


@dataclass(frozen=True)
class AgentAnswer:
    """What the agent says, as it said it.  ``files`` are paths as it names them."""

    why: str = ""
    decisions: tuple[DecisionClaim, ...] = ()
    facts: tuple[FactClaim, ...] = ()
    next: tuple[str, ...] = ()
    title: str = ""
    kind: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedAnswer:
    """What of an answer holds, cleaned and capped; ``refusals`` say of the rest why not."""

    why: str = ""
    decisions: tuple[Decision, ...] = ()
    what: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it is a memory by itself: a next step alone is none."""
        return bool(self.why or self.decisions or self.what)


def answer_of(fields: Mapping[str, Any]) -> AgentAnswer:
    """An answer from plain values, as a tool's arguments or JSON have them.

    Raises:
        UsageError: a field has a form that nothing can be made of.
    """
    try:
        return AgentAnswer(
            why=_text(fields.get("why")),
            decisions=tuple(map(_decision_claim, _items(fields.get("decisions")))),
            facts=tuple(map(_fact_claim, _items(fields.get("facts")))),
            next=tuple(map(_text, _items(fields.get("next")))),
            title=_text(fields.get("title")),
            kind=_text(fields.get("kind")).strip().lower(),
            files=tuple(map(_text, _items(fields.get("files")))),
        )
    except (TypeError, AttributeError) as error:
        raise UsageError(
            f"the answer cannot be read: {error}",
            "why: text; decisions: [{chose, because, rejected, quote}]; facts: [{text, quote}];"
            " next: [text]",
        ) from error


def parse_answer(text: str) -> AgentAnswer:
    """An answer as a command reads it: lines that begin with ``why:``, ``decision:``,
    ``because:``, ``rejected:``, ``fact:``, ``quote:`` or ``next:``, or a JSON object.

    A line that begins with none of them continues the one before.

    Raises:
        UsageError: it is too long, or neither.
    """
    if len(text) > MAX_ANSWER:
        raise UsageError(
            f"the answer has {len(text)} characters; the limit is {MAX_ANSWER}",
            "Nothing was kept. Say only what the diff does not show",
        )
    if text.lstrip().startswith("{"):
        try:
            return answer_of(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the answer is no JSON: {error}", "Nothing was kept") from error
    return _answer_of_lines(_named_lines(text))


def events_before(events: Sequence[Event]) -> list[Event]:
    """The events up to the last one that the agent was told something by.

    What it said or thought since then is where it composed the answer, and proves nothing.
    """
    told = (EventKind.PROMPT, EventKind.RESULT, EventKind.SUMMARY)
    last = max((n for n, event in enumerate(events) if event.kind in told), default=-1)
    return list(events[: last + 1])


def check_answer(answer: AgentAnswer, words: SessionWords | None, change: Change) -> CheckedAnswer:
    """What of the answer may be kept.

    ``words`` are what was said in the session before, None where nobody can tell any more: then no
    decision and no fact is kept.
    """
    return _Check(words, change).answer(answer)


@dataclass
class _Check:
    words: SessionWords | None
    change: Change
    refusals: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def answer(self, answer: AgentAnswer) -> CheckedAnswer:
        why = clean_text(answer.why, _MAX_TEXT).strip()
        if why and (problem := self._problem(why) or self._problem_of_why(why)):
            self._refuse("why", why, problem)
            why = ""
        decisions = tuple(self._decisions(answer.decisions[:_MAX_ITEMS]))
        facts = tuple(self._facts(answer.facts[:_MAX_ITEMS]))
        steps = tuple(self._steps(answer.next[:_MAX_ITEMS]))
        for name, items in (
            ("decisions", answer.decisions),
            ("facts", answer.facts),
            ("next", answer.next),
        ):
            if len(items) > _MAX_ITEMS:
                self.refusals.append(f"{name}: more than {_MAX_ITEMS}, the rest was left out")
        return CheckedAnswer(
            why, decisions, facts, steps, tuple(self.citations), tuple(self.refusals)
        )

    def _decisions(self, claims: Sequence[DecisionClaim]) -> Iterator[Decision]:
        count = 0
        for claim in claims:
            given = claim.decision
            chose = clean_text(given.chose, _MAX_TEXT).strip()
            because = clean_text(given.because, _MAX_TEXT).strip()
            rejected = tuple(_cleaned(given.rejected))
            told = " ".join((chose, because, *rejected))
            problem = "" if _meaning(chose) else _NOTHING
            problem = problem or self._file_problem(chose) or self._file_problem(because)
            if self._is_proved("decision", chose, told, claim.quote, problem, f"decisions/{count}"):
                count += 1
                yield Decision(chose, because, rejected)

    def _facts(self, claims: Sequence[FactClaim]) -> Iterator[str]:
        count = 0
        for claim in claims:
            told = clean_text(claim.text, _MAX_TEXT).strip()
            problem = self._problem(told)
            if self._is_proved("fact", told, told, claim.quote, problem, f"what/{count}"):
                count += 1
                yield told

    def _steps(self, steps: Iterable[str]) -> Iterator[str]:
        for step in _cleaned(steps):
            if problem := _emptiness(step):
                self._refuse("next", step, problem)
            else:
                yield step

    def _is_proved(
        self, name: str, claim: str, told: str, quote: str, problem: str, item: str
    ) -> bool:
        """Whether the claim holds; its citation is noted, or else why not."""
        cleaned = clean_text(quote, _MAX_QUOTE).strip()
        records: tuple[int, ...] = ()
        if not problem and not cleaned:
            problem = "it has no quote"
        if not problem and self.words is None:
            problem = "the session's transcript is not there to check the quote"
        if not problem and self.words is not None:
            records = self.words.records_of(cleaned)
            if not records:
                problem = "its quote is not in the session"
            elif not _speaks_of(cleaned, told):
                problem = "its quote speaks of something else"
        if problem:
            self._refuse(name, claim, problem)
            return False
        self.citations.append(Citation(item, records, cleaned))
        return True

    def _problem(self, text: str) -> str:
        return _emptiness(text) or self._file_problem(text)

    def _problem_of_why(self, why: str) -> str:
        is_subject = fold(why).rstrip(" .") == fold(self.change.subject).rstrip(" .")
        return "it only repeats the commit's subject" if is_subject else ""

    def _file_problem(self, text: str) -> str:
        is_true = all(is_borne_out(sentence, self.change) for sentence in text.splitlines())
        return "" if is_true else "the commit did not change that file"

    def _refuse(self, name: str, text: str, problem: str) -> None:
        self.refusals.append(f"{name} '{clean_line(text, _SHOWN)}': {problem}")


def masked_answer(answer: AgentAnswer, mask: Callable[[str], str]) -> AgentAnswer:
    """The answer with every text masked: before it is compared with what is masked as well."""
    return AgentAnswer(
        why=mask(answer.why),
        decisions=tuple(
            DecisionClaim(
                Decision(
                    mask(claim.decision.chose),
                    mask(claim.decision.because),
                    tuple(mask(text) for text in claim.decision.rejected),
                ),
                mask(claim.quote),
            )
            for claim in answer.decisions
        ),
        facts=tuple(FactClaim(mask(claim.text), mask(claim.quote)) for claim in answer.facts),
        next=tuple(mask(step) for step in answer.next),
        title=clean_line(mask(answer.title), _MAX_TITLE),
        kind=answer.kind if answer.kind in KINDS else "",
        files=tuple(mask(path) for path in answer.files[:_MAX_FILES]),
    )


def _cleaned(texts: Iterable[str]) -> Iterator[str]:
    cleaned = (clean_text(text, _MAX_TEXT).strip() for text in list(texts)[:_MAX_ITEMS])
    return (text for text in cleaned if text)


def _emptiness(text: str) -> str:
    """Why a text tells nothing to somebody who reads it alone; empty where it does tell."""
    words = set(words_of(text))
    if _PLACEHOLDER.fullmatch(text) or all(word.isdigit() for word in words):
        return _NOTHING
    return "it is too short to be understood alone" if len(words) < _MIN_WORDS else ""


def _meaning(text: str) -> frozenset[str]:
    return beginnings(words_of(text), PROSE_STOP_WORDS)


def _speaks_of(quote: str, claim: str) -> bool:
    """Whether a quotation has a word of the claim; one in another language cannot have any, and
    one language's small words tell it from another.
    """
    if _meaning(quote) & _meaning(claim):
        return True
    said, told = (any(w in PROSE_STOP_WORDS for w in words_of(one)) for one in (quote, claim))
    return said != told


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise TypeError(f"a text was expected, not a {type(value).__name__}")
    return str(value)[:_MOST_READ]


def _items(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value)[:_MOST_ITEMS] if isinstance(value, (list, tuple)) else [value]


def _decision_claim(value: Any) -> DecisionClaim:
    if not isinstance(value, Mapping):
        return DecisionClaim(Decision(_text(value)))
    chose = value.get("chose") or value.get("decision")
    rejected = tuple(map(_text, _items(value.get("rejected"))))
    decision = Decision(_text(chose), _text(value.get("because")), rejected)
    return DecisionClaim(decision, _text(value.get("quote")))


def _fact_claim(value: Any) -> FactClaim:
    if not isinstance(value, Mapping):
        return FactClaim(_text(value))
    return FactClaim(_text(value.get("text") or value.get("fact")), _text(value.get("quote")))


def _named_lines(text: str) -> Iterator[tuple[str, str]]:
    """Each field with its text, in order.

    Raises:
        UsageError: the text begins with none.
    """
    name, said = "", ""
    for line in (part for whole in text.splitlines() for part in _INNER.split(whole)):
        found = _FIELD.match(line)
        if found:
            if name:
                yield name, said.strip()
            name, said = found[1].lower(), line[found.end() :]
        elif name:
            said += f"\n{line}"
        elif line.strip():
            raise UsageError(
                f"a line begins with none of {', '.join(f'{one}:' for one in _FIELDS)}",
                "Nothing was kept. See: gitmem remember --help",
            )
    if name:
        yield name, said.strip()


def _answer_of_lines(lines: Iterable[tuple[str, str]]) -> AgentAnswer:
    """What belongs to a decision or fact stands below it."""
    answer = AgentAnswer()
    claims: list[DecisionClaim | FactClaim] = []
    for name, said in lines:
        if name == "decision":
            claims.append(DecisionClaim(Decision(said)))
        elif name == "fact":
            claims.append(FactClaim(said))
        elif name == "next":
            answer = replace(answer, next=(*answer.next, said))
        elif name == "why":
            answer = replace(answer, why=said)
        elif name == "title":
            answer = replace(answer, title=said)
        elif name == "kind":
            answer = replace(answer, kind=said.lower())
        elif claims:
            claims[-1] = _with(claims[-1], name, said)
    return replace(
        answer,
        decisions=tuple(claim for claim in claims if isinstance(claim, DecisionClaim)),
        facts=tuple(claim for claim in claims if isinstance(claim, FactClaim)),
    )


def _with(claim: DecisionClaim | FactClaim, name: str, said: str) -> DecisionClaim | FactClaim:
    if name == "quote":
        return replace(claim, quote=said)
    if isinstance(claim, FactClaim):
        return claim
    given = claim.decision
    if name == "because":
        return replace(claim, decision=replace(given, because=said))
    return replace(claim, decision=replace(given, rejected=(*given.rejected, said)))
