"""What the real GitHub Copilot CLI told its hooks, in both of its forms, and what it could tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.copilot.hook_payload import parse_payload
from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_clients import recognise
from tests.support.agents import FIXTURES

RECORDED = [
    json.loads(line)
    for line in (FIXTURES / "copilot" / "hooks.jsonl").read_text(encoding="utf-8").splitlines()
]
SESSION = next(one["payload"]["sessionId"] for one in RECORDED if one["hook"] == "sessionStart")


def parsed(payload: object, project: str = "") -> HookPayload:
    return parse_payload(json.dumps(payload).encode(), project)


def recorded(hook: str, **fields: object) -> list[HookPayload]:
    """Those of a hook, in the order in which they came, where the payload has these fields."""
    return [
        parsed(one["payload"])
        for one in RECORDED
        if one["hook"] == hook and fields.items() <= one["payload"].items()
    ]


@pytest.mark.parametrize("hook", ["sessionStart", "SessionStart"])
def test_a_session_that_starts(hook: str) -> None:
    first, resumed = recorded(hook)

    assert (first.session, first.cwd) == (SESSION, "/home/dev/stats")
    assert (first.source, resumed.source) == ("startup", "resume")
    assert (first.transcript_path, first.agent_id) == ("", "")


@pytest.mark.parametrize("hook", ["subagentStart", "SubagentStart"])
def test_a_subagent_that_starts(hook: str) -> None:
    (payload,) = recorded(hook)

    assert payload.session == SESSION
    assert payload.agent_id not in ("", SESSION)
    assert payload.listener == f"{SESSION} {payload.agent_id}"


@pytest.mark.parametrize(
    ("hook", "key", "view", "edit", "create"),
    [
        ("postToolUse", "toolName", "view", "edit", "create"),
        ("PostToolUse", "tool_name", "Read", "Edit", "Write"),
    ],
)
def test_a_tool_that_was_used_on_a_file(
    hook: str, key: str, view: str, edit: str, create: str
) -> None:
    (read,) = recorded(hook, **{key: view})
    assert (read.path, read.lines, read.is_edit) == ("/home/dev/stats/stats.py", ((1, 2),), False)
    assert (read.session, read.agent_id) == (SESSION, "")

    changed = recorded(hook, **{key: edit})[0]
    assert (changed.path, changed.is_edit, changed.lines) == (read.path, True, ())
    assert changed.old_texts == ("def mean(values):\n",)
    assert changed.new_texts == ("def mean(values):\n    if not values:\n        return 0.0\n",)

    of_subagent, own = recorded(hook, **{key: create})
    assert (of_subagent.path, of_subagent.new_texts) == ("/home/dev/stats/helper.py", ("V = 1\n",))
    assert of_subagent.session == own.session == SESSION
    assert of_subagent.agent_id not in ("", SESSION)


@pytest.mark.parametrize("hook", ["postToolUse", "PostToolUse"])
def test_a_patch_is_an_edit_of_its_first_file(hook: str) -> None:
    patch = next(p for p in recorded(hook) if p.session != SESSION)

    assert (patch.path, patch.is_edit, patch.old_texts) == ("stats.py", True, ())
    assert patch.new_texts == ("    # the mean",)


@pytest.mark.parametrize(
    ("hook", "key", "tool"),
    [("postToolUse", "toolName", "bash"), ("PostToolUse", "tool_name", "Bash")],
)
def test_a_command_is_of_no_file(hook: str, key: str, tool: str) -> None:
    (payload,) = recorded(hook, **{key: tool})

    assert (payload.path, payload.is_edit) == ("", False)


@pytest.mark.parametrize("hook", ["agentStop", "Stop"])
def test_the_end_of_a_turn_is_not_that_of_a_subagent(hook: str) -> None:
    of_subagent, own = recorded(hook)

    assert of_subagent.session == ""
    assert own.session == SESSION
    assert own.transcript_path == f"/home/dev/.copilot/session-state/{SESSION}/events.jsonl"


def test_the_end_of_a_session() -> None:
    assert [p.reason for p in (*recorded("sessionEnd"), *recorded("SessionEnd"))] == [
        "complete"
    ] * 2


def test_hooks_in_claude_codes_form_are_known_as_this_clients() -> None:
    """By what it says alone, though another client started it and left its variables."""
    theirs = [one for one in RECORDED if one["hook"][0].isupper()]

    names = {
        recognise(json.dumps(one["payload"]).encode(), environ)
        for one in theirs
        for environ in ({}, {"CLAUDE_CODE_ENTRYPOINT": "cli", "CLAUDE_CODE_SESSION_ID": "s-1"})
    }

    assert len(theirs) == 15
    assert names == {"copilot-cli"}


def test_the_project_is_the_environments() -> None:
    assert parsed({"sessionId": "s-1", "cwd": "/w/sub"}, "/w").project == "/w"


def tool(given: object) -> HookPayload:
    return parsed({"sessionId": "s-1", "toolName": "view", "toolArgs": given})


@pytest.mark.parametrize(
    ("given", "path", "lines"),
    [
        ({"path": "a.py"}, "a.py", ()),
        ('{"path": "a.py"}', "a.py", ()),
        ({"path": "a.py", "view_range": [3, 5]}, "a.py", ((3, 5),)),
        ({"path": "a.py", "view_range": [3, -1]}, "a.py", ((3, 10_000_000),)),
        ({"path": "a.py", "view_range": [5, 3]}, "a.py", ()),
        ({"path": "a.py", "view_range": [True, 3]}, "a.py", ()),
        ({"path": "a.py", "view_range": "3"}, "a.py", ()),
        ({"path": 7}, "", ()),
        ({"path": "a\0b"}, "", ()),
        ({"input": "*** Begin Patch\n*** Delete File: a.py\n*** End Patch"}, "a.py", ()),
        ("*** Begin Patch\n*** End Patch", "", ()),
        ("not JSON", "", ()),
        ("[1]", "", ()),
        (None, "", ()),
        (["a.py"], "", ()),
    ],
)
def test_arguments_of_any_shape(given: object, path: str, lines: object) -> None:
    payload = tool(given)

    assert (payload.path, payload.lines) == (path, lines)


def test_an_answer_that_was_cut_off_is_not_needed() -> None:
    for name, answer in (("toolArgs", "toolResult"), ("tool_input", "tool_result")):
        whole = {"sessionId": "s-1", name: {"path": "a.py"}, answer: {"text": "x" * 999}}
        for separators in ((",", ":"), (", ", ": ")):
            data = json.dumps(whole, separators=separators).encode()

            payload = parse_payload(data[:-100])

            assert (payload.session, payload.path) == ("s-1", "a.py")


KEYS = ["sessionId", "session_id", "parentAgentId", "stopReason", "toolArgs", "tool_input", "cwd"]
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["path", "view_range", "old_str", "input"]), inner)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=60) | st.dictionaries(st.sampled_from(KEYS), VALUES).map(json.dumps))
def test_any_payload_is_read(data: bytes | str) -> None:
    payload = parse_payload(data.encode() if isinstance(data, str) else data)

    assert isinstance(payload.session, str)
    assert isinstance(payload.path, str)
