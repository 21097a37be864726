"""What Codex's hooks print, by the commands that it gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitmem.hooks.agent import run_agent_hook
from gitmem.hooks.file_precheck import may_tell
from gitmem.state.questions import Questions
from gitmem.state.sessions import Registry
from tests.hooks.test_agent import context_in, grove, orchard, ready
from tests.hooks.test_imports import HEAVY, loaded_packages, with_memory
from tests.hooks.test_question import committed_by
from tests.support.agents import FIXTURES
from tests.support.git import GitDriver

__all__ = ["grove", "orchard", "ready"]

SESSION = "01a226a6-b794-7111-89df-bab09634f0a7"


def recorded(git: GitDriver, name: str, **changes: Any) -> bytes:
    given = json.loads((FIXTURES / "codex" / "hooks" / f"{name}.json").read_text())
    return json.dumps({**given, "cwd": str(git.path), **changes}).encode()


def say(git: GitDriver, name: str, **changes: Any) -> str:
    event = name.partition("-")[0]
    return run_agent_hook(event, recorded(git, name, **changes), {}, "codex")


def used(git: GitDriver, command: str, call: str = "c1", tool: str = "Bash") -> str:
    changes = {"tool_name": tool, "tool_input": {"command": command}, "tool_use_id": call}
    return say(git, "PostToolUse-Bash", **changes)


@pytest.mark.parametrize("name", ["SessionStart", "SessionStart-resume", "SessionStart-fork"])
def test_a_start_is_given_what_is_remembered(ready: GitDriver, name: str) -> None:
    printed = json.loads(say(ready, name))

    assert list(printed) == ["hookSpecificOutput"]
    assert set(printed["hookSpecificOutput"]) == {"hookEventName", "additionalContext"}
    assert "Cents are integers" in printed["hookSpecificOutput"]["additionalContext"]


def test_a_resumed_session_still_has_it(ready: GitDriver) -> None:
    say(ready, "SessionStart")

    assert "Cents are integers" not in say(ready, "SessionStart-resume")


def test_a_prompt_is_given_what_it_calls_for(orchard: GitDriver) -> None:
    assert "plant tree 3" in say(orchard, "UserPromptSubmit", prompt="Why src/tree3.py?")


def test_a_subagents_prompt_is_nobodys(orchard: GitDriver) -> None:
    """It counts neither as told to the session nor as asked by its person."""
    prompt = "Why src/tree3.py?"

    assert say(orchard, "UserPromptSubmit-subagent", prompt=prompt) == ""
    assert "plant tree 3" in say(orchard, "UserPromptSubmit", prompt=prompt)


def test_a_subagents_transcript_is_not_the_sessions(ready: GitDriver) -> None:
    """What the session itself said stands."""
    say(ready, "SessionStart")
    session = json.loads(recorded(ready, "SessionStart"))
    say(ready, "SubagentStart", session_id=session["session_id"])

    known = Registry(ready.repo).get(session["session_id"])

    assert known is not None
    assert known.transcript == session["transcript_path"]


def test_beside_a_file_that_is_printed(orchard: GitDriver) -> None:
    assert "plant tree 3" in context_in(used(orchard, "nl -ba src/tree3.py | sed -n '1,9p'"))
    assert used(orchard, "cat src/tree3.py", "c2") == ""


def test_of_several_files_one_at_a_time(orchard: GitDriver) -> None:
    """Each is told when it is touched again: little at once, and nothing lost."""
    command = "cat src/tree1.py src/tree2.py"
    first, second, third = (used(orchard, command, f"c{n}") for n in range(3))

    assert "plant tree 1" in context_in(first)
    assert "plant tree 2" in context_in(second)
    assert third == ""


def test_beside_a_patch_stands_what_was_replaced(grove: GitDriver) -> None:
    """By the lines that it put there, in whichever of its files there is something to tell."""
    text = (grove.path / "grove.py").read_text()
    grove.write("grove.py", text.replace("elm = plant(3)", "elm = plant(33)"))
    patch = (
        "*** Begin Patch\n*** Update File: new.py\n@@\n+nothing is known of it\n"
        "*** Update File: grove.py\n@@\n-elm = plant(3)\n+elm = plant(33)\n*** End Patch\n"
    )

    told = context_in(used(grove, patch, tool="apply_patch"))

    assert "The elm keeps" in told
    assert "The oak keeps" not in told


def test_a_hook_that_is_run_twice_says_it_once(orchard: GitDriver) -> None:
    first, again = (used(orchard, "cat src/tree6.py", "same") for _ in range(2))

    assert first
    assert again == ""


def test_a_commit_is_asked_about_where_it_was_made(orchard: GitDriver) -> None:
    """Behind the command itself, once; a subagent is not asked."""
    commit = committed_by(orchard, "Keep prices in cents", SESSION)
    command = "git add -A && git commit -m 'Keep prices in cents'"
    subagent = {"tool_input": {"command": command}, "tool_use_id": "c0"}
    assert say(orchard, "PostToolUse-subagent", session_id=SESSION, **subagent) == ""

    other = used(orchard, "git status")
    asked = used(orchard, command, "c2")

    assert other == ""
    assert f"remember --commit {commit[:7]}" in context_in(asked)
    assert not Questions(orchard.repo).has_commits(SESSION)
    assert used(orchard, command, "c3") == ""


@pytest.mark.parametrize(
    ("command", "is_worth_a_look"),
    [
        ("cat a.py", True),
        ("sed -n 1,5p a.py", True),
        ("*** Begin Patch\n*** End Patch\n", True),
        ("echo x > a.py", True),
        ("git commit -m x", True),
        ("git status", False),
        ("pytest -q", False),
        ("ls", False),
    ],
)
def test_which_commands_are_worth_a_look(
    ready: GitDriver, command: str, is_worth_a_look: bool
) -> None:
    """Before anything of ours is loaded: most commands touch no file that could be told of."""
    given = recorded(ready, "PostToolUse-Bash", tool_input={"command": command})

    assert may_tell(given, {}) == is_worth_a_look


@pytest.mark.parametrize("event", ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop"])
def test_a_hook_of_codex_loads_little(committed: GitDriver, event: str) -> None:
    names = loaded_packages(with_memory(committed), "hook", event, "--client", "codex")

    assert not names & (HEAVY | {"dataclasses", "inspect", "backports", "tempfile"})
