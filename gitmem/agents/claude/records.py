"""One record of Claude Code's transcript, as events.

Only messages are read.  ``attachment`` and every other kind of record is the client's own
book-keeping (and where injected memory stands); ``toolUseResult`` and ``originalFile`` repeat what
the message holds.  Nothing here may fail on a record of another shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from gitmem.agents.text_budget import cut_end, cut_middle
from gitmem.agents.user_words import is_interrupt, is_summary, own_words
from gitmem.model.line_marks import line_marks
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind

Record = Mapping[str, Any]

_MAX_PROMPT = 24_000
_MAX_SAY = 16_000
_MAX_THINK = 6_000
_MAX_SUMMARY = 16_000
_MAX_COMMAND = 4_000
_MAX_INPUT = 400
_MAX_NEW_TEXT = 600
_MAX_NAME = 200
_MAX_PATH = 4_096
_MAX_OUTPUT = 16_000
_MAX_REPORT = 6_000
_MAX_OTHER_RESULT = 600
_NONE: frozenset[int] = frozenset()
_REPORTS = frozenset({"Task", "Agent", "AskUserQuestion", "ExitPlanMode"})
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|\+00:00)?")


class RecordReader:
    """Turns records into events, remembering which tool each call id belongs to.

    What the transcript repeats of the subagents in ``elsewhere``, whose own files are read, is
    left out.
    """

    def __init__(self, elsewhere: Collection[str] = ()) -> None:
        self._tools: dict[str, str] = {}
        self._elsewhere = elsewhere

    def events_of(self, record: Record, number: int, time: float) -> Iterator[Event]:
        """The events of one record, in its own order; none for what is not a message."""
        kind = record.get("type")
        is_sidechain = record.get("isSidechain") is True
        if kind == "progress":
            record = self._subagent_record(record)
            kind, is_sidechain = record.get("type"), True
        message = record.get("message")
        if not isinstance(message, dict):
            return
        content = message.get("content")
        place = _Place(number, time, is_sidechain)
        if kind == "assistant":
            yield from self._assistant_events(content, place)
        elif kind == "user":
            yield from self._results(content, place)
            yield from _user_words(record, content, place)

    def _subagent_record(self, record: Record) -> Record:
        """The subagent's record that a progress record wraps; empty when it wraps none."""
        data = record.get("data")
        if not isinstance(data, dict) or data.get("type") != "agent_progress":
            return {}
        inner = data.get("message")
        is_ours = _name(data.get("agentId")) not in self._elsewhere
        return inner if isinstance(inner, dict) and is_ours else {}

    def _assistant_events(self, content: object, place: _Place) -> Iterator[Event]:
        for block in _blocks(content):
            kind = block.get("type")
            if kind == "text":
                yield from place.spoken(EventKind.SAY, block.get("text"), _MAX_SAY)
            elif kind == "thinking":
                yield from place.spoken(EventKind.THINK, block.get("thinking"), _MAX_THINK)
            elif kind == "tool_use":
                yield self._call(block, place)

    def _call(self, block: Record, place: _Place) -> Event:
        tool, call_id = _name(block.get("name")), _name(block.get("id"))
        self._tools[call_id] = tool
        given = block.get("input")
        inputs = given if isinstance(given, dict) else {}
        path = inputs.get("file_path") or inputs.get("notebook_path") or ""
        added, removed = _marks(tool, inputs)
        return place.event(
            EventKind.CALL,
            text=_call_text(tool, inputs),
            tool=tool,
            path=path if isinstance(path, str) and len(path) <= _MAX_PATH else "",
            call_id=call_id,
            added_marks=added,
            removed_marks=removed,
        )

    def _results(self, content: object, place: _Place) -> Iterator[Event]:
        for block in _blocks(content):
            if block.get("type") != "tool_result":
                continue
            call_id = _name(block.get("tool_use_id"))
            tool = self._tools.pop(call_id, "")
            is_error = block.get("is_error") is True
            text = _text_of(block.get("content"))
            limit = _result_limit(tool, is_error)
            kept = cut_middle(text, limit)
            yield place.event(
                EventKind.RESULT, text=kept, tool=tool, call_id=call_id, is_error=is_error
            )


