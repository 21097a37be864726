"""A session as text for a model, no longer than it is worth paying for.  Pure.

What people and the agent said is kept whole; of what ran, how it ended, and what a failure
printed.  What files hold stands in the repository, and what was changed in the diff: a model need
not be paid for reading either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gitmem.compress.failures import signatures
from gitmem.compress.models.excerpts import (
    keep_lines,
    keep_newest,
    keep_story,
    keep_telling,
    keep_words_about_code,
)
from gitmem.compress.models.other_work import PathNames, commands_of, is_commit_of, other_work
from gitmem.compress.models.outcomes import (
    Ending,
    bare_command,
    commits_printed,
    endings_of,
    is_output,
    is_refusal,
    never_ran,
    runs_something,
    words_of_refusal,
)
from gitmem.guard.untrusted import clean_text
from gitmem.model.change import Change
from gitmem.model.session import EDIT_TOOLS, REPORT_TOOLS, RUN_TOOLS, Event, EventKind, Slice

_MAX_WORDS = 8_000
_MAX_OWN_SUMMARY = 5_000
_MAX_SUMMARY = 2_400
_MAX_THOUGHT = 400
_MAX_FAILURE = 1_200
_MAX_GONE = 600
_MAX_OUTPUT = 240
_MAX_COMMAND = 120
_MAX_REPORT = 3_000
_MAX_ANSWER = 4_000
_MAX_NARRATION = 600
_KNOWN_LINE = 24
"""Characters from which a line that a failure printed before is not printed again."""

_CLOSER = re.compile(r"</(?=\s*(?:change|session|outline|extracts)\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"\S.{0,600}?(?:[.!?](?=\s)|\n|\Z)|\S.{0,600}", re.DOTALL)
_REASONS = re.compile(
    r"\b(?:because|instead|rather|decid\w+|choos\w+|chose|reject\w*|trade-?offs?|must|cannot|can't"
    r"|won't|constraint\w*|require[sd]?|limit\w*|otherwise|avoid\w*|prefer\w*|root cause"
    r"|the (?:issue|problem|bug|reason) is)\b",
    re.IGNORECASE,
)
_INTENTION = re.compile(
    r"(?:(?:ok(?:ay)?|so|now|first|then|next|wait|actually|hmm)[,.:]? )*"
    r"(?:let me|let's|i'll|i will|i'm going to|i (?:should|need to|want to|have to|can|could))\b",
    re.IGNORECASE,
)
_RESTATES = re.compile(r"(?:the|this) user\b", re.IGNORECASE)
_FIRM_REASON = re.compile(
    r"\b(?:because|otherwise|cannot|can't|won't|root cause|the (?:issue|problem|bug|reason) is)\b",
    re.IGNORECASE,
)
_CHECK = re.compile(
    r"\b(?:tests?|pytest|jest|vitest|lint|fmt|format|gofmt|build|vet|check|tsc|compile|clippy|mypy"
    r"|ruff|eslint|golangci-lint|prettier|install|ci|push|make)\b"
)
_TAKES_BACK = re.compile(
    r"\bgit\b[^|;&\n]{0,200}\b(?:revert|reset|restore|stash|rebase|cherry-pick|merge|checkout)\b"
    r"|(?:^|[;&|] *)(?:rm|mv)\s"
)
_REFUSED = "USER: (refused what the agent was about to do)"
_SHELLS = ("Bash", "PowerShell")
_LAUNCHED = "Async agent launched"
_SUCCESS = re.compile(
    r"ok\s|\?\s.*no test files|(?:===|---) (?:RUN|PASS|CONT|PAUSE)|PASS\b|.* PASSED\b|test .* ok$"
)
_WORD = re.compile(r"[^#\w]{0,8}\w")
_NARRATION = re.compile(r"(?:now|next|first|then|finally)\b[^\n]{0,160}:$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line or several of the text.  ``is_prompt``: a turn begins with it."""

    text: str
    is_prompt: bool = False


def session_lines(part: Slice, change: Change | None) -> list[Line]:
    """What the session says, in order; secrets were masked before.

    Of work that went into another commit only the person's words are told, and which commit.
    """
    return _Telling(part, change).lines()


def as_data(text: str) -> str:
    """Text that cannot end the part it is in; the rest stays, to be copied verbatim."""
    return _CLOSER.sub("< /", clean_text(text, len(text)))


