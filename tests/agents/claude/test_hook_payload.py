from __future__ import annotations

import json

from gitmem.agents.claude.hook_payload import parse_payload

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"


def test_a_tools_file_is_read_whatever_the_tool_answered() -> None:
    given = {
        "session_id": SESSION,
        "tool_input": {"file_path": '/repo/a "tool_response": b.py'},
        "tool_response": {"file": {"content": 'x = {,"tool_response":1}'}},
        "agent_id": "a1",
    }
    payload = parse_payload(json.dumps(given).encode())

    assert payload.path == '/repo/a "tool_response": b.py'
    assert payload.listener == f"{SESSION} a1"


def test_an_answer_that_is_cut_off_does_not_matter() -> None:
    """Of a file larger than what a hook reads."""
    given = {
        "session_id": SESSION,
        "tool_input": {"file_path": "/repo/a.py"},
        "tool_response": {"file": {"content": 'x "tool_response": {} ' * 100}},
    }
    for separators in ((",", ":"), (", ", ": ")):
        data = json.dumps(given, separators=separators).encode()[:500]

        assert parse_payload(data).path == "/repo/a.py"
        assert parse_payload(data).session == SESSION


def test_a_prompt_may_have_many_lines_and_has_an_end() -> None:
    given = {"session_id": SESSION, "prompt": "fix\nthis\t" + "x" * 200_000}

    prompt = parse_payload(json.dumps(given).encode()).prompt

    assert prompt.startswith("fix\nthis\t")
    assert len(prompt) == 100_000


def test_what_is_no_file_or_prompt_reads_as_empty() -> None:
    given = {"tool_input": {"file_path": ["a"], "notebook_path": "n.ipynb"}, "prompt": {"a": 1}}

    payload = parse_payload(json.dumps(given).encode())

    assert (payload.path, payload.prompt) == ("n.ipynb", "")
    assert parse_payload(b'{"tool_input": "x"}').path == ""
