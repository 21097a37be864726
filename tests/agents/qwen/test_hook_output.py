"""Qwen Code's hooks: payloads that version 0.24.4 sent, and what it may be told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.hook_client import HookAnswer
from gitmem.agents.qwen.hook_output import QwenHooks
from tests.support.agents import FIXTURES

EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd")


def payloads(event: str) -> list[bytes]:
    lines = (FIXTURES / "qwen" / "hooks.jsonl").read_bytes().splitlines()
    return [line for line in lines if json.loads(line)["hook_event_name"] == event]


def test_what_the_client_says() -> None:
    hooks = QwenHooks({"QWEN_PROJECT_DIR": "/home/dev/stats"})

    (start,) = map(hooks.parse, payloads("SessionStart"))
    prompt, *others = map(hooks.parse, payloads("UserPromptSubmit"))
    read, edit, written, run = map(hooks.parse, payloads("PostToolUse"))
    (stop,) = map(hooks.parse, payloads("Stop"))

    assert start.source == "startup"
    assert start.transcript_path.endswith(f"/chats/{start.session}.jsonl")
    assert {start.project, start.cwd} == {"/home/dev/stats"}
    assert prompt.prompt == "stats.py crashes on an empty list."
    assert (read.path, read.is_edit) == ("/home/dev/stats/stats.py", False)
    assert (edit.path, edit.is_edit, edit.agent_id) == ("/home/dev/stats/stats.py", True, "")
    assert (written.path, written.agent_id) == (
        "/home/dev/stats/helper.py",
        "general-purpose-call_2",
    )
    assert run.path == ""
    assert {one.session for one in (start, prompt, read, edit, run, stop)} == {start.session}
    assert others
    assert {one.session for one in others} == {""}


@given(st.sampled_from(EVENTS), st.text(), st.text())
def test_an_answer_is_one_object_of_the_clients_schema_or_nothing(
    event: str, context: str, message: str
) -> None:
    """What a hook says for a subagent reaches nobody."""
    printed = QwenHooks({}).write(event, HookAnswer(context, message))

    if not context or event not in ("SessionStart", "UserPromptSubmit", "PostToolUse"):
        assert printed == ""
    else:
        told = {"hookEventName": event, "additionalContext": context}
        assert json.loads(printed) == {"hookSpecificOutput": told}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"tool_input": "x", "prompt": 3}', b"\xff"])
def test_what_is_no_payload_reads_as_empty(data: bytes) -> None:
    found = QwenHooks({}).parse(data)

    assert (found.session, found.path, found.prompt) == ("", "", "")
