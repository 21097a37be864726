"""What our plugin passes on, and what it is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.hook_client import HookAnswer, HookPayload
from gitmem.agents.hook_clients import choose_client
from gitmem.agents.opencode.hook_output import OpenCodeHooks
from gitmem.agents.opencode.hook_payload import parse_payload
from tests.agents.test_hostile import values

EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd")


def test_a_payload_is_read() -> None:
    data = {
        "hook_event_name": "PostToolUse",
        "cwd": "/w",
        "session_id": "ses_1",
        "agent_id": "ses_2",
        "tool_name": "edit",
        "tool_input": {"file_path": "/w/a.py", "old_string": "a", "new_string": "b"},
    }

    payload = parse_payload(json.dumps(data).encode())

    assert replace(payload, lines=tuple(payload.lines)) == HookPayload(
        session="ses_1",
        cwd="/w",
        event="PostToolUse",
        agent_id="ses_2",
        path="/w/a.py",
        is_edit=True,
        old_texts=("a",),
        new_texts=("b",),
    )
    assert payload.listener == "ses_1 ses_2"


def test_the_lines_that_were_read() -> None:
    data = {"tool_input": {"file_path": "a.py", "offset": 3, "limit": 2}}

    assert parse_payload(json.dumps(data).encode()).lines == ((3, 4),)


@pytest.mark.parametrize("key", ["session_id", "cwd", "tool_input", "prompt", "source"])
def test_a_key_may_be_missing(key: str) -> None:
    whole = {"session_id": "s", "cwd": "/w", "tool_input": {}, "prompt": "p", "source": "startup"}
    part = {name: value for name, value in whole.items() if name != key}

    assert isinstance(parse_payload(json.dumps(part).encode()), HookPayload)


@given(st.one_of(st.binary(max_size=60), values.map(lambda value: json.dumps(value).encode())))
def test_anything_else_reads_as_empty(data: bytes) -> None:
    assert isinstance(parse_payload(data), HookPayload)


def test_arguments_as_a_text() -> None:
    data = {"tool_input": json.dumps({"file_path": "a.py", "content": "x"})}

    payload = parse_payload(json.dumps(data).encode())

    assert (payload.path, payload.is_edit) == ("a.py", True)


def test_one_object_or_nothing() -> None:
    client = choose_client("opencode", b"{}", {})
    assert isinstance(client, OpenCodeHooks)

    for event in EVENTS:
        assert client.write(event, HookAnswer()) == ""
        assert client.write(event, HookAnswer(message="for a person")) == ""
        told = client.write(event, HookAnswer("words \u2014 and\nmore", "for a person"))
        wanted = {"context": "words \u2014 and\nmore"} if client.tells(event) else None
        assert (json.loads(told) if told else None) == wanted
    assert [event for event in EVENTS if client.tells(event)] == list(EVENTS[:4])
    assert not any(map(client.shows, EVENTS))
