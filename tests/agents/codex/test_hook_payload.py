"""What Codex gives a hook: payloads that 0.171 gave, and what could be in one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.codex.hook_payload import parse_payload
from gitmem.agents.hook_client import HookPayload
from tests.support.agents import FIXTURES

SESSION = "01a226a6-b794-7111-89df-bab09634f0a7"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("session_id", "transcript_path", "cwd", "prompt", "tool_name", "tool_input", "agent_id")


def recorded(name: str, **changes: Any) -> HookPayload:
    given = json.loads((FIXTURES / "codex" / "hooks" / f"{name}.json").read_text())
    return parse_payload(json.dumps({**given, **changes}).encode())


@pytest.mark.parametrize(
    ("name", "source"),
    [("SessionStart", "startup"), ("SessionStart-resume", "resume"), ("SessionStart-fork", "fork")],
)
def test_a_start(name: str, source: str) -> None:
    payload = recorded(name)

    assert (payload.event, payload.source, payload.cwd) == (
        "SessionStart",
        source,
        "/home/dev/project",
    )
    assert payload.session in payload.transcript_path


def test_a_prompt() -> None:
    payload = recorded("UserPromptSubmit")

    assert (payload.session, payload.prompt) == (SESSION, "Please change a.txt")
    assert payload.listener == SESSION


def test_the_ends() -> None:
    assert recorded("Stop").event == "Stop"
    assert recorded("SessionEnd").reason == "other"


def test_a_session_without_a_file() -> None:
    """``codex exec --ephemeral`` keeps none; the schema allows it everywhere."""
    assert recorded("SessionStart", transcript_path=None).transcript_path == ""


def test_a_subagent_is_another_listener_and_has_no_user() -> None:
    """Its transcript is its own, not the session's."""
    start, prompt = recorded("SubagentStart"), recorded("UserPromptSubmit-subagent")

    assert start.agent_id == prompt.agent_id != ""
    assert start.listener != start.session
    assert (start.transcript_path, prompt.prompt) == ("", "")


def test_a_command_that_reads() -> None:
    payload = recorded("PostToolUse-Bash")

    assert (payload.path, payload.lines, payload.is_edit) == ("a.txt", ((1, 5),), False)


def test_a_command_of_a_script() -> None:
    assert recorded("PostToolUse-script").path == "a.txt"


def test_a_patch_touches_each_of_its_files() -> None:
    payload = recorded("PostToolUse-apply_patch")

    assert [(p.path, p.is_edit) for p in (payload, *payload.others)] == [
        ("a.txt", True),
        ("b.txt", True),
    ]


def test_where_a_patch_put_its_lines() -> None:
    """Lines that stand together are one text; a brace stands in many places."""
    patch = (
        "*** Begin Patch\n*** Update File: a.py\n@@\n-old = 1\n+first line\n+second line\n kept\n"
        "+}\n*** End Patch\n"
    )
    payload = recorded("PostToolUse-apply_patch", tool_input={"command": patch})

    assert payload.new_texts == ("first line\nsecond line",)
    assert payload.old_texts == ("old = 1",)


def test_a_command_that_writes_and_reads() -> None:
    command = "cd src && sed -i s/a/b/ one.py && cat one.py two.py"
    payload = recorded("PostToolUse-Bash", tool_input={"command": command})

    assert [(p.path, p.is_edit) for p in (payload, *payload.others)] == [
        ("src/one.py", True),
        ("src/two.py", False),
    ]


def test_a_commit() -> None:
    command = "git add -A && git commit -qm 'Round'"

    assert recorded("PostToolUse-Bash", tool_input={"command": command}).has_committed
    assert not recorded("PostToolUse-Bash").has_committed


@pytest.mark.parametrize("given", ['{"command": "cat a.txt"}', {"command": "cat a.txt"}])
def test_arguments_as_a_text(given: object) -> None:
    assert recorded("PostToolUse-Bash", tool_input=given).path == "a.txt"


def test_more_files_than_are_looked_at() -> None:
    patch = "".join(f"*** Add File: f{n}.py\n+x\n" for n in range(300))
    command = f"*** Begin Patch\n{patch}*** End Patch\n"
    payload = recorded("PostToolUse-apply_patch", tool_input={"command": command})

    assert len(payload.others) == 7


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_values(value: dict[str, Any]) -> None:
    payload = parse_payload(json.dumps(value).encode())

    assert isinstance(payload.session, str)
    assert isinstance(payload.path, str)


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    assert parse_payload(data) == HookPayload() or data.strip().startswith(b"{")
