"""One line of a Qwen Code session, as events.

A line is a message of the person, of the model or of a tool, or the client's own news, of which
only a compaction and a rewind are read.  Nothing here may fail on a record of another shape.

**Source:** files that version 0.24.4 wrote (``tests/fixtures/qwen``) and the names in its bundle.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from gitmem.agents.call_ids import CallIds
from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    collect_path,
    join_texts,
    parse_arguments,
    parse_id,
    parse_name,
    parse_object,
    parse_objects,
    parse_path,
    parse_text,
    parse_time,
)
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_TOOLS = {
    "edit": "Edit",
    "replace": "Edit",
    "write_file": "Write",
    "notebook_edit": "NotebookEdit",
    "read_file": "Read",
    "run_shell_command": "Bash",
    "agent": "Agent",
    "task": "Agent",
    "ask_user_question": "AskUserQuestion",
    "exit_plan_mode": "ExitPlanMode",
}
_ADDED = ("<qwen:", "<system-reminder>")  # a part of its own for what a hook or the client says
_MID_TURN = "mid_turn_user_message"
_PERSON = ("", "real_user")
_FILE_CONTENTS = re.compile(r"\n?--- Content from referenced files ---.*", re.DOTALL)
_CLIENT_TEXT = re.compile(r"\s*(?:<(?:session_context|hook_context)\b|[/?]\w)")
_SNAPSHOT = re.compile(r"<state_snapshot\b.*", re.DOTALL)
_EXIT_CODE = re.compile(r"^Exit Code: (-?\d{1,10})\s*$", re.MULTILINE)
_OUTPUT = re.compile(r"\ACommand: .*?^Output: (.*?)^Error: (?:.*)", re.MULTILINE | re.DOTALL)
_EMPTY = "(empty)"
_FAILURES = ("error", "cancelled")


class RecordReader:
    """Turns the records of one file, in order, into events; ``subagent`` is whose it is, if any."""

    def __init__(self, subagent: str = "") -> None:
        self.is_subagent = bool(subagent)
        self.cwds: dict[str, None] = {}
        self.branches: dict[str, None] = {}
        self.version = ""
        self._cwd = ""
        self._numbers: dict[str, int] = {}
        self._first = -1
        self._ids = CallIds(subagent)

    def time_of(self, record: JsonObject) -> float:
        """When the record was written, POSIX seconds; 0.0 where nothing tells."""
        return parse_time(record.get("timestamp")) or 0.0

    def follow(self, record: JsonObject, number: int, rewinds: Rewinds) -> None:
        """Take note of where the agent is, and of what was rewound away.

        A rewind's record follows the one that was gone back to; what stands between was left.  An
        id that repeats is that of the record that bore it last.
        """
        self._first = number if self._first < 0 else self._first
        if not _is_copy(record):
            self._cwd = parse_path(record.get("cwd")) or self._cwd
            collect_path(self.cwds, self._cwd)
            if branch := parse_path(record.get("gitBranch")):
                collect_path(self.branches, branch)
            self.version = parse_id(record.get("version")) or self.version
        if record.get("type") == "system" and record.get("subtype") == "rewind":
            self._rewind(record.get("parentUuid"), number, rewinds)
        if name := parse_name(record.get("uuid")):
            self._numbers[name] = number

    def _rewind(self, parent: object, number: int, rewinds: Rewinds) -> None:
        back_to = self._numbers.get(parent) if isinstance(parent, str) else -1
        if back_to is None and self._first > 0:
            back_to = self._first - 1  # before what is read here
        if back_to is not None:
            rewinds.drop(back_to + 1, number)

    def draft_events(self, record: JsonObject, draft: Draft) -> Iterator[Event]:
        """The events of a record; none of one that a fork copied from another session."""
        if _is_copy(record):
            return
        kind = record.get("type")
        parts = parse_objects(parse_object(record.get("message")).get("parts"))
        if kind == "user":
            yield from _person(record, parts, draft)
        elif kind == "assistant":
            yield from self._model(parts, draft)
        elif kind == "tool_result":
            yield from self._answers(record, parts, draft)
        elif kind == "system" and record.get("subtype") == "chat_compression":
            yield from draft.words(EventKind.SUMMARY, _summary(record))

    def _model(self, parts: list[JsonObject], draft: Draft) -> Iterator[Event]:
        for part in parts:
            if "functionCall" in part:
                yield from self._call(parse_object(part["functionCall"]), draft)
            else:
                kind = EventKind.THINK if part.get("thought") is True else EventKind.SAY
                yield from draft.words(kind, parse_text(part.get("text")).strip())

    def _call(self, call: JsonObject, draft: Draft) -> Iterator[Event]:
        name, call_id = parse_name(call.get("name")), self._ids.call(parse_name(call.get("id")))
        tool, given = _TOOLS.get(name, name), parse_arguments(call.get("args"))
        if tool in ("Edit", "Write", "NotebookEdit"):
            added = given.get("new_string") or given.get("content") or given.get("new_source")
            removed = parse_text(given.get("old_string"))
            path = self._path(given)
            yield from draft.edit(tool, call_id, path, added=parse_text(added), removed=removed)
        elif tool == "Read":
            yield from draft.call(tool, call_id, path=self._path(given))
        elif tool == "Bash":
            yield from draft.run(tool, call_id, parse_text(given.get("command")))
        elif tool == "ExitPlanMode":
            plan = parse_text(given.get("plan"))
            yield from draft.call(tool, call_id, text=plan, plan=plan)
        else:
            text = parse_text(given.get("prompt")) if tool == "Agent" else render_input(given)
            yield from draft.call(tool, call_id, text=text)

    def _answers(
        self, record: JsonObject, parts: list[JsonObject], draft: Draft
    ) -> Iterator[Event]:
        told = parse_object(record.get("toolCallResult"))
        for part in parts:
            answer = parse_object(part.get("functionResponse"))
            if not answer:
                continue
            name, call_id = (
                parse_name(answer.get("name")),
                self._ids.answer(parse_name(answer.get("id"))),
            )
            response = parse_object(answer.get("response"))
            text = parse_text(response.get("output") or response.get("error"))
            shown = parse_object(told.get("resultDisplay")).get("exitCode")
            code = shown if isinstance(shown, int) and not isinstance(shown, bool) else None
            if code is None and (found := _EXIT_CODE.search(text)):
                code = int(found[1])
            has_failed = "error" in response or told.get("status") in _FAILURES or bool(code)
            tool = _TOOLS.get(name, name)
            yield from draft.result(
                tool, call_id, _output(text), is_error=has_failed, exit_code=code
            )

    def _path(self, given: JsonObject) -> str:
        for key in ("file_path", "absolute_path", "notebook_path", "path"):
            if isinstance(path := given.get(key), str) and path:
                return posixpath.join(self._cwd, path)
        return ""


def _is_copy(record: JsonObject) -> bool:
    """Whether a forked session has the record from another one, with its id and time."""
    return isinstance(record.get("forkedFrom"), dict)


def _person(record: JsonObject, parts: list[JsonObject], draft: Draft) -> Iterator[Event]:
    """What a person typed: the client writes messages of its own under the same name."""
    who, what = record.get("provenance", ""), record.get("subtype")
    if what not in (None, _MID_TURN) or who not in (*_PERSON, None):
        return
    shown = parse_text(parse_object(record.get("systemPayload")).get("displayText"))
    texts = [text for part in parts if (text := parse_text(part.get("text")))]
    typed = join_texts(text for text in texts if not text.startswith(_ADDED))
    text = shown or _FILE_CONTENTS.sub("", typed)
    if not _CLIENT_TEXT.match(text):
        yield from draft.words(EventKind.PROMPT, own_words(text))


def _output(text: str) -> str:
    """Of a command's answer what it printed, without the client's report around it."""
    match = _OUTPUT.match(text)
    if match is None:
        return text
    printed = match[1].strip("\n")
    return "" if printed == _EMPTY else printed


def _summary(record: JsonObject) -> str:
    """What the conversation was compacted to."""
    history = parse_object(record.get("systemPayload")).get("compressedHistory")
    for message in parse_objects(history):
        text = join_texts(part.get("text") for part in parse_objects(message.get("parts")))
        if match := _SNAPSHOT.search(text):
            return match[0].strip()
    return ""
