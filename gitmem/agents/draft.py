"""Events as an adapter drafts them from a record: bounded, plain, in the model's vocabulary.

What an agent's own format calls a thing ends here; how much of each kind of text is kept is the
same for all agents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitmem.agents.text_budget import cut_middle
from gitmem.model.line_marks import line_marks
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind

MAX_PATH = 4_096

_MAX_TEXT = {
    EventKind.PROMPT: 24_000,
    EventKind.SAY: 16_000,
    EventKind.THINK: 6_000,
    EventKind.SUMMARY: 16_000,
}
_MAX_COMMAND = 4_000
_MAX_NEW_TEXT = 600
_MAX_INPUT = 400
_MAX_NAME = 200
_MAX_OUTPUT = 16_000
_MAX_ERROR = 6_000
_MAX_OTHER_RESULT = 600


class Draft:
    """The events of one record; each method yields none if there is nothing to report."""

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
            text, limit = text[: 4 * _MAX_NEW_TEXT], _MAX_NEW_TEXT
        elif tool in RUN_TOOLS:
            limit = _MAX_COMMAND
        yield self._event(
            EventKind.CALL,
            text=cut_middle(text, limit),
            tool=name_of(tool),
            path=path if len(path) <= MAX_PATH else "",
            call_id=name_of(call_id),
            added_marks=new - old,
            removed_marks=old - new,
        )

    def result(self, tool: str, call_id: str, text: str, *, is_error: bool) -> Iterator[Event]:
        """What a tool answered; most answers are code that the repository holds anyway."""
        limit = _MAX_OUTPUT if tool in RUN_TOOLS else _MAX_OTHER_RESULT
        yield self._event(
            EventKind.RESULT,
            text=cut_middle(text, max(limit, _MAX_ERROR if is_error else 0)),
            tool=name_of(tool),
            call_id=name_of(call_id),
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


def name_of(value: object) -> str:
    """A tool's name or a call's id, if it is a text."""
    return cut_middle(value[:_MAX_NAME], _MAX_NAME) if isinstance(value, str) else ""


def mapping_of(value: object) -> Mapping[str, Any]:
    """A JSON object; empty when it is something else."""
    return value if isinstance(value, dict) else {}


def mappings_of(value: object) -> list[Mapping[str, Any]]:
    """The JSON objects of a list; none when it is something else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A text, or the texts of a list of content parts, a line each."""
    if isinstance(value, str):
        return value
    texts = (part.get("text") for part in mappings_of(value))
    return "\n".join(text for text in texts if isinstance(text, str))


def short_input(inputs: Mapping[str, object]) -> str:
    """What a tool was given, as short JSON: its texts, numbers and booleans."""
    short = {
        key: cut_middle(value, _MAX_INPUT) if isinstance(value, str) else value
        for key, value in inputs.items()
        if isinstance(value, (str, int, bool))
    }
    return json.dumps(short, ensure_ascii=False) if short else ""