class _Place:
    """Where in the transcript events come from."""

    def __init__(self, record: int, time: float, is_sidechain: bool) -> None:
        self._record = record
        self._time = time
        self.is_sidechain = is_sidechain

    def event(
        self,
        kind: EventKind,
        *,
        text: str,
        tool: str = "",
        path: str = "",
        call_id: str = "",
        is_error: bool = False,
        added_marks: frozenset[int] = frozenset(),
        removed_marks: frozenset[int] = frozenset(),
    ) -> Event:
        """An event at this place."""
        return Event(
            kind,
            self._record,
            self._time,
            text,
            tool,
            path,
            call_id,
            is_error,
            self.is_sidechain,
            added_marks,
            removed_marks,
        )

    def spoken(self, kind: EventKind, text: object, limit: int) -> Iterator[Event]:
        """The event of a text, if there is one."""
        if isinstance(text, str) and text.strip():
            yield self.event(kind, text=cut_middle(text, limit))


def time_of(record: Record) -> float | None:
    """A record's time in POSIX seconds; None if it has none."""
    stamp = record.get("timestamp")
    match = _TIME.fullmatch(stamp) if isinstance(stamp, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    return moment.timestamp() + float(match[7] or 0)


def _user_words(record: Record, content: object, place: _Place) -> Iterator[Event]:
    """The user's prompt, the client's summary, or an interruption; a subagent's task is none."""
    text = _text_of(content)
    if not text.strip():
        return
    if record.get("isCompactSummary") is True or is_summary(text):
        yield from place.spoken(EventKind.SUMMARY, text, _MAX_SUMMARY)
    elif is_interrupt(text):
        yield place.event(EventKind.INTERRUPT, text="")
    elif record.get("isMeta") is not True and not place.is_sidechain:
        yield from place.spoken(EventKind.PROMPT, own_words(text), _MAX_PROMPT)


def _blocks(content: object) -> list[Record]:
    return [b for b in content if isinstance(b, dict)] if isinstance(content, list) else []


def _text_of(content: object) -> str:
    if isinstance(content, str):
        return content
    texts = (block.get("text") for block in _blocks(content) if block.get("type") == "text")
    return "\n".join(text for text in texts if isinstance(text, str))


def _name(value: object) -> str:
    return value[:_MAX_NAME] if isinstance(value, str) else ""


def _result_limit(tool: str, is_error: bool) -> int:
    """Answers of most tools are code that the repository holds anyway."""
    if tool in RUN_TOOLS:
        return _MAX_OUTPUT
    return _MAX_REPORT if is_error or tool in _REPORTS else _MAX_OTHER_RESULT


def _call_text(tool: str, inputs: Mapping[str, object]) -> str:
    """A command line; the beginning of what an edit wrote; else the input as short JSON."""
    if tool in EDIT_TOOLS:
        return cut_middle(cut_end(_new_text(inputs), 4 * _MAX_NEW_TEXT), _MAX_NEW_TEXT)
    command = inputs.get("command")
    if isinstance(command, str):
        return cut_middle(command, _MAX_COMMAND)
    short = {
        key: cut_middle(value, _MAX_INPUT) if isinstance(value, str) else value
        for key, value in inputs.items()
        if key not in ("file_path", "notebook_path") and isinstance(value, (str, int, bool))
    }
    return cut_middle(json.dumps(short, ensure_ascii=False), _MAX_INPUT) if short else ""


def _marks(tool: str, inputs: Mapping[str, object]) -> tuple[frozenset[int], frozenset[int]]:
    """What a call put into files and took out of them; of a shell command, what it may have."""
    command = inputs.get("command")
    if isinstance(command, str):
        return line_marks(command.splitlines()) if "<<" in command else _NONE, _NONE
    if tool not in EDIT_TOOLS:
        return _NONE, _NONE
    added = line_marks(_new_text(inputs).splitlines())
    removed = line_marks(_old_text(inputs).splitlines())
    return added - removed, removed - added


def _old_text(inputs: Mapping[str, object]) -> str:
    texts = [inputs.get("old_string"), *(e.get("old_string") for e in _blocks(inputs.get("edits")))]
    return "\n".join(text for text in texts if isinstance(text, str))


def _new_text(inputs: Mapping[str, object]) -> str:
    for key in ("new_string", "content", "new_source"):
        value = inputs.get(key)
        if isinstance(value, str) and value:
            return value
    edits = _blocks(inputs.get("edits"))
    return "\n".join(new for edit in edits if isinstance(new := edit.get("new_string"), str))
