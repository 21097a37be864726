"""Events as an adapter drafts them from a record: bounded, plain, in the model's vocabulary.

What an agent's own format calls a thing ends here; how much of each kind of text is held is the
same for all agents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from gitmem.agents.edit_lines import edit_lines
from gitmem.agents.json_values import MAX_PATH, parse_name
from gitmem.agents.text_budget import cut_end, cut_middle
from gitmem.model.line_marks import line_marks
from gitmem.model.session import REPORT_TOOLS, RUN_TOOLS, Event, EventKind

_MAX_WORDS = {
    EventKind.PROMPT: 24_000,
    EventKind.SAY: 16_000,
    EventKind.THINK: 6_000,
    EventKind.SUMMARY: 16_000,
}
_MAX_NEW_TEXT = 600
_MAX_EDIT = 24_000
_MAX_COMMAND = 4_000
_MAX_INPUT = 400
_MAX_OUTPUT = 16_000
_MAX_ERROR = 6_000
_MAX_REPORT = 6_000
_MAX_ANSWER = 600
_LINE_BREAK = re.compile(r"\r?\n|\\n")  # a script may spell it out
_HOLDS_LINES = re.compile(r"<<|\b(?:python3?|node|ruby|perl)\s+-[ce]\s")


class Draft:
    """The events of one record, each cut to what its kind of text may take.

    Tools are named as :mod:`gitmem.model.session` names them.
    """

    def __init__(
        self, record: int, time: float, *, is_subagent: bool = False, in_full: bool = False
    ) -> None:
        self._record = record
        self._time = time
        self._is_subagent = is_subagent
        self._in_full = in_full

    def words(self, kind: EventKind, text: str) -> Iterator[Event]:
        """What the user or the assistant said, or a summary; nothing for blank text.

        A subagent has no user: its prompt is another agent's.
        """
        if text.strip() and not (kind is EventKind.PROMPT and self._is_subagent):
            yield self._event(kind, text=cut_middle(text, _MAX_WORDS[kind]))

    def interrupt(self) -> Iterator[Event]:
        """The user stopped the agent."""
        yield self._event(EventKind.INTERRUPT)

    def edit(
        self, tool: str, call_id: str, path: str, *, added: str, removed: str = ""
    ) -> Iterator[Event]:
        """A file was edited: the lines that it gained and those that it lost."""
        new, old = line_marks(added.splitlines()), line_marks(removed.splitlines())
        edit = edit_lines(removed, added) if self._in_full else None
        if edit is None:
            text = cut_middle(cut_end(added, 4 * _MAX_NEW_TEXT), _MAX_NEW_TEXT)
        else:
            text = cut_middle(edit.text, _MAX_EDIT)
        yield self._call(
            tool,
            call_id,
            text=text,
            path=path,
            added_marks=new - old,
            removed_marks=old - new,
            lines=(edit.added, edit.removed) if edit else (0, 0),
        )

    def run(
        self, tool: str, call_id: str, command: str, *, path: str = "", is_writing: bool = True
    ) -> Iterator[Event]:
        """A command line was run.

        Where it holds a here-document or a script, its lines count as written, unless
        ``is_writing`` is False because edits of their own tell what was.
        """
        is_writing = is_writing and _HOLDS_LINES.search(command) is not None
        lines = _LINE_BREAK.split(command) if is_writing else []
        text = cut_middle(command, _MAX_COMMAND)
        yield self._call(tool, call_id, text=text, path=path, added_marks=line_marks(lines))

    def call(
        self, tool: str, call_id: str, *, text: str = "", path: str = "", plan: str = ""
    ) -> Iterator[Event]:
        """Any other tool was called, with some input or on a file.

        Of a ``plan`` that was put before the user the lines are marked as an edit's are.
        """
        text, marks = cut_middle(text, _MAX_INPUT), line_marks(plan.splitlines())
        yield self._call(tool, call_id, text=text, path=path, added_marks=marks)

    def result(
        self, tool: str, call_id: str, text: str, *, is_error: bool, exit_code: int | None = None
    ) -> Iterator[Event]:
        """What a tool answered; most answers are code that the repository holds anyway."""
        limits = [_MAX_ANSWER]
        limits += [_MAX_OUTPUT] if tool in RUN_TOOLS else []
        limits += [_MAX_REPORT] if tool in REPORT_TOOLS else []
        limits += [_MAX_ERROR] if is_error else []
        yield self._event(
            EventKind.RESULT,
            text=cut_middle(text, max(limits)),
            tool=parse_name(tool),
            call_id=parse_name(call_id),
            is_error=is_error,
            exit_code=exit_code,
        )

    def _call(
        self,
        tool: str,
        call_id: str,
        *,
        text: str,
        path: str,
        added_marks: frozenset[int] = frozenset(),
        removed_marks: frozenset[int] = frozenset(),
        lines: tuple[int, int] = (0, 0),
    ) -> Event:
        return self._event(
            EventKind.CALL,
            text=text,
            tool=parse_name(tool),
            path=path if len(path) <= MAX_PATH else "",
            call_id=parse_name(call_id),
            added_marks=added_marks,
            removed_marks=removed_marks,
            lines=lines,
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
        lines: tuple[int, int] = (0, 0),
        exit_code: int | None = None,
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
            is_subagent=self._is_subagent,
            added_marks=added_marks,
            removed_marks=removed_marks,
            added_lines=lines[0],
            removed_lines=lines[1],
            exit_code=exit_code,
        )


def render_input(inputs: Mapping[str, object]) -> str:
    """A tool's input as short JSON: the texts, numbers and truths of it."""
    short = {
        key: cut_middle(value, _MAX_INPUT) if isinstance(value, str) else value
        for key, value in inputs.items()
        if isinstance(value, (str, int, bool))
    }
    return json.dumps(short, ensure_ascii=False) if short else ""