class _Telling:
    """One slice while it is told: what ran, what was edited, and what was told already."""

    def __init__(self, part: Slice, change: Change | None) -> None:
        self._events = part.events
        self._change = change
        self._names = PathNames(part, change)
        self._commands = commands_of(part.events)
        self._endings = endings_of(part.events, self._commands)
        self._other = other_work(part, change)
        self._retyped = _retyped(part.events)
        self._results = {e.call_id: e for e in part.events if e.kind is EventKind.RESULT}
        self._lines: list[Line] = []
        self._edited: dict[str, int] = {}
        self._passed: dict[str, None] = {}
        self._printed: set[str] = set()
        self._words_of_subagents: set[str] = set()
        self._thoughts: set[str] = set()
        self._is_amid = False

    def lines(self) -> list[Line]:
        for index, event in enumerate(self._events):
            if index in self._other and event.kind is not EventKind.PROMPT:
                self._tell_commits(event)
            else:
                self._tell(index, event)
        self._flush()
        return self._lines

    def _tell(self, index: int, event: Event) -> None:
        if event.kind is EventKind.CALL:
            self._call(event)
        elif event.kind is EventKind.RESULT:
            self._result(index, event)
        elif event.kind is EventKind.SUMMARY:
            limit = _MAX_SUMMARY if self._is_amid else _MAX_OWN_SUMMARY
            self._say("EARLIER", keep_story(event.text, limit))
        elif event.kind is EventKind.INTERRUPT:
            if not (self._lines and self._lines[-1].text == _REFUSED):
                self._say("USER", "(stopped the agent)")
        elif event.kind is EventKind.PROMPT:
            if index not in self._retyped:
                self._say("USER", keep_lines(event.text, _MAX_WORDS), is_prompt=True)
        elif event.kind is EventKind.SAY:
            self._speech(event)
        elif not event.is_subagent:
            self._say("THOUGHT", self._reasons(event.text))

    def _speech(self, event: Event) -> None:
        if _is_narration(event.text):
            return
        text = keep_words_about_code(event.text)
        if event.is_subagent:
            self._words_of_subagents.add(_opening(event.text))
            self._say("SUBAGENT", keep_lines(text, _MAX_REPORT))
        else:
            self._say("AGENT", keep_lines(text, _MAX_WORDS))

    def _reasons(self, thought: str) -> str:
        """The reasons in what the agent thought, the last ones: most of a thought is about what
        to read next, and its first guesses are often wrong.
        """
        sentences = _sentences(thought)
        places = [
            place
            for place, said in enumerate(sentences)
            if _is_reason(said) and said not in self._thoughts
        ]
        kept = keep_newest([sentences[place] for place in places], _MAX_THOUGHT)
        self._thoughts.update(kept)
        places = places[len(places) - len(kept) :]
        told = [
            said if place == places[0] or place - 1 in places else f"... {said}"
            for place, said in zip(places, kept, strict=True)
        ]
        return " ".join(told)

    def _call(self, event: Event) -> None:
        """An edit that took place, or a command that is still without an answer."""
        result = self._results.get(event.call_id)
        if event.tool in EDIT_TOOLS and event.path:
            if result is None or not (result.is_error or never_ran(result)):
                name = self._names.short(event.path)
                self._edited[name] = self._edited.get(name, 0) + 1
        elif result is None and self._is_waited_for(event):
            self._say("RAN", f"{_first_line(event.text)} (no answer yet)")

    @staticmethod
    def _is_waited_for(call: Event) -> bool:
        return call.tool in RUN_TOOLS and not call.is_subagent and runs_something(call.text)

    def _result(self, index: int, event: Event) -> None:
        if said := words_of_refusal(event):
            path = next((self._names.short(e.path) for e in self._calls(event) if e.path), "")
            about = f"an edit of {path}" if path else "what the agent wanted to do"
            self._say("USER", f"(refusing {about}) {keep_lines(said, _MAX_WORDS)}")
        elif is_refusal(event):
            self._say(*_REFUSED.split(": "))
        elif event.tool in REPORT_TOOLS:
            self._report(event)
        elif is_output(event) and not self._tell_commits(event):
            self._outcome(event, self._endings.get(index, Ending.UNKNOWN))

    def _calls(self, result: Event) -> Iterator[Event]:
        return (e for e in self._events if e.call_id == result.call_id and e is not result)

    def _report(self, event: Event) -> None:
        """What a subagent reported, or what a person answered to a question or a plan."""
        if never_ran(event) or event.text.startswith(_LAUNCHED):
            return
        if event.tool in ("AskUserQuestion", "ExitPlanMode"):
            self._say("USER", f"(answering) {keep_lines(event.text, _MAX_ANSWER)}")
        elif _opening(event.text) not in self._words_of_subagents:
            self._say("REPORT", keep_lines(keep_words_about_code(event.text), _MAX_REPORT))

    def _outcome(self, event: Event, ending: Ending) -> None:
        command = self._commands.get(event.call_id, "")
        if ending is Ending.PASSED:
            if not event.is_subagent:
                self._pass(event, command)
        elif ending in (Ending.FAILED, Ending.GONE):
            limit = _MAX_FAILURE if ending is Ending.FAILED else _MAX_GONE
            shown = self._not_printed_before(event.text)
            label = "FAILED" if ending is Ending.FAILED else "FAILED, GONE LATER"
            messages = [signature.message for signature in signatures(shown)]

            def is_telling(line: str) -> bool:
                squashed = " ".join(line.split())
                return any(message in squashed for message in messages)

            self._say(label, f"{_first_line(command)}\n{keep_telling(shown, is_telling, limit)}")
        elif _TAKES_BACK.search(command) and not event.is_error and not event.is_subagent:
            self._pass(event, command)

    def _pass(self, event: Event, command: str) -> None:
        """What passed is told by its name; of what prints more than that it did, the end."""
        bare = _first_line(command)
        if not bare or event.tool not in _SHELLS:
            return  # it was called in a part that is told elsewhere, or only waited for
        shown = event.text.strip()
        if _CHECK.search(command) or _TAKES_BACK.search(command) or not shown:
            self._passed.setdefault(bare)
        else:
            self._say("RAN", f"{bare}\n{keep_lines(shown, _MAX_OUTPUT)}")

    def _not_printed_before(self, text: str) -> str:
        """A failure's output without what passed, and the long lines that another has shown."""
        lines = [line for line in text.strip().split("\n") if not _SUCCESS.match(line)]
        kept = [line for line in lines if line not in self._printed]
        self._printed.update(line for line in kept if len(line) >= _KNOWN_LINE)
        is_known = len(kept) < len(lines) and len(kept) <= 1
        return "(as before)" if is_known else "\n".join(kept)

    def _tell_commits(self, event: Event) -> bool:
        """Tell of the commits that a command made; whether it made any."""
        if event.kind is not EventKind.RESULT:
            return False
        made = commits_printed(event, self._commands.get(event.call_id, ""))
        for commit in made:
            is_ours = is_commit_of(self._change, commit)
            which = "this commit" if is_ours else "ANOTHER commit"
            self._say("COMMITTED", f"{which}: {commit.oid} {commit.subject}")
        return bool(made)

    def _say(self, label: str, text: str, *, is_prompt: bool = False) -> None:
        if not text.strip():
            return
        self._flush()
        self._is_amid = True
        self._lines.append(Line(f"{label}: {as_data(text.strip())}", is_prompt))

    def _flush(self) -> None:
        """Put down what was edited and what passed since something was said."""
        edited = [f"{n} ({c} times)" if c > 1 else n for n, c in self._edited.items()]
        if edited:
            self._lines.append(Line(f"EDITED: {as_data(', '.join(edited))}"))
        if self._passed:
            self._lines.append(Line(f"PASSED: {as_data('; '.join(self._passed))}"))
        self._edited.clear()
        self._passed.clear()


