"""One record of Claude Code's transcript, as events.

Only messages are read.  ``attachment`` and every other kind of record is the client's own
book-keeping (and where injected memory stands); ``toolUseResult`` and ``originalFile`` repeat what
the message holds.  Nothing here may fail on a record of another shape.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    join_texts,
    parse_name,
    parse_object,
    parse_objects,
    parse_text,
)
from gitmem.agents.user_words import own_words
from gitmem.model.session import EDIT_TOOLS, Event, EventKind

_PATHS = ("file_path", "notebook_path")
_NEW_TEXTS = ("new_string", "content", "new_source")
_SUMMARY_OPENING = "This session is being continued from a previous conversation"
_INTERRUPT_OPENING = "[Request interrupted"
_EXIT_CODE = re.compile(r"(?:Error: )?Exit code (-?\d{1,10})\b")


class RecordReader:
    """Turns records into events, remembering which tool each call id belongs to.

    What the transcript repeats of the ``subagents``, whose own files are read, is left out.
    """

    def __init__(self, subagents: Collection[str] = (), *, in_full: bool = False) -> None:
        self._tools: dict[str, str] = {}
        self._subagents = subagents
        self._in_full = in_full

    def draft_events(self, record: JsonObject, number: int, time: float) -> Iterator[Event]:
        """The events of one record, in its own order; none for what is not a message."""
        is_subagent = record.get("isSidechain") is True
        if record.get("type") == "progress":
            record, is_subagent = self._subagent_record(record), True
        message, kind = record.get("message"), record.get("type")
        if not isinstance(message, dict):
            return
        draft = Draft(number, time, is_subagent=is_subagent, in_full=self._in_full)
        content = message.get("content")
        if kind == "assistant":
            yield from self._assistant_events(content, draft)
        elif kind == "user":
            yield from self._results(content, draft)
            yield from _user_events(record, _parse_text(content), draft)

    def _subagent_record(self, record: JsonObject) -> JsonObject:
        """The subagent's record that a progress record wraps; empty when it wraps none."""
        data = parse_object(record.get("data"))
        is_read_elsewhere = parse_name(data.get("agentId")) in self._subagents
        if data.get("type") != "agent_progress" or is_read_elsewhere:
            return {}
        return parse_object(data.get("message"))

    def _assistant_events(self, content: object, draft: Draft) -> Iterator[Event]:
        for block in parse_objects(content):
            kind = block.get("type")
            if kind == "text":
                yield from draft.words(EventKind.SAY, parse_text(block.get("text")))
            elif kind == "thinking":
                yield from draft.words(EventKind.THINK, parse_text(block.get("thinking")))
            elif kind == "tool_use":
                yield from self._call(block, draft)

    def _call(self, block: JsonObject, draft: Draft) -> Iterator[Event]:
        tool, call_id = parse_name(block.get("name")), parse_name(block.get("id"))
        self._tools[call_id] = tool
        inputs = parse_object(block.get("input"))
        path, command = _path(inputs), inputs.get("command")
        if tool in EDIT_TOOLS:
            added, removed = _new_text(inputs), _old_text(inputs)
            yield from draft.edit(tool, call_id, path, added=added, removed=removed)
        elif isinstance(command, str):
            yield from draft.run(tool, call_id, command, path=path)
        else:
            others = {key: value for key, value in inputs.items() if key not in _PATHS}
            text, plan = render_input(others), parse_text(inputs.get("plan"))
            yield from draft.call(tool, call_id, text=text, path=path, plan=plan)

    def _results(self, content: object, draft: Draft) -> Iterator[Event]:
        for block in parse_objects(content):
            if block.get("type") == "tool_result":
                call_id, is_error = parse_name(block.get("tool_use_id")), block.get("is_error")
                tool, text = self._tools.pop(call_id, ""), _parse_text(block.get("content"))
                code = _exit_code(text) if is_error is True else None
                yield from draft.result(
                    tool, call_id, text, is_error=is_error is True, exit_code=code
                )


def _user_events(record: JsonObject, text: str, draft: Draft) -> Iterator[Event]:
    """The user's prompt, the client's summary of what it compacted, or an interruption."""
    if record.get("isCompactSummary") is True or text.startswith(_SUMMARY_OPENING):
        yield from draft.words(EventKind.SUMMARY, text)
    elif text.startswith(_INTERRUPT_OPENING):
        yield from draft.interrupt()
    elif record.get("isMeta") is not True:
        yield from draft.words(EventKind.PROMPT, own_words(text))


def _parse_text(content: object) -> str:
    """A text, or the texts among content blocks; other blocks have texts of the client's."""
    if isinstance(content, str):
        return content
    return parse_text([block for block in parse_objects(content) if block.get("type") == "text"])


def _exit_code(text: str) -> int | None:
    match = _EXIT_CODE.match(text)
    return int(match[1]) if match else None


def _path(inputs: JsonObject) -> str:
    path = next((inputs[key] for key in _PATHS if inputs.get(key)), "")
    return path if isinstance(path, str) else ""


def _new_text(inputs: JsonObject) -> str:
    texts = [inputs.get(key) for key in _NEW_TEXTS]
    if text := next((text for text in texts if isinstance(text, str) and text), ""):
        return text
    return join_texts(edit.get("new_string") for edit in parse_objects(inputs.get("edits")))


def _old_text(inputs: JsonObject) -> str:
    edits = [inputs, *parse_objects(inputs.get("edits"))]
    return join_texts(edit.get("old_string") for edit in edits)
