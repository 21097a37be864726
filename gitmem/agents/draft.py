"""Events as an adapter drafts them from a record: bounded, plain, in the model's vocabulary.

What an agent's own format calls a thing ends here; how much of each kind of text is kept is the
same for all agents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from gitmem.agents.json_values import MAX_PATH, parse_name
from gitmem.agents.text_budget import cut_end, cut_middle
from gitmem.model.line_marks import line_marks
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind

_MAX_TEXT = {
    EventKind.PROMPT: 24_000,
    EventKind.SAY: 16_000,
    EventKind.THINK: 6_000,
    EventKind.SUMMARY: 16_000,
}
_MAX_COMMAND = 4_000
_MAX_NEW_TEXT = 600
_MAX_INPUT = 400
_MAX_OUTPUT = 16_000
_MAX_ERROR = 6_000
_MAX_OTHER_RESULT = 600


class Draft:
    """The events of one record; each method yields none where there is nothing to tell."""

    def __init__(self, record: int, time: float, *, is_sidechain: bool = False) -> None:
        self._record = record
        self._time = time
        self._is_sidechain = is_sidechain

    def spoken(self, kind: EventKind, text: object) -> Iterator[Event]:
        """Words: of the user, of the assistant, or a summary.  A subagent has no user."""
        if not isinstance(text, str) or not text.strip():
            return
        if kind is not EventKind.PROMPT or not self._is_sidechain:
            yield self._event(kind, text=cut_middle(text.strip(), _MAX_TEXT[kind]))

    def interrupt(self) -> Iterator[Event]:
        """The user stopped the agent."""
        yield self._event(EventKind.INTERRUPT)

    def call(
        self,
        tool: str,
        call_id: str,
        *,
        text: str = "",
        path: str = "",
        added: str = "",
        removed: str = "",
    ) -> Iterator[Event]:
        """A tool was called: on a file, with a command line, or with some other input.

        ``added`` and ``removed`` are the lines that it put into files and took out of them.
        """
        new, old = line_marks(added.splitlines()), line_marks(removed.splitlines())
        limit = _MAX_INPUT
        if tool in EDIT_TOOLS:
            text, limit = cut_end(text, 4 * _MAX_NEW_TEXT), _MAX_NEW_TEXT
        elif tool in RUN_TOOLS:
            limit = _MAX_COMMAND
        yield self._event(
            EventKind.CALL,
            text=cut_middle(text, limit),
            tool=parse_name(tool),
            path=path if len(path) <= MAX_PATH else "",
            call_id=parse_name(call_id),
            added_marks=new - old,
            removed_marks=old - new,
        )

    def result(self, tool: str, call_id: str, text: str, *, is_error: bool) -> Iterator[Event]:
        """What a tool answered; most answers are code that the repository holds anyway."""
        limit = _MAX_OUTPUT if tool in RUN_TOOLS else _MAX_OTHER_RESULT
        yield self._event(
            EventKind.RESULT,
            text=cut_middle(text, max(limit, _MAX_ERROR if is_error else 0)),
            tool=parse_name(tool),
            call_id=parse_name(call_id),
            is_error=is_error,
        )

    def _event(
        self,
        kind: EventKind,
        *,
        text: str = "",
        tool: str = "",
        path: str = "",
        call_id: str = "",
        is_error: bool = False,
        added_marks: frozenset[int] = frozenset(),
        removed_marks: frozenset[int] = frozenset(),
    ) -> Event:
        return Event(
            kind,
            self._record,
            self._time,
            text=text,
            tool=tool,
            path=path,
            call_id=call_id,
            is_error=is_error,
            is_sidechain=self._is_sidechain,
            added_marks=added_marks,
            removed_marks=removed_marks,
        )


def short_input(inputs: Mapping[str, object]) -> str:
    """What a tool was given, as short JSON: the texts, numbers and truths of it."""
    short = {
        key: cut_middle(value, _MAX_INPUT) if isinstance(value, str) else value
        for key, value in inputs.items()
        if isinstance(value, (str, int, bool))
    }
    return json.dumps(short, ensure_ascii=False) if short else ""