def _retyped(events: Sequence[Event]) -> set[int]:
    """The indexes of prompts that were stopped before anything was done, and typed again whole."""
    found: set[int] = set()
    waiting: int | None = None
    for index, event in enumerate(events):
        if event.kind is EventKind.PROMPT:
            text = event.text.strip()
            if waiting is not None and text.startswith(events[waiting].text.strip()):
                found.add(waiting)
            waiting = index
        elif event.kind not in (EventKind.INTERRUPT, EventKind.THINK):
            waiting = None
    return found


def _sentences(text: str) -> list[str]:
    return [match.group().strip() for match in _SENTENCE.finditer(text)]


def _is_narration(text: str) -> bool:
    """Whether all that is said is what the agent is about to do."""
    if len(text) > _MAX_NARRATION:
        return False
    sentences = _sentences(text.strip())
    if len(sentences) == 1 and _NARRATION.match(sentences[0]):
        return True
    return all(_INTENTION.match(said) and not _FIRM_REASON.search(said) for said in sentences)


def _is_reason(sentence: str) -> bool:
    if not _REASONS.search(sentence) or sentence.endswith(":") or _RESTATES.match(sentence):
        return False
    return not _INTENTION.match(sentence) or _FIRM_REASON.search(sentence) is not None


def _first_line(command: str) -> str:
    """The first line of a command that is no comment, without where its output goes."""
    lines = (line.strip() for line in command.split("\n"))
    line = bare_command(next((line for line in lines if _WORD.match(line)), ""))
    return line if len(line) <= _MAX_COMMAND else f"{line[:_MAX_COMMAND].rsplit(' ', 1)[0]} ..."


def _opening(text: str) -> str:
    return text.strip()[:160]
