"""A session as text for a model, no longer than it is worth paying for.  Pure.

What people and the agent said is kept; of what tools printed, failures.  What files hold stands
in the repository, and what was changed in the diff: a model need not be paid for reading either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from gitmem.compress.failures import failures_of
from gitmem.guard.untrusted import clean_text
from gitmem.model.session import EDIT_TOOLS, REPORT_TOOLS, RUN_TOOLS, Event, EventKind

_MAX_WORDS = 4_000
_MAX_SUMMARY = 6_000
_MAX_THOUGHT = 360
_MAX_FAILURE = 1_600
_MAX_OUTPUT = 160
_MAX_COMMAND = 240
_MAX_REPORT = 2_000
_CLOSER = re.compile(r"</(?=\s*(?:change|session|outline|extracts)\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]{1,600}(?:[.!?\n]+|\Z)")
_REASONS = re.compile(
    r"\b(?:because|instead|rather|decid\w+|choos\w+|chose|reject\w*|trade-?offs?|must|cannot|can't"
    r"|won't|constraint\w*|require[sd]?|limit\w*|otherwise|avoid\w*|prefer\w*|root cause"
    r"|the (?:issue|problem|bug|reason) is)\b",
    re.IGNORECASE,
)


def session_lines(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """The events that say something, each with its text; secrets were masked before."""
    failing = {failure.at for failure in failures_of(events)}
    for place, event in enumerate(events):
        if text := _text(event, is_failure=event.is_error or place in failing):
            yield event, text


def as_data(text: str) -> str:
    """Text that cannot end the part it is in; the rest stays, to be copied verbatim."""
    return _CLOSER.sub("< /", clean_text(text, len(text)))


def cut_middle(text: str, limit: int) -> str:
    """At most about ``limit`` characters: the first third and the end."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 3]}\n[...]\n{text[-(limit - limit // 3) :]}"


def _text(event: Event, *, is_failure: bool) -> str:
    if event.kind is EventKind.RESULT:
        return _result(event, is_failure)
    if event.is_subagent and event.kind is not EventKind.SAY:
        return _call(event) if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS else ""
    return _TEXTS.get(event.kind, _nothing)(event)


def _result(event: Event, is_failure: bool) -> str:
    if is_failure:
        return f"FAILED: {as_data(cut_middle(event.text, _MAX_FAILURE))}"
    if event.tool in REPORT_TOOLS:
        return f"OUTPUT: {as_data(cut_middle(event.text, _MAX_REPORT))}"
    if event.tool in RUN_TOOLS and event.text.strip() and not event.is_subagent:
        return f"OUTPUT: {as_data(cut_middle(event.text.strip(), _MAX_OUTPUT))}"
    return ""


def _call(event: Event) -> str:
    """A command, or the file that was edited; what was looked at is left out."""
    if event.tool in RUN_TOOLS:
        return f"TOOL {as_data(event.tool)}: {as_data(cut_middle(event.text, _MAX_COMMAND))}"
    if event.tool in EDIT_TOOLS:
        return f"TOOL {as_data(event.tool)}: {as_data(event.path)}"
    return ""


def _thought(event: Event) -> str:
    """The reasons in what the agent thought: most of a thought is about what to read next."""
    found = [s.strip() for s in _SENTENCE.findall(event.text) if _REASONS.search(s)]
    kept = cut_middle(" ".join(found), _MAX_THOUGHT)
    return f"THOUGHT: {as_data(kept)}" if kept else ""


def _nothing(_: Event) -> str:
    return ""


_TEXTS: dict[EventKind, Callable[[Event], str]] = {
    EventKind.PROMPT: lambda event: f"USER: {as_data(event.text[:_MAX_WORDS])}",
    EventKind.SUMMARY: lambda event: f"EARLIER: {as_data(cut_middle(event.text, _MAX_SUMMARY))}",
    EventKind.SAY: lambda event: f"AGENT: {as_data(event.text[:_MAX_WORDS])}",
    EventKind.THINK: _thought,
    EventKind.CALL: _call,
}
