"""No agent's file, whatever stands in it, may stop the reading: each is somebody's input."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.adapters import Agents
from gitmem.agents.lines import MAX_LINE_BYTES
from gitmem.model.session import Transcript

NAMES = {
    "codex": "rollout-2026-11-21T00-00-00-00000000-0000-0000-0000-000000000000.jsonl",
    "gemini": "session-2026-11-21T00-00-00000000.jsonl",
    "gemini document": "session-2026-11-21T00-00-00000000.json",
    "copilot": "events.jsonl",
    "qwen": "projects/w/chats/00000000-0000-0000-0000-000000000000.jsonl",
    "qwen document": ".qwen/tmp/w/chats/session-2026-11-21T00-00-00000000.json",
    "cline": "1795944931947_7orv8.messages.json",
    "cursor": "agent-transcripts/00000000-0000-0000-0000-000000000000.jsonl",
    "cursor text": "agent-transcripts/00000000-0000-0000-0000-000000000000.txt",
    "claude-code": "00000000-0000-0000-0000-000000000000.jsonl",
}
DOCUMENTS = ("gemini document", "qwen document", "cline")
KEYS = [
    *("parts", "functionCall", "thought", "subtype", "systemPayload", "displayText", "uuid"),
    *("parentUuid", "toolCallResult", "compressedHistory", "forkedFrom", "ts", "commands"),
    *("files", "tool_use_id", "success", "error", "thinking", "new_text", "old_text", "query"),
    *("type", "payload", "timestamp", "id", "name", "call_id", "arguments", "input", "output"),
    *("role", "content", "text", "summary", "message", "item", "changes", "status", "cwd"),
    *(
        "messages",
        "toolCalls",
        "args",
        "result",
        "functionResponse",
        "response",
        "$set",
        "thoughts",
    ),
    *("file_path", "command", "cmd", "resultDisplay", "turn_id", "action", "workdir", "source"),
    *("internal_chat_message_metadata_passthrough", "content_item_kinds", "forked_from_id"),
    *("data", "toolName", "toolCallId", "success", "error", "summaryContent", "reasoningText"),
    *("fileEdits", "shellExecution", "exitCode", "context", "upToEventId", "eventIds", "agentId"),
    *("old_str", "new_str", "file_text", "edits", "reason"),
    *("parsed_cmd", "path", "unified_diff", "move_path", "aggregated_output", "exit_code"),
]
WORDS = [
    *("tool_result", "system", "rewind", "chat_compression", "run_shell_command", "run_commands"),
    *("editor", "read_files", "tool_use", "StrReplace", "ApplyPatch", "Shell", "Write", "thinking"),
    '["ls", {"command": 3}]',
    "<timestamp>Tuesday, Sep 8, 2026, 1:56 PM (UTC-7)</timestamp>\n<user_query>x</user_query>",
    "<timestamp>Smarch 99, 99999, 99:99 PM (UTC-99)</timestamp>",
    *("response_item", "event_msg", "session_meta", "turn_context", "compacted", "item_completed"),
    *("message", "function_call", "function_call_output", "custom_tool_call", "reasoning"),
    *("custom_tool_call_output", "local_shell_call", "FileChange", "CommandExecution"),
    *("apply_patch", "exec", "exec_command", "shell", "write_stdin", "read_file", "replace"),
    *("user.message", "assistant.message", "assistant.reasoning", "tool.execution_start"),
    *("tool.execution_complete", "tool.user_requested", "session.compaction_complete", "abort"),
    *("session.snapshot_rewind", "session.start", "session.resume", "session.context_changed"),
    *("bash", "powershell", "view", "edit", "create", "str_replace_editor", "task", "ask_user"),
    *("user", "assistant", "gemini", "info", "executing", "failed", "turn_aborted", "read"),
    *("2026-11-21T01:02:03.004Z", "9999-99-99T99:99:99Z", "/w/a.py", "c", "\x00", "\ud800", ""),
    "*** Begin Patch\n*** Update File: a.py\n+x\n*** End Patch",
    "*** Begin Patch\\n*** Add File: b.py\\n+x",
    '{"cmd": ["bash", "-lc", 3]}',
    '{"command": "cat <<E\\nline\\nE"}',
    'cmd: "\\ud800"',
    "<session_context>",
]
scalars = st.one_of(
    st.sampled_from(WORDS),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    ),
    max_leaves=25,
)
records = st.dictionaries(st.sampled_from(KEYS), values, max_size=8)


def read(name: str, data: bytes) -> Transcript:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return Agents.from_environment({}).read(path)


def rendered(name: str, given: list[Any]) -> bytes:
    if name in DOCUMENTS:
        return json.dumps({"sessionId": "s", "messages": given}).encode()
    return b"".join(json.dumps(record).encode() + b"\n" for record in given)


@pytest.mark.parametrize("name", sorted(NAMES))
@given(given=st.lists(st.one_of(records, values), max_size=6))
def test_records_of_any_shape_are_read(name: str, given: list[Any]) -> None:
    """Every record is passed over or counted, and what is kept can be written to a file."""
    transcript = read(name, rendered(name, given))

    assert 0 <= transcript.first <= transcript.end
    for event in transcript.events:
        assert transcript.first <= event.record < transcript.end
        event.text.encode()
        assert isinstance(event.path, str)


@pytest.mark.parametrize("name", sorted(NAMES))
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read(name: str, data: bytes) -> None:
    assert read(name, data + b"\n").events == ()


@pytest.mark.parametrize("name", sorted(NAMES.keys() - {"cursor text"}))
def test_deep_nesting_and_a_huge_line(name: str) -> None:
    deep = b'{"messages": ' * 100_000 + b"\n"
    huge = b'{"type": "' + b"x" * MAX_LINE_BYTES + b'"}\n'

    assert read(name, deep + huge).broken_lines >= 1


@pytest.mark.parametrize("name", ["codex", "gemini", "copilot", "qwen", "cursor", "claude-code"])
def test_garbage_between_records_costs_only_itself(name: str, tmp_path: Path) -> None:
    good = list(_good(name))
    lines = [good[0], b"\xff\xfe garbage\n", b"[1, 2]\n", b"null\n", *good[1:]]

    transcript = read(name, b"".join(lines))

    assert [event.text for event in transcript.events] == ["Fix it", "Done"]
    assert transcript.broken_lines == 3


def _good(name: str) -> Iterator[bytes]:
    for role, kind, text in (("user", "user", "Fix it"), ("assistant", "gemini", "Done")):
        line = {"type": f"{role}.message", "data": {"content": text}}
        part = {"type": "text" if name == "claude-code" else "input_text", "text": text}
        message = {"type": "message", "role": role, "content": [part]}
        forms: dict[str, dict[str, Any]] = {
            "codex": {"type": "response_item", "payload": message},
            "gemini": {"id": kind, "type": kind, "content": text},
            "copilot": line,
            "qwen": {"type": role, "message": {"parts": [{"text": text}]}},
            "cursor": {"role": role, "message": {"content": [{"type": "text", "text": text}]}},
            "claude-code": {"type": role, "message": message},
        }
        yield json.dumps(forms[name]).encode() + b"\n"
