"""What GitHub Copilot CLI is told, and in which JSON."""

from __future__ import annotations

import json

import pytest

from gitmem.agents.copilot.hook_output import CopilotHooks
from gitmem.agents.hook_client import HookAnswer
from gitmem.agents.hook_clients import CLIENT_NAMES, choose_client

HOOKS = CopilotHooks({"COPILOT_PROJECT_DIR": "/w", "CLAUDE_PROJECT_DIR": "/elsewhere"})


@pytest.mark.parametrize("event", ["SessionStart", "PostToolUse", "SubagentStart"])
def test_one_field_at_the_top(event: str) -> None:
    assert HOOKS.tells(event)
    assert json.loads(HOOKS.write(event, HookAnswer("a «memory»", "for the person"))) == {
        "additionalContext": "a «memory»"
    }
    assert HOOKS.write(event, HookAnswer("", "for the person")) == ""


@pytest.mark.parametrize("event", ["UserPromptSubmit", "PreToolUse", "Stop", "SessionEnd"])
def test_nothing_elsewhere(event: str) -> None:
    assert not HOOKS.tells(event)
    assert HOOKS.write(event, HookAnswer("a memory", "a line")) == ""


def test_nothing_that_the_client_would_cut_in_two() -> None:
    long = HookAnswer("é" * 5_001)

    assert HOOKS.write("PostToolUse", long) == ""
    assert HOOKS.write("PostToolUse", HookAnswer("é" * 5_000))
    assert HOOKS.write("SessionStart", long)


def test_chosen_by_the_name_in_its_command() -> None:
    client = choose_client("copilot-cli", b"", {"COPILOT_PROJECT_DIR": "/w"})

    assert "copilot-cli" in CLIENT_NAMES
    assert isinstance(client, CopilotHooks)
    assert client.parse(b'{"sessionId": "s"}').project == "/w"
    assert CopilotHooks({"CLAUDE_PROJECT_DIR": "/v"}).parse(b"{}").project == "/v"
    assert not any([client.keeps_context, client.shows("SessionStart"), client.asks("PostToolUse")])
    assert client.budget_tokens("SessionStart", 700) == 700
