"""The parts of OpenCode's messages, as events numbered by the milliseconds of their session.

A part is written when it begins and again whenever it grows: the call of a tool and its answer are
one.  The person may take messages back, and the next prompt deletes them; tools run side by side
and end in any order.  So neither rows nor their places can be counted.  What never changes is the
time in a part's id, and the time at which a tool ended: a record's number is the milliseconds from
the session's beginning to it.  A part that is still being written (words that stream, a call whose
input does) ends what can be read, for what it will say has its number already.

**Source:** ``packages/opencode/src/session/message-v2.ts`` of anomalyco/opencode, and what 1.18.33
wrote (``tests/fixtures/opencode``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    parse_name,
    parse_object,
    parse_objects,
    parse_text,
)
from gitmem.agents.opencode.patches import patches_of
from gitmem.agents.opencode.rows import (
    MessageRow,
    PartRow,
    SessionRow,
    as_milliseconds,
    time_in_id,
)
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_TOOLS = {
    "edit": "Edit",
    "multiedit": "MultiEdit",
    "write": "Write",
    "apply_patch": "Edit",
    "patch": "Edit",
    "read": "Read",
    "bash": "Bash",
    "shell": "Bash",
    "task": "Task",
    "question": "AskUserQuestion",
    "plan_exit": "ExitPlanMode",
}
_ABORTED = "MessageAbortedError"
_NO_OUTPUT = "(no output)"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


@dataclass(frozen=True)
class Record:
    """What was whole at a moment: ``number`` is in milliseconds from the session's beginning."""

    number: int
    events: tuple[Event, ...]


