"""The messages of a session of Gemini CLI, and of an early one of Qwen Code, as numbered events.

A message is written again whenever it grows: the calls of a whole turn are added to the last one.
So a record is not a message but what is whole once it is there: the words of a message, or a call
with its answer.  Records are numbered as they first appear, which neither the rewriting of a file
nor its move from the older form to the newer changes.

**Source:** ``packages/core/src/services/chatRecording*.ts`` of google-gemini/gemini-cli, and files
that versions 0.4 to 0.61 wrote (``tests/fixtures/gemini``); Qwen Code 0.1 is a fork and wrote the
same under another name (``tests/fixtures/qwen``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from gitmem.agents.chat_session import MessagePart
from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    join_texts,
    parse_name,
    parse_object,
    parse_objects,
    parse_text,
    parse_time,
)
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_MODELS = ("gemini", "qwen")
_OPEN_STATUSES = frozenset({"validating", "scheduled", "executing", "awaiting_approval"})
_FAILURE_STATUSES = frozenset({"error", "cancelled"})
_TOOLS = {
    "replace": "Edit",
    "edit": "Edit",
    "smart_edit": "Edit",
    "write_file": "Write",
    "read_file": "Read",
    "run_shell_command": "Bash",
    "read_background_output": "BashOutput",
}
_EXIT_CODE = re.compile(r"^Exit Code: (-?\d{1,10})\s*$", re.MULTILINE)
_EMPTY_OUTPUT = re.compile(r"^Output: \(empty\)$", re.MULTILINE)
_CLIENT_TEXT = re.compile(r"\s*(?:<session_context\b|This is the Gemini CLI\.|[/?]\w)")
_HOOK_CONTEXT = re.compile(r"<hook_context>.*?(?:</hook_context>|\Z)", re.DOTALL)
_SNAPSHOT = re.compile(r"\s*<state_snapshot\b")
_FILE_CONTENTS = re.compile(r"\n?--- Content from referenced files ---.*", re.DOTALL)
_CANCEL_NOTICE = "Request cancelled."


class MessageReader:
    """Turns messages, each as often as it was written, into records and their events.

    ``root`` is the project's folder, to which the paths of some versions are relative.
    """

    def __init__(self, root: str = "", *, is_subagent: bool = False, in_full: bool = False) -> None:
        self._root = root
        self._is_subagent = is_subagent
        self._in_full = in_full
        self._keys: set[tuple[str, str]] = set()
        self._first_parts: dict[str, int] = {}

    def afresh(self) -> MessageReader:
        """Another, for reading from the beginning again."""
        return MessageReader(self._root, is_subagent=self._is_subagent, in_full=self._in_full)

    def first_part(self, message_id: object) -> int:
        """The record with which a message begins; 0 where nobody knows it, as the client does."""
        return self._first_parts.get(parse_name(message_id), 0)

    @property
    def count(self) -> int:
        """How many records there were."""
        return len(self._keys)

    def forget(self, part: MessagePart) -> None:
        """Take back the record that came last."""
        self._keys.discard(_key(part.message, part.call))

    def new_parts(self, message: JsonObject, *, is_last: bool = False) -> Iterator[MessagePart]:
        """What is new in a message.

        In a document whose ``is_last`` message is still growing, a call without its answer ends
        what can be read: calls that stand behind it would be numbered differently later.
        """
        kind = message.get("type")
        self._first_parts.setdefault(parse_name(message.get("id")), self.count)
        if any(True for _ in self._words(message, 0, 0.0)) and self._is_new(message, None):
            yield self._part(message)
        for call in parse_objects(message.get("toolCalls")) if kind in _MODELS else ():
            if call.get("status") in _OPEN_STATUSES:
                if is_last:
                    return
                continue
            if self._is_new(message, call):
                yield self._part(message, call)

    def draft_events(self, part: MessagePart, time: float) -> Iterator[Event]:
        """The events of a record, as of ``time``."""
        if part.call is None:
            yield from self._words(part.message, part.number, time)
        else:
            yield from self._call(part.call, self._draft(part.number, time))

    def _part(self, message: JsonObject, call: JsonObject | None = None) -> MessagePart:
        stamp = (message if call is None else call).get("timestamp")
        return MessagePart(self.count - 1, parse_time(stamp) or 0.0, message, call)

    def _draft(self, number: int, time: float) -> Draft:
        return Draft(number, time, is_subagent=self._is_subagent, in_full=self._in_full)

    def _is_new(self, message: JsonObject, call: JsonObject | None) -> bool:
        key = _key(message, call)
        if key in self._keys:
            return False
        self._keys.add(key)
        return True

    def _words(self, message: JsonObject, number: int, time: float) -> Iterator[Event]:
        draft, kind = self._draft(number, time), message.get("type")
        text = parse_text(message.get("content"))
        if kind in _MODELS:
            for thought in parse_objects(message.get("thoughts")):
                words = join_texts([thought.get("subject"), thought.get("description")])
                yield from draft.words(EventKind.THINK, words.strip())
            yield from draft.words(EventKind.SAY, text.strip())
        elif kind == "user" and _SNAPSHOT.match(text):
            yield from draft.words(EventKind.SUMMARY, text.strip())
        elif kind == "user":
            typed = parse_text(message.get("displayContent")) or _FILE_CONTENTS.sub("", text)
            typed = _HOOK_CONTEXT.sub("", typed)
            if not _CLIENT_TEXT.match(typed):
                yield from draft.words(EventKind.PROMPT, own_words(typed))
        elif kind == "info" and text.startswith(_CANCEL_NOTICE):
            yield from draft.interrupt()

    def _call(self, call: JsonObject, draft: Draft) -> Iterator[Event]:
        name, call_id = parse_name(call.get("name")), parse_name(call.get("id"))
        tool, given = _TOOLS.get(name, name), parse_object(call.get("args"))
        new = parse_text(given.get("new_string") or given.get("content"))
        if tool in ("Edit", "Write"):
            removed = parse_text(given.get("old_string"))
            yield from draft.edit(tool, call_id, self._path(given), added=new, removed=removed)
        elif tool == "Read":
            yield from draft.call(tool, call_id, path=self._path(given))
        elif tool == "Bash":
            yield from draft.run(tool, call_id, parse_text(given.get("command")))
        else:
            yield from draft.call(tool, call_id, text=render_input(given))
        text, has_failed, code = _answer(call)
        yield from draft.result(tool, call_id, text, is_error=has_failed, exit_code=code)

    def _path(self, given: JsonObject) -> str:
        for key in ("file_path", "absolute_path", "path"):
            if isinstance(path := given.get(key), str) and path:
                return posixpath.join(self._root, path)
        return ""


def _key(message: JsonObject, call: JsonObject | None) -> tuple[str, str]:
    if call is not None:
        return "call", parse_name(call.get("id")) or f"{parse_name(message.get('id'))} {len(call)}"
    return "message", parse_name(message.get("id"))


def _answer(call: JsonObject) -> tuple[str, bool, int | None]:
    """What a tool printed, whether it failed, and with what code, where that is told."""
    told = ""
    for part in parse_objects(call.get("result")):
        response = parse_object(parse_object(part.get("functionResponse")).get("response"))
        told = told or parse_text(response.get("output") or response.get("error"))
    found = _EXIT_CODE.search(told)
    code = int(found[1]) if found else None
    if _EMPTY_OUTPUT.search(told):
        told = ""
    shown = call.get("resultDisplay")
    has_failed = call.get("status") in _FAILURE_STATUSES or bool(code)
    text = shown if isinstance(shown, str) and shown.strip() else told
    return text, has_failed, code
