"""What Codex is told: only what its closed schemas have."""

from __future__ import annotations

import json

import pytest

from gitmem.agents.codex.hook_output import CodexHooks
from gitmem.agents.hook_client import HookAnswer
from gitmem.agents.hook_clients import choose_client

TELLING = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart")


@pytest.mark.parametrize("event", TELLING)
def test_context_and_nothing_else(event: str) -> None:
    """The message for a person is not known to be shown, and is left out."""
    text = CodexHooks({}).write(event, HookAnswer("why\n<it> is so", "for you"))

    assert json.loads(text) == {
        "hookSpecificOutput": {"hookEventName": event, "additionalContext": "why\n<it> is so"}
    }


@pytest.mark.parametrize("event", ["Stop", "SessionEnd", "PreToolUse", "PreCompact", "Interrupt"])
def test_events_at_which_nothing_is_said(event: str) -> None:
    client = CodexHooks({})

    assert client.write(event, HookAnswer("why", "for you")) == ""
    assert not client.tells(event)


def test_nothing_is_no_output() -> None:
    assert CodexHooks({}).write("SessionStart", HookAnswer()) == ""
    assert CodexHooks({}).write("SessionStart", HookAnswer(message="for you")) == ""


def test_what_stands_in_the_conversation_whole() -> None:
    """Of more than 2,500 tokens, 4 bytes each, the client shows a preview."""
    client = CodexHooks({})

    assert client.budget_tokens("SessionStart", 350) == 350
    assert client.budget_tokens("SessionStart", 9_000) < 2_500


def test_it_is_chosen_by_its_name_alone() -> None:
    """Whatever client started it: the environment is inherited."""
    client = choose_client("codex", b"{}", {"CLAUDE_CODE_SESSION_ID": "x", "CLAUDECODE": "1"})

    assert client is not None
    assert client.name == "codex"
