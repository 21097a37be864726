"""Whose payload a hook has; the fields of other clients were seen in the clients themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmem.agents.hook_clients import choose_client, recognise

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
CLAUDE = {
    "session_id": SESSION,
    "transcript_path": "/home/dev/.claude/projects/-home-dev-project/7dc9a616.jsonl",
    "cwd": "/home/dev/project",
    "hook_event_name": "PostToolUse",
    "tool_name": "Read",
    "tool_input": {"file_path": "/home/dev/project/a.py"},
}
IN_CLAUDE = {"CLAUDE_CODE_ENTRYPOINT": "cli", "CLAUDE_CODE_SESSION_ID": SESSION}
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("cursor", {"conversation_id": "c1", "hook_event_name": "sessionStart"}),
    ("cursor", {"session_id": "c1", "workspace_roots": ["/home/dev/project"]}),
    ("cursor", {"generation_id": "g1", "prompt": "hello"}),
    ("codex", {**CLAUDE, "turn_id": "t1", "permission_mode": "default"}),
    ("codex", {"session_id": "s", "transcript_path": "/h/.codex/sessions/rollout-2026-s.jsonl"}),
    ("copilot-cli", {"session_id": "s", "timestamp": "2026-11-29T09:36:51Z", "source": "new"}),
    ("copilot-cli", {"session_id": "s", "source": "new"}),
    ("copilot-cli", {"session_id": "s", "timestamp": "2026-11-29T09:36:51Z", "prompt": "hello"}),
    (
        "copilot-cli",
        {"session_id": "s", "timestamp": "x", "transcript_path": "/x", "stop_reason": "end_turn"},
    ),
]


@pytest.mark.parametrize(("name", "payload"), OTHERS)
@pytest.mark.parametrize("environ", [{}, IN_CLAUDE], ids=["alone", "started by Claude Code"])
def test_a_client_is_known_by_its_payload(
    name: str, payload: dict[str, Any], environ: dict[str, str]
) -> None:
    other = {**payload, "session_id": "another"} if "session_id" in payload else payload

    assert name == recognise(json.dumps(other).encode(), environ)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tool_input": {"conversation_id": "of a tool", "turn_id": 1, "timestamp": "now"}},
        {"tool_input": {"file_path": 'say "new"'}, "prompt": '{"conversation_id": "c"}'},
        {"tool_response": {"tool_result": "x", "workspace_roots": []}},
        {"timestamp": "2026-11-29T09:36:51Z"},  # as a later version may send
    ],
)
def test_what_stands_inside_claude_codes_payload_makes_it_no_others(more: dict[str, Any]) -> None:
    for environ in ({}, IN_CLAUDE, {**IN_CLAUDE, "COPILOT_PROJECT_DIR": "/x"}):
        assert recognise(json.dumps({**CLAUDE, **more}).encode(), environ) == "claude-code"


def test_a_session_of_claude_code_is_its_whatever_else_its_next_version_sends() -> None:
    later = json.dumps({**CLAUDE, "turn_id": "1", "stop_reason": "end_turn"})

    assert recognise(later.encode(), IN_CLAUDE) == "claude-code"


@pytest.mark.parametrize("payload", [b"", b"not JSON", b"[]", b"{}", b'{"session_id": 3}', b"\xff"])
def test_where_the_payload_says_nothing_a_variable_of_the_hook_does(payload: bytes) -> None:
    assert recognise(payload, {}) == "claude-code"
    assert recognise(payload, {"CURSOR_VERSION": "3.20.17"}) == "cursor"
    assert recognise(payload, {"COPILOT_PROJECT_DIR": "/x"}) == "copilot-cli"
    assert recognise(payload, {**IN_CLAUDE, "CURSOR_VERSION": "3.20.17"}) == "claude-code"


def test_a_payload_that_was_cut_off_is_known_by_what_came_before_the_tools_answer() -> None:
    whole = json.dumps({"session_id": "s", "timestamp": "t", "tool_result": {"text": "x" * 99}})

    assert recognise(whole[:-20].encode(), {}) == "copilot-cli"


def test_nobody_is_spoken_to_by_a_name_that_nobody_has() -> None:
    assert choose_client("no-such-client", b"{}", {}) is None
