from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from gitmem.render.agent_trace import render_trace
from gitmem.upkeep.agent_traces import trace_commits
from tests.support.capture import remembered, session_in, workspace_of
from tests.support.git import GitDriver

SCHEMA = Path(__file__).parents[1] / "fixtures" / "agent-trace" / "trace-record.json"
WRITTEN = 'def add(first, second):\n    """Add two."""\n\n    return first + second\n'


def records(git: GitDriver) -> list[dict[str, Any]]:
    """The records, each of which the specification's own schema accepts."""
    found = [render_trace(trace) for trace in trace_commits(workspace_of(git))]
    schema = Draft202012Validator(
        json.loads(SCHEMA.read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for record in found:
        schema.validate(json.loads(json.dumps(record)))
    return found


def told(record: dict[str, Any]) -> dict[str, list[tuple[str, int, int]]]:
    return {
        file["path"]: sorted(
            (talk["contributor"]["type"], lines["start_line"], lines["end_line"])
            for talk in file["conversations"]
            for lines in talk["ranges"]
        )
        for file in record["files"]
    }


def test_lines_of_the_session_are_told_and_a_persons_stay_unknown(committed: GitDriver) -> None:
    """The person put two lines between the agent's; a brace of theirs is like one of the agent's
    but stands elsewhere.
    """
    writer = session_in(committed)
    writer.prompt("Add a function that adds").write("calc.py", WRITTEN)
    theirs = WRITTEN.replace("\n\n", "\n    # a person's remark on this\n    total = 0\n\n")
    committed.write("calc.py", theirs)
    committed.write("notes.txt", "what a person wrote down alone\n\n")
    committed.now = int(writer.now) - 59
    commit = committed.commit("Add a function")
    assert remembered(committed, commit).memories

    (record,) = records(committed)

    assert record["vcs"] == {"type": "git", "revision": commit}
    assert told(record) == {
        "calc.py": [("ai", 1, 2), ("ai", 5, 6), ("unknown", 3, 4)],
        "notes.txt": [("unknown", 1, 2)],
    }


def test_without_the_transcript_nothing_is_claimed(committed: GitDriver) -> None:
    writer = session_in(committed)
    writer.prompt("Add a function that adds").write("calc.py", WRITTEN)
    committed.write("calc.py", WRITTEN)
    committed.now = int(writer.now) - 59
    commit = committed.commit("Add a function")
    assert remembered(committed, commit).memories
    writer.path.unlink()

    (record,) = records(committed)

    assert told(record) == {"calc.py": [("unknown", 1, 4)]}
    assert record["metadata"]["gitmem"]["sessions"][0]["session"] == writer.session


def test_an_edit_that_failed_wrote_nothing(committed: GitDriver) -> None:
    writer = session_in(committed)
    writer.prompt("Add a function that adds").write("other.py", "value = compute_it_all()\n")
    writer.tool("Write", "denied", failed=True, file_path="calc.py", content=WRITTEN)
    committed.write("other.py", "value = compute_it_all()\n")
    committed.write("calc.py", WRITTEN)
    committed.now = int(writer.now) - 59
    commit = committed.commit("Add both")
    assert remembered(committed, commit).memories

    (record,) = records(committed)

    assert told(record) == {"calc.py": [("unknown", 1, 4)], "other.py": [("ai", 1, 1)]}


def test_the_model_is_the_one_that_wrote_the_lines(committed: GitDriver) -> None:
    writer = session_in(committed)
    writer.prompt("Add a function that adds").write("calc.py", WRITTEN)
    lines = [json.loads(line) for line in writer.path.read_text().splitlines()]
    for line in lines:
        if line["type"] == "assistant":
            line["message"]["model"] = "claude-opus-4-5[1m]"
    writer.path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    committed.write("calc.py", WRITTEN)
    committed.now = int(writer.now) - 59
    commit = committed.commit("Add a function")
    assert remembered(committed, commit).memories

    (record,) = records(committed)

    (talk,) = record["files"][0]["conversations"]
    assert talk["contributor"] == {"type": "ai", "model_id": "anthropic/claude-opus-4-5"}
