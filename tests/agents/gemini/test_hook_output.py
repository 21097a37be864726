"""Gemini CLI's hooks: payloads that version 0.61 sent, and what it may be told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.gemini.hook_output import GeminiHooks
from gitmem.agents.hook_client import HookAnswer
from tests.support.agents import FIXTURES

EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd")
NAMES = {
    "SessionStart": "SessionStart",
    "UserPromptSubmit": "BeforeAgent",
    "PostToolUse": "AfterTool",
}


def payloads(event: str) -> list[bytes]:
    lines = (FIXTURES / "gemini" / "hooks.jsonl").read_bytes().splitlines()
    return [line for line in lines if json.loads(line)["hook_event_name"] == event]


def test_what_the_client_says() -> None:
    hooks = GeminiHooks({"GEMINI_PROJECT_DIR": "/home/dev/stats"})

    (start,) = map(hooks.parse, payloads("SessionStart"))
    (prompt,) = map(hooks.parse, payloads("BeforeAgent"))
    read, edit, run = map(hooks.parse, payloads("AfterTool"))
    (end,) = map(hooks.parse, payloads("SessionEnd"))

    assert start.source == "startup"
    assert start.transcript_path.endswith(f"-{start.session[:8]}.jsonl")
    assert {start.project, start.cwd} == {"/home/dev/stats"}
    assert prompt.prompt.endswith("stats.py crashes on an empty list.")
    assert (read.path, read.is_edit) == ("/home/dev/stats/stats.py", False)
    assert (edit.path, edit.is_edit) == ("/home/dev/stats/stats.py", True)
    assert edit.old_texts == ("    return sum",)
    assert run.path == ""
    assert {one.session for one in (start, prompt, read, edit, run, end)} == {start.session}


def test_what_we_said_at_the_start_is_not_the_persons_prompt() -> None:
    """Without a terminal the client puts it in front of the first one."""
    prompt = "<hook_context>Once, lru_cache was too slow.</hook_context>\n\nAdd caching."
    value = {"session_id": "s-1", "hook_event_name": "BeforeAgent", "prompt": prompt}

    assert GeminiHooks({}).parse(json.dumps(value).encode()).prompt == "Add caching."


@given(st.sampled_from(EVENTS), st.text(), st.text())
def test_an_answer_is_one_object_of_the_clients_schema_or_nothing(
    event: str, context: str, message: str
) -> None:
    printed = GeminiHooks({}).write(event, HookAnswer(context, message))

    if not context or event not in NAMES:
        assert printed == ""
    else:
        told = {"hookEventName": NAMES[event], "additionalContext": context}
        assert json.loads(printed) == {"hookSpecificOutput": told}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"tool_input": "x", "prompt": 3}', b"\xff"])
def test_what_is_no_payload_reads_as_empty(data: bytes) -> None:
    found = GeminiHooks({}).parse(data)

    assert (found.session, found.path, found.prompt) == ("", "", "")
