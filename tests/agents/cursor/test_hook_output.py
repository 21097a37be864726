"""Cursor's hooks by its documentation and what was read off the client 3.20.17."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.cursor.hook_output import CursorHooks
from gitmem.agents.hook_client import HookAnswer

EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd")
FIELDS = {  # those that the client's own validators know
    "SessionStart": {"env", "additional_context"},
    "UserPromptSubmit": {"continue", "user_message", "additional_context"},
    "PostToolUse": {"additional_context", "updated_mcp_tool_output"},
}


@given(st.sampled_from(EVENTS), st.text(), st.text())
def test_an_answer_is_one_object_of_the_clients_schema_or_nothing(
    event: str, context: str, message: str
) -> None:
    printed = CursorHooks({}).write(event, HookAnswer(context, message))

    if not context or event not in FIELDS:
        assert printed == ""
    else:
        assert json.loads(printed).keys() <= FIELDS[event]
        assert json.loads(printed)["additional_context"] == context


def test_a_prompt_is_never_held_up() -> None:
    printed = CursorHooks({}).write("UserPromptSubmit", HookAnswer("x"))

    assert json.loads(printed)["continue"] is True


@pytest.mark.parametrize("arguments", ["object", "text"])
def test_a_tools_arguments_are_read_as_an_object_or_as_a_text(arguments: str) -> None:
    asked: Any = {"file_path": "/p/a.py", "old_string": "x", "new_string": "y"}
    value = {
        "conversation_id": "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2",
        "workspace_roots": ["/p"],
        "tool_name": "Write",
        "tool_input": asked if arguments == "object" else json.dumps(asked),
    }

    found = CursorHooks({}).parse(json.dumps(value).encode())

    assert (found.path, found.is_edit, found.project) == ("/p/a.py", True, "/p")
    assert (found.session, found.old_texts, found.new_texts) == (
        "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2",
        ("x",),
        ("y",),
    )


def test_the_environment_says_the_project_before_the_payload_does() -> None:
    said = json.dumps({"workspace_roots": ["/other"]}).encode()

    assert CursorHooks({"CURSOR_PROJECT_DIR": "/p"}).parse(said).project == "/p"
    assert CursorHooks({}).parse(said).project == "/other"


def test_what_is_sent_with_every_request_is_short() -> None:
    client = CursorHooks({})

    assert client.budget_tokens("SessionStart", 10_000) == 250
    assert client.budget_tokens("SessionStart", 100) == 100
    assert client.budget_tokens("UserPromptSubmit", 1_000) == 1_000
