"""One line of a Cursor agent's transcript, as events.

A line is what the person or the agent said, with the agent's calls of tools; answers are seldom
kept, and no call has an id.  Nothing here may fail on a record of another shape.

**Source:** ``tests/fixtures/cursor``, and what readers of such files in public repositories expect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.agents.cursor.times import Timeline, parse_stamp, words_of
from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    join_texts,
    parse_arguments,
    parse_name,
    parse_object,
    parse_objects,
    parse_text,
)
from gitmem.agents.patches import has_patch, parse_patches
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

TOOLS = {
    "StrReplace": "Edit",
    "search_replace": "Edit",
    "edit_file": "Edit",
    "edit_file_v2": "Edit",
    "ApplyPatch": "Edit",
    "apply_patch": "Edit",
    "Delete": "Edit",
    "delete_file": "Edit",
    "Write": "Write",
    "write": "Write",
    "EditNotebook": "NotebookEdit",
    "edit_notebook": "NotebookEdit",
    "Read": "Read",
    "ReadFile": "Read",
    "read_file": "Read",
    "read_file_v2": "Read",
    "Shell": "Bash",
    "run_terminal_cmd": "Bash",
    "run_terminal_command": "Bash",
    "run_terminal_command_v2": "Bash",
    "Task": "Task",
    "AskQuestion": "AskUserQuestion",
    "ask_question": "AskUserQuestion",
}
"""Cursor's tools, by Claude Code's names."""

_QUERY = re.compile(r"<user_query>\s*(.*?)\s*(?:</user_query>|\Z)", re.DOTALL)
_REDACTED = re.compile(r"\s*\[REDACTED\]\s*\Z")
_PATHS = ("path", "file_path", "filePath", "target_file", "target_notebook")
_ADDED = ("contents", "content", "new_string", "code_edit", "new_str")
_REMOVED = ("old_string", "old_str")


class RecordReader:
    """Turns the records of one file, in order, into events."""

    def __init__(self, *, is_subagent: bool = False, begun: float = 0.0) -> None:
        self.is_subagent = is_subagent
        self.timeline = Timeline(begun)
        self._number = 0

    def time_of(self, record: JsonObject) -> float:
        """Not before this the record was written, POSIX seconds."""
        return self.timeline.take(parse_stamp(words_of(record)))

    def follow(self, record: JsonObject, number: int, rewinds: Rewinds) -> None:
        """Remember the number, for calls without an id; nothing tells of what was taken back."""
        self._number = number

    def draft_events(self, record: JsonObject, draft: Draft) -> Iterator[Event]:
        """The events of a record."""
        message = parse_object(record.get("message"))
        role, content = record.get("role"), message.get("content")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for number, part in enumerate(parse_objects(parts)):
            kind = part.get("type")
            if kind == "text" and role == "user":
                yield from draft.words(EventKind.PROMPT, typed(parse_text(part.get("text"))))
            elif kind == "text" and role == "assistant":
                said = _REDACTED.sub("", parse_text(part.get("text")))
                yield from draft.words(EventKind.SAY, said.strip())
            elif kind == "thinking" and role == "assistant":
                thought = parse_text(part.get("thinking") or part.get("text"))
                yield from draft.words(EventKind.THINK, _REDACTED.sub("", thought).strip())
            elif kind == "tool_use":
                name = parse_name(part.get("name"))
                call_id = parse_name(part.get("id")) or f"{self._number}.{number}"
                yield from draft_call(name, call_id, part.get("input"), draft)
            elif kind == "tool_result":
                yield from _result(part, draft)


def typed(text: str) -> str:
    """What a person typed: the client wraps it, and puts what it adds in front of it."""
    found = _QUERY.findall(text)
    if found:
        return own_words("\n".join(found))
    return "" if text.lstrip().startswith("<") else own_words(text)


def draft_call(name: str, call_id: str, value: object, draft: Draft) -> Iterator[Event]:
    """The events of a call with its arguments."""
    given, tool = parse_arguments(value), TOOLS.get(name, name)
    if tool in ("Edit", "Write", "NotebookEdit"):
        yield from _edits(tool, call_id, value, given, draft)
    elif tool == "Read":
        yield from draft.call(tool, call_id, path=_first(given, _PATHS))
    elif tool == "Bash":
        yield from draft.run(tool, call_id, _first(given, ("command",)))
    else:
        asked = _first(given, ("prompt",)) if tool == "Task" else ""
        yield from draft.call(tool, call_id, text=asked or render_input(given))


def _edits(
    tool: str, call_id: str, value: object, given: JsonObject, draft: Draft
) -> Iterator[Event]:
    path = _first(given, _PATHS)
    patch = value if isinstance(value, str) else join_texts(given.values())
    if not path and has_patch(patch):
        for file in parse_patches(patch):
            yield from draft.edit(tool, call_id, file.path, added=file.added, removed=file.removed)
        return
    added, removed = _first(given, _ADDED), _first(given, _REMOVED)
    yield from draft.edit(tool, call_id, path, added=added, removed=removed)


def _result(part: JsonObject, draft: Draft) -> Iterator[Event]:
    call_id = parse_name(part.get("tool_use_id"))
    name = parse_name(part.get("name"))
    text = parse_text(part.get("content"))
    has_failed = part.get("is_error") is True
    yield from draft.result(TOOLS.get(name, name), call_id, text, is_error=has_failed)


def _first(given: JsonObject, names: tuple[str, ...]) -> str:
    return next((one for name in names if isinstance(one := given.get(name), str) and one), "")
