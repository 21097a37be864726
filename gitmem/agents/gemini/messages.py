"""The messages of a Gemini CLI session, as numbered events.

A message is written again whenever it grows: the calls of a whole turn are added to the last one.
So a record is not a message but what is whole once it is there: the words of a message, or a call
with its answer.  Records are numbered as they first appear, which neither the rewriting of a file
nor its move from the older form to the newer changes.

**Source:** ``packages/core/src/services/chatRecording*.ts`` of google-gemini/gemini-cli, and files
that versions 0.4 to 0.61 wrote (``tests/fixtures/gemini``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gitmem.agents.claude.records import time_of
from gitmem.agents.draft import Draft, mapping_of, mappings_of, name_of, short_input, text_of
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

Message = Mapping[str, Any]

_RUNNING = frozenset({"validating", "scheduled", "executing", "awaiting_approval"})
_FAILED = frozenset({"error", "cancelled"})
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
_NOTHING = re.compile(r"^Output: \(empty\)$", re.MULTILINE)
_INJECTED = re.compile(
    r"\s*(?:<(?:session_context|hook_context)\b|This is the Gemini CLI\.|[/?]\w)"
)
_SNAPSHOT = re.compile(r"\s*<state_snapshot\b")
_REFERENCED = re.compile(r"\n?--- Content from referenced files ---.*", re.DOTALL)
_CANCELLED = "Request cancelled."


@dataclass(frozen=True)
class Numbered:
    """A record: its events and its time (POSIX seconds; 0.0 if it has none)."""

    number: int
    time: float
    message: Message
    call: Message | None = None


class MessageReader:
    """Turns messages, each as often as it was written, into records and their events.

    ``root`` is the project's folder, to which the paths of some versions are relative.
    """

    def __init__(self, root: str = "", *, is_subagent: bool = False) -> None:
        self._root = root
        self._is_subagent = is_subagent
        self._seen: set[tuple[str, str]] = set()

    @property
    def count(self) -> int:
        """How many records there were."""
        return len(self._seen)

    def forget(self, record: Numbered) -> None:
        """Take back the record that came last."""
        self._seen.discard(_key(record.message, record.call))

    def records_of(self, message: Message, *, is_last: bool = False) -> Iterator[Numbered]:
        """What is new in a message.

        In a document whose ``is_last`` message is still growing, a call without its answer ends
        what can be read: calls that stand behind it would be numbered differently later.
        """
        kind = message.get("type")
        if any(True for _ in self._spoken(message, 0, 0.0)) and self._is_new(message, None):
            yield Numbered(self.count - 1, time_of(message) or 0.0, message)
        for call in mappings_of(message.get("toolCalls")) if kind == "gemini" else ():
            if call.get("status") in _RUNNING:
                if is_last:
                    return
                continue
            if self._is_new(message, call):
                yield Numbered(self.count - 1, time_of(call) or 0.0, message, call)

    def events_of(self, record: Numbered, time: float) -> Iterator[Event]:
        """The events of a record, as of ``time``."""
        if record.call is None:
            yield from self._spoken(record.message, record.number, time)
        else:
            yield from self._called(record.call, self._draft(record.number, time))

    def _draft(self, number: int, time: float) -> Draft:
        return Draft(number, time, is_sidechain=self._is_subagent)

    def _is_new(self, message: Message, call: Message | None) -> bool:
        key = _key(message, call)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _spoken(self, message: Message, number: int, time: float) -> Iterator[Event]:
        draft, kind = self._draft(number, time), message.get("type")
        text = text_of(message.get("content"))
        if kind == "gemini":
            for thought in mappings_of(message.get("thoughts")):
                words = (thought.get("subject"), thought.get("description"))
                told = "\n".join(word for word in words if isinstance(word, str))
                yield from draft.spoken(EventKind.THINK, told)
            yield from draft.spoken(EventKind.SAY, text)
        elif kind == "user" and _SNAPSHOT.match(text):
            yield from draft.spoken(EventKind.SUMMARY, text)
        elif kind == "user":
            typed = text_of(message.get("displayContent")) or _REFERENCED.sub("", text)
            if not _INJECTED.match(typed):
                yield from draft.spoken(EventKind.PROMPT, own_words(typed))
        elif kind == "info" and text.startswith(_CANCELLED):
            yield from draft.interrupt()

    def _called(self, call: Message, draft: Draft) -> Iterator[Event]:
        name, call_id = name_of(call.get("name")), name_of(call.get("id"))
        tool, given = _TOOLS.get(name, name), mapping_of(call.get("args"))
        new = text_of(given.get("new_string") or given.get("content"))
        if tool in ("Edit", "Write"):
            removed = text_of(given.get("old_string"))
            path = self._path(given)
            yield from draft.call(tool, call_id, text=new, path=path, added=new, removed=removed)
        elif tool == "Read":
            yield from draft.call(tool, call_id, path=self._path(given))
        elif tool == "Bash":
            command = text_of(given.get("command"))
            written = command if "<<" in command else ""
            yield from draft.call(tool, call_id, text=command, added=written)
        else:
            yield from draft.call(tool, call_id, text=short_input(given))
        text, has_failed = _answer(call)
        yield from draft.result(tool, call_id, text, is_error=has_failed)

    def _path(self, given: Message) -> str:
        for key in ("file_path", "absolute_path", "path"):
            if isinstance(path := given.get(key), str) and path:
                return posixpath.join(self._root, path)
        return ""


def _key(message: Message, call: Message | None) -> tuple[str, str]:
    if call is not None:
        return "call", name_of(call.get("id")) or f"{name_of(message.get('id'))} {len(call)}"
    return "message", name_of(message.get("id"))


def _answer(call: Message) -> tuple[str, bool]:
    """What a tool printed, and whether it failed."""
    told = ""
    for part in mappings_of(call.get("result")):
        response = mapping_of(mapping_of(part.get("functionResponse")).get("response"))
        told = told or text_of(response.get("output") or response.get("error"))
    code = _EXIT_CODE.search(told)
    if _NOTHING.search(told):
        told = ""
    shown = call.get("resultDisplay")
    has_failed = call.get("status") in _FAILED or (code is not None and int(code[1]) != 0)
    return (shown if isinstance(shown, str) and shown.strip() else told), has_failed
