"""The messages of a Cline CLI session, as numbered events.

A message holds blocks: words, thoughts, calls of tools, and in the next message their answers.  The
document is written anew each time and a message in it may have gained blocks, so a record is a
block.  Nothing here may fail on a block of another shape.

**Source:** files that version 3.0.65 wrote (``tests/fixtures/cline``).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from gitmem.agents.call_ids import CallIds
from gitmem.agents.chat_session import MessagePart
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
from gitmem.agents.patches import parse_patches
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_RUNS = frozenset({"run_commands", "execute_command", "bash"})
_EDITS = frozenset({"editor", "apply_patch"})
_READS = frozenset({"read_files", "read_file"})
_TOOLS = {"spawn_agent": "Agent", "ask_question": "AskUserQuestion"}
_INPUT = re.compile(r"<user_input\b[^<>]{0,100}>(.*?)(?:</user_input>|\Z)", re.DOTALL)
_EXIT_CODE = re.compile(r"^(?:\[)?Command exited with code (-?\d{1,10})\b", re.MULTILINE)
_LATEST_SECONDS = 1e11  # in the year 5138; what is larger counts milliseconds
_MAX_FILES = 200


class BlockReader:
    """Turns messages, each as often as it was written, into records and their events.

    ``root`` is the session's folder, against which a relative path is read; ``subagent`` is whose
    the messages are, if any's.
    """

    def __init__(self, root: str = "", subagent: str = "", *, in_full: bool = False) -> None:
        self._root = root
        self._subagent = subagent
        self._in_full = in_full
        self._count = 0
        self._tools: dict[str, str] = {}
        self._ids = CallIds(subagent)

    @property
    def count(self) -> int:
        """How many records there were."""
        return self._count

    def afresh(self) -> BlockReader:
        """Another, for reading from the beginning again."""
        return BlockReader(self._root, self._subagent, in_full=self._in_full)

    def first_part(self, message_id: object) -> int:
        """No message is taken back in these files."""
        return self._count

    def forget(self, part: MessagePart) -> None:
        """Take back the record that came last."""
        self._count = part.number

    def new_parts(self, message: JsonObject, *, is_last: bool = False) -> Iterator[MessagePart]:
        """The blocks of a message."""
        for block in _blocks(message):
            self._count += 1
            yield MessagePart(self._count - 1, _time_of(message), message, block)

    def draft_events(self, part: MessagePart, time: float) -> Iterator[Event]:
        """The events of a record, as of ``time``."""
        block, kind = part.call or {}, (part.call or {}).get("type")
        draft = Draft(part.number, time, is_subagent=bool(self._subagent), in_full=self._in_full)
        if kind == "text":
            is_users = part.message.get("role") == "user"
            words = _typed(parse_text(block.get("text"))) if is_users else block.get("text")
            what = EventKind.PROMPT if is_users else EventKind.SAY
            yield from draft.words(what, parse_text(words).strip())
        elif kind in ("thinking", "reasoning"):
            words = block.get("thinking") or block.get("text")
            yield from draft.words(EventKind.THINK, parse_text(words).strip())
        elif kind == "tool_use":
            yield from self._call(block, draft)
        elif kind == "tool_result":
            yield from self._result(block, draft)

    def _call(self, block: JsonObject, draft: Draft) -> Iterator[Event]:
        name, call_id = parse_name(block.get("name")), self._ids.call(parse_name(block.get("id")))
        given = parse_arguments(block.get("input"))
        if name in _RUNS:
            self._tools[call_id] = "Bash"
            yield from draft.run("Bash", call_id, "\n".join(_commands(given)))
        elif name in _EDITS:
            yield from self._edits(call_id, block, given, draft)
        elif name in _READS:
            self._tools[call_id] = "Read"
            for path in _read_paths(given):
                yield from draft.call("Read", call_id, path=self._absolute(path))
        else:
            tool = self._tools[call_id] = _TOOLS.get(name, name)
            text = given.get("task") or given.get("question")
            yield from draft.call(tool, call_id, text=parse_text(text) or render_input(given))

    def _edits(
        self, call_id: str, block: JsonObject, given: JsonObject, draft: Draft
    ) -> Iterator[Event]:
        path = parse_text(given.get("path") or given.get("file_path"))
        if path:
            removed = parse_text(given.get("old_text") or given.get("old_str"))
            added = given.get("new_text") or given.get("new_str") or given.get("file_text")
            is_part = removed or isinstance(given.get("insert_line"), int)
            tool = self._tools[call_id] = "Edit" if is_part else "Write"
            path = self._absolute(path)
            yield from draft.edit(tool, call_id, path, added=parse_text(added), removed=removed)
            return
        self._tools[call_id] = "Edit"
        raw = block.get("input")
        patch = raw if isinstance(raw, str) else join_texts(given.values())
        for file in parse_patches(patch):
            yield from draft.edit(
                "Edit", call_id, self._absolute(file.path), added=file.added, removed=file.removed
            )

    def _result(self, block: JsonObject, draft: Draft) -> Iterator[Event]:
        call_id = self._ids.answer(parse_name(block.get("tool_use_id")))
        name = parse_name(block.get("name"))
        tool = self._tools.get(call_id, _TOOLS.get(name, name))
        text, has_failed = _answer(block.get("content"))
        has_failed = has_failed or block.get("is_error") is True
        code = _EXIT_CODE.search(text) if tool == "Bash" and has_failed else None
        yield from draft.result(
            tool, call_id, text, is_error=has_failed, exit_code=int(code[1]) if code else None
        )

    def _absolute(self, path: str) -> str:
        return posixpath.join(self._root, path)


def _blocks(message: JsonObject) -> list[JsonObject]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return parse_objects(content)


def _time_of(message: JsonObject) -> float:
    stamp = message.get("ts")
    if isinstance(stamp, bool) or not isinstance(stamp, (int, float)):
        return 0.0
    if not 0 < stamp < _LATEST_SECONDS * 1_000:
        return 0.0
    return stamp / 1_000 if stamp > _LATEST_SECONDS else float(stamp)


def _typed(text: str) -> str:
    """What a person typed: the client wraps it, and puts notices of its own beside it."""
    found = _INPUT.findall(text)
    return own_words("\n".join(found) if found else text)


def _commands(given: JsonObject) -> list[str]:
    """The command lines of a call: a list, the JSON of one, or one line."""
    value = given.get("commands", given.get("command"))
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [parse_text(value)]
    if not isinstance(value, list):
        return [parse_text(value)]
    lines = (parse_object(one).get("command") if isinstance(one, dict) else one for one in value)
    return [line for line in lines if isinstance(line, str)]


def _read_paths(given: JsonObject) -> list[str]:
    listed = given.get("files", given.get("file_paths"))
    if isinstance(listed, str) and listed.lstrip().startswith("["):
        try:
            listed = json.loads(listed)
        except (ValueError, RecursionError):
            listed = []
    values = listed if isinstance(listed, list) else [given]
    paths = (one if isinstance(one, str) else parse_object(one).get("path") for one in values)
    return [path for path in paths if isinstance(path, str) and path][:_MAX_FILES]


def _answer(content: object) -> tuple[str, bool]:
    """What a tool answered, and whether it failed: some answers are JSON in a text."""
    if isinstance(content, str) and content.startswith(("{", "[")):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return parse_text(content), False
    answers = [content] if isinstance(content, dict) else parse_objects(content)
    if not answers:
        return parse_text(content), False
    texts = [one.get("result") or one.get("error") or one.get("text") or "" for one in answers]
    return join_texts(texts), any(one.get("success") is False for one in answers)
