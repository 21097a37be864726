"""One line of a GitHub Copilot CLI session, as events.

The line of a call and that of its end are read, and the messages; what hooks were told and said
(``hook.start``, ``hook.end``), the system's message, usage and permissions are the client's own
book-keeping.  What a hook of ours said comes back in a tool's result and is cut from there.
Nothing here may fail on a record of another shape.

**Source:** ``schemas/session-events.schema.json`` in the client's package (1.0.102), and files
that versions 1.0.64 to 1.0.102 wrote (``tests/fixtures/copilot``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gitmem.agents.copilot.tools import draft_call, draft_patch, name_tool, parse_arguments
from gitmem.agents.draft import Draft
from gitmem.agents.json_values import (
    JsonObject,
    parse_name,
    parse_object,
    parse_objects,
    parse_path,
    parse_text,
)
from gitmem.agents.patches import has_patch
from gitmem.agents.user_words import own_words
from gitmem.model.session import Event, EventKind

_NEW_CONTEXT = frozenset({"session.start", "session.resume", "session.context_changed"})
_STOPPED_BY_CLIENT = "autopilot_credit_limit"
_GUIDANCE = re.compile(
    r'\n*Tool "[^"\n]{1,200}" succeeded\. Additional guidance from \w{1,40} hooks:\n.*\Z', re.DOTALL
)
_EXIT_LINE = re.compile(
    r"\n?<(?:shellId: \S{1,80} completed|(?:command )?exited|completed) with exit code "
    r"(-?\d{1,10})>\s*\Z"
)
_ANSWER = re.compile(r"\AUser (?:responded|selected): ")
_DONE_SUFFIX = "#done"


@dataclass(frozen=True)
class _Call:
    """A call without its end yet."""

    name: str = ""
    tool: str = ""
    patch: str = ""


class EventReader:
    """Turns the lines of one session into events.  ``cwd`` is where its commands run."""

    def __init__(self, cwd: str = "") -> None:
        self.cwd = cwd
        self.branch = ""
        self._calls: dict[str, _Call] = {}
        self._thought = ""

    def draft_events(self, record: JsonObject, draft: Draft) -> Iterator[Event]:
        """The events of one line, in its own order."""
        kind, data = parse_name(record.get("type")), parse_object(record.get("data"))
        if kind == "user.message":
            yield from _prompt(data, draft)
        elif kind == "assistant.message":
            yield from self._think(data.get("reasoningText"), draft)
            yield from draft.words(EventKind.SAY, parse_text(data.get("content")).strip())
        elif kind == "assistant.reasoning":
            yield from self._think(data.get("content"), draft)
        elif kind in ("tool.execution_start", "tool.user_requested"):
            yield from self._call(data, draft)
        elif kind == "tool.execution_complete":
            yield from self._result(data, draft)
        elif kind == "session.compaction_complete" and data.get("success") is not False:
            yield from draft.words(EventKind.SUMMARY, parse_text(data.get("summaryContent")))
        elif kind == "session.task_complete" and data.get("success") is not False:
            # What an agent that works by itself says in the end stands in a call.
            yield from draft.words(EventKind.SAY, parse_text(data.get("summary")).strip())
        elif kind == "abort" and data.get("reason") != _STOPPED_BY_CLIENT:
            if not is_of_subagent(record):
                yield from draft.interrupt()
        elif kind in _NEW_CONTEXT:
            self._move(data if kind == "session.context_changed" else data.get("context"))

    def _move(self, context: object) -> None:
        place = parse_object(context)
        self.cwd = parse_path(place.get("cwd")) or self.cwd
        self.branch = parse_path(place.get("branch"))

    def _think(self, text: object, draft: Draft) -> Iterator[Event]:
        """A thought, which is written by itself, with the message it led to, or both."""
        thought = parse_text(text).strip()
        if thought != self._thought:
            yield from draft.words(EventKind.THINK, thought)
        self._thought = thought

    def _call(self, data: JsonObject, draft: Draft) -> Iterator[Event]:
        call_id, name = parse_name(data.get("toolCallId")), parse_name(data.get("toolName"))
        if call_id and call_id in self._calls:  # the user asked for it, and now it runs
            return
        given = parse_arguments(data.get("arguments"))
        patches = (parse_text(given.get(key)) for key in ("input", "patch", "text"))
        patch = next((text for text in patches if has_patch(text)), "")
        self._calls[call_id] = _Call(name, name_tool(name, given), patch)
        yield from draft_call(name, given, call_id, self.cwd, draft)

    def _result(self, data: JsonObject, draft: Draft) -> Iterator[Event]:
        call_id = parse_name(data.get("toolCallId"))
        call = self._calls.pop(call_id, _Call())
        has_failed = data.get("success") is False
        answer = parse_object(data.get("error" if has_failed else "result"))
        text = parse_text(answer.get("message" if has_failed else "content"))
        text, code = _cut_exit(_GUIDANCE.sub("", text))
        told = parse_object(data.get("shellExecution")).get("exitCode")
        code = told if isinstance(told, int) else code
        if call.tool == "AskUserQuestion":
            text = _ANSWER.sub("", text)
        is_error = has_failed or bool(code)
        yield from draft.result(call.tool, call_id, text, is_error=is_error, exit_code=code)
        if has_failed and call.patch:
            yield from self._done_before(data, call, call_id, draft)

    def _done_before(
        self, data: JsonObject, call: _Call, call_id: str, draft: Draft
    ) -> Iterator[Event]:
        """What a patch that failed in the middle had done to files before."""
        done = {parse_path(edit.get("path")) for edit in parse_objects(data.get("fileEdits"))}
        for event in draft_patch(call.patch, call_id + _DONE_SUFFIX, self.cwd, draft):
            if event.path in done:
                yield event


def is_of_subagent(record: JsonObject) -> bool:
    """Whether a subagent did what the line tells."""
    data = parse_object(record.get("data"))
    return bool(parse_name(record.get("agentId")) or parse_name(data.get("parentToolCallId")))


def _prompt(data: JsonObject, draft: Draft) -> Iterator[Event]:
    """The user's words, as they were typed; what the client or another agent sent is nobody's."""
    is_sent = data.get("isAutopilotContinuation") is True or data.get("agentMode") == "shell"
    source = data.get("source")
    if not is_sent and (not source or source == "user"):
        yield from draft.words(EventKind.PROMPT, own_words(parse_text(data.get("content"))))


def _cut_exit(text: str) -> tuple[str, int | None]:
    """What a command printed, and what it ended with where the client says so behind it."""
    match = _EXIT_LINE.search(text)
    return (text[: match.start()], int(match[1])) if match else (text, None)