@dataclass
class PartReader:
    """Turns the messages of a session into records.

    ``open_at`` is the number of the first part that is still being written; ``broken`` counts the
    parts that could not be read; ``folder`` is where the session works.
    """

    session: SessionRow
    is_subagent: bool = False
    in_full: bool = False
    open_at: int | None = None
    broken: int = 0

    def records(self, messages: Iterable[MessageRow]) -> Iterator[Record]:
        """The records of the messages, in the order of their parts.

        What a fork has from the session it was forked from is older than itself, and left out.
        """
        held: MessageRow | None = None
        for message in messages:
            if held is not None:
                yield from self._message(held, is_last=False)
            is_copy = 0 < message.created < self.session.created
            held = None if is_copy else message
        if held is not None:
            yield from self._message(held, is_last=True)

    def _message(self, message: MessageRow, *, is_last: bool) -> Iterator[Record]:
        time = parse_object(message.data.get("time"))
        error = parse_object(message.data.get("error"))
        ended = as_milliseconds(time.get("completed"))
        may_grow = is_last and not ended and not error
        last = message.created
        for part in message.parts:
            if part.data is None:
                self.broken += 1
                continue
            begun = self._begun(part, message)
            if may_grow and _is_open(part.data, message.data):
                number = self._number(begun)
                self.open_at = number if self.open_at is None else min(self.open_at, number)
                continue
            for record in self._part(part.data, begun, message, may_grow=may_grow):
                last = max(last, record.number + self.session.created)
                yield record
        if error.get("name") == _ABORTED:
            number = self._number(ended or last)
            yield Record(number, tuple(self._draft(number).interrupt()))

    def _begun(self, part: PartRow, message: MessageRow) -> int:
        state = parse_object(part.data.get("state") if part.data else None)
        told = parse_object((part.data or {}).get("time") or state.get("time"))
        return (
            time_in_id(part.id, message.created)
            or as_milliseconds(told.get("start"))
            or part.created
            or message.created
        )

    def _number(self, time: int) -> int:
        return max(0, time - self.session.created)

    def _draft(self, number: int) -> Draft:
        seconds = (self.session.created + number) / 1_000
        return Draft(number, seconds, is_subagent=self.is_subagent, in_full=self.in_full)

    def _part(
        self, data: JsonObject, begun: int, message: MessageRow, *, may_grow: bool
    ) -> Iterator[Record]:
        kind, number = data.get("type"), self._number(begun)
        draft = self._draft(number)
        if kind == "tool":
            yield Record(number, tuple(self._call(data, draft)))
            yield from self._answer(data, number, may_grow=may_grow)
            return
        text = parse_text(data.get("text")).strip()
        if kind == "reasoning":
            events = draft.words(EventKind.THINK, text)
        elif kind != "text" or data.get("synthetic") or data.get("ignored"):
            return
        elif message.data.get("role") == "user":
            events = draft.words(EventKind.PROMPT, own_words(_unquoted(text)))
        elif message.data.get("summary") is True:
            events = draft.words(EventKind.SUMMARY, text)
        else:
            events = draft.words(EventKind.SAY, text)
        yield Record(number, tuple(events))

    def _call(self, data: JsonObject, draft: Draft) -> Iterator[Event]:
        name, call_id = parse_name(data.get("tool")), parse_name(data.get("callID"))
        tool, state = _TOOLS.get(name, name), parse_object(data.get("state"))
        given = parse_object(state.get("input"))
        path = self._path(given)
        if name in ("apply_patch", "patch"):
            for patch in patches_of(given, parse_object(state.get("metadata"))):
                path = posixpath.join(self.session.directory, patch.path)
                yield from draft.edit(tool, call_id, path, added=patch.added, removed=patch.removed)
        elif name == "multiedit":
            for edit in parse_objects(given.get("edits")):
                yield from self._edit(tool, call_id, self._path(edit) or path, edit, draft)
        elif tool in ("Edit", "Write"):
            yield from self._edit(tool, call_id, path, given, draft)
        elif tool == "Read":
            yield from draft.call(tool, call_id, path=path)
        elif tool == "Bash":
            yield from draft.run(tool, call_id, parse_text(given.get("command")))
        elif tool in ("Task", "ExitPlanMode"):
            yield from draft.call(tool, call_id, text=render_input(given))
        else:
            yield from draft.call(tool, call_id, text=render_input(given))

    def _edit(
        self, tool: str, call_id: str, path: str, given: JsonObject, draft: Draft
    ) -> Iterator[Event]:
        new = parse_text(given.get("newString") or given.get("content"))
        old = parse_text(given.get("oldString"))
        yield from draft.edit(tool, call_id, path, added=new, removed=old)

    def _answer(self, data: JsonObject, number: int, *, may_grow: bool) -> Iterator[Record]:
        state = parse_object(data.get("state"))
        status, name = state.get("status"), parse_name(data.get("tool"))
        if status not in ("completed", "error") and may_grow:
            return  # it runs
        ended = as_milliseconds(parse_object(state.get("time")).get("end"))
        number = self._number(ended) if ended else number
        code = parse_object(state.get("metadata")).get("exit")
        code = code if isinstance(code, int) and not isinstance(code, bool) else None
        text = parse_text(state.get("output") or state.get("error"))
        events = self._draft(number).result(
            _TOOLS.get(name, name),
            parse_name(data.get("callID")),
            "" if text.strip() == _NO_OUTPUT else text,
            is_error=status != "completed" or bool(code),
            exit_code=code,
        )
        yield Record(number, tuple(events))

    def _path(self, given: JsonObject) -> str:
        for key in ("filePath", "file_path", "path"):
            if isinstance(path := given.get(key), str) and path:
                return posixpath.join(self.session.directory, path)
        return ""


def _is_open(part: JsonObject, message: JsonObject) -> bool:
    """Whether a part of the last message will still say something else."""
    if part.get("type") == "tool":
        return parse_object(part.get("state")).get("status") == "pending"
    is_streamed = part.get("type") in ("text", "reasoning") and message.get("role") != "user"
    return is_streamed and not as_milliseconds(parse_object(part.get("time")).get("end"))


def _unquoted(text: str) -> str:
    """``opencode run`` puts quotation marks around words that hold a space."""
    match = _QUOTED.fullmatch(text)
    return match[1].replace('\\"', '"') if match else text
