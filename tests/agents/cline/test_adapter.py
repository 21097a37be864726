"""Sessions that the real Cline CLI wrote, and what could be in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents import chat_file
from gitmem.agents.cline.adapter import Cline
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from gitmem.model.session import EventKind
from tests.support.agents import cline_session, read, told

WORK = Path("/home/dev/stats")
ALL = [
    "prompt stats.py crashes on an empty list. Return 0.0 there; do not ",
    "think Running the script shows the error.",
    "say I will run it first.",
    "call Bash python3 run.py",
    "result! Bash ZeroDivisionError: division by zero",
    "call Read stats.py",
    "result Read 1 | def mean(values):",
    "call Edit stats.py",
    "result Edit Edited /home/dev/stats/stats.py",
    "call Bash python3 run.py",
    "result Bash 0.0",
    "call Edit stats.py",
    "result! Edit Editor operation failed: No replacement performed: text not ",
    "call Write tests/test_stats.py",
    "result Write File created successfully at: /home/dev/stats/tests/test_sta",
    "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'",
    "result Bash",
    "say mean() now returns 0.0 for an empty list, because catching Z",
]


def test_what_the_client_wrote(tmp_path: Path) -> None:
    """What wraps the person's words is the client's; only a failed command has a code."""
    transcript = read(cline_session(tmp_path, WORK, "3.0.65"))

    assert told(transcript.events) == ALL
    codes = [e.exit_code for e in transcript.events if e.kind is EventKind.RESULT]
    assert codes == [1, None, None, None, None, None, None]
    assert (transcript.agent, transcript.broken_lines) == ("cline 3.0.65", 0)
    assert transcript.cwds == (str(WORK),)
    part = slice_of(transcript, str(WORK))
    assert (part.edited_paths, part.read_paths) == (
        ("stats.py", "tests/test_stats.py"),
        ("stats.py",),
    )


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    path = cline_session(tmp_path, WORK, "3.0.65-parent")
    alone = read(path)
    subagent = cline_session(tmp_path, WORK, "3.0.65-subagent")
    whole = read(path)
    added = tuple(event for event in whole.events if event.is_subagent)

    assert told(added)[0] == "call Write helper.py"
    assert all(event.kind is not EventKind.PROMPT for event in added)
    assert [e for e in whole.events if not e.is_subagent] == list(alone.events)
    assert slice_of(whole, str(WORK)).edited_paths == ("helper.py",)
    agent = Cline({"HOME": str(tmp_path)})
    assert agent.parts(path) == [path, subagent]
    assert [file.path for file in agent.transcripts_for(WORK, 0.0)] == [path]


def test_a_document_that_grows_keeps_its_numbers(tmp_path: Path) -> None:
    """It is written anew each time; a message in it may have gained blocks since."""
    path = cline_session(tmp_path, WORK, "3.0.65")
    whole, document = read(path), json.loads(path.read_text())
    messages = document["messages"]
    first = {**messages[1], "content": messages[1]["content"][:2]}
    path.write_text(json.dumps({**document, "messages": [messages[0], first]}))

    before = read(path)
    cline_session(tmp_path, WORK, "3.0.65")
    after = read(path, first=before.end)

    assert told(before.events) == ALL[:3]
    assert before.events + after.events == whole.events


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_half_written_document_is_read_as_far_as_it_goes(tmp_path: Path, share: float) -> None:
    path = cline_session(tmp_path, WORK, "3.0.65")
    data, whole = path.read_bytes(), told(read(path).events)

    path.write_bytes(data[: int(len(data) * share)])

    events = told(read(path).events)
    assert events == whole[: len(events)]


def test_a_moment_and_a_record_end_the_reading(tmp_path: Path) -> None:
    path = cline_session(tmp_path, WORK, "3.0.65")
    whole = read(path)
    cut = next(e for e in whole.events if e.tool == "Write")

    before = read(path, until=cut.time - 0.001)
    by_record = read(path, end=cut.record)
    after = read(path, first=before.end)

    assert (before.goes_on, after.goes_on) == (True, False)
    assert before.events == by_record.events
    assert before.events + after.events == whole.events


def test_a_huge_document_is_refused_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cline_session(tmp_path, WORK, "3.0.65")
    monkeypatch.setattr(chat_file, "MAX_DOCUMENT_BYTES", 1 << 10)

    with pytest.raises(TranscriptMissing, match="it has more than"):
        read(path)


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "below").mkdir(parents=True)
    agent = Cline({"HOME": str(tmp_path)})
    assert agent.transcripts_for(work, 0.0) == []
    here = cline_session(tmp_path, work / "below", "3.0.65")
    cline_session(tmp_path, tmp_path / "other", "3.0.65-parent")
    (here.parent.parent / "no-messages").mkdir()

    assert [f.path for f in agent.transcripts_for(work, 0.0)] == [here]
    assert len(agent.transcripts_since(0.0)) == 2
    assert agent.transcripts_for(work, 9e12) == []
    assert agent.copies(here.parent.name) == [here]
    assert agent.copies("../" + here.parent.name) == []
    assert agent.started_in(here) == str(work / "below")
    assert Cline({}).transcripts_since(0.0) == []
    for variable, below in (
        ("CLINE_DIR", ""),
        ("CLINE_DATA_DIR", "data"),
        ("CLINE_SESSION_DATA_DIR", "data/sessions"),
    ):
        moved = Cline({variable: str(tmp_path / ".cline" / below), "HOME": "/nowhere"})
        assert moved.transcripts_since(0.0) == agent.transcripts_since(0.0)


def session(tmp_path: Path, *messages: dict[str, Any]) -> Path:
    path = tmp_path / "s-1" / "s-1.messages.json"
    path.parent.mkdir(exist_ok=True)
    path.with_name("s-1.json").write_text(json.dumps({"cwd": "/w"}))
    path.write_text(json.dumps({"version": 1, "messages": messages}))
    return path


def use(name: str, given: object, number: int = 1) -> dict[str, Any]:
    block = {"type": "tool_use", "id": f"c{number}", "name": name, "input": given}
    return {"role": "assistant", "content": [block]}


def test_arguments_in_every_form(tmp_path: Path) -> None:
    """As an object, as the JSON of one, as the JSON of a list in a text, and cut off."""
    patch = "*** Begin Patch\n*** Update File: b.py\n-old\n+new\n*** End Patch"
    path = session(
        tmp_path,
        use("run_commands", {"commands": '["ls", "make test"]'}),
        use("run_commands", '{"commands": ["pwd", {"command": "id"}, 7]}'),
        use("run_commands", '{"commands": ["pw'),
        use("editor", '{"path": "a.py", "new_text": "x", "insert_line": 3}'),
        use("apply_patch", {"input": patch}),
        use("apply_patch", patch),
        use("read_files", {"files": '[{"path": "a.py"}]'}),
        use("read_files", {"files": [{"path": "a.py"}, "b.py", 3, {"path": None}]}),
        use("something_new", {"a": 1, "b": ["c"]}),
    )

    events = read(path).events

    assert [(e.tool, e.text, e.path) for e in events] == [
        ("Bash", "ls\nmake test", ""),
        ("Bash", "pwd\nid", ""),
        ("Bash", "", ""),
        ("Edit", "x", "/w/a.py"),
        ("Edit", "new", "/w/b.py"),
        ("Edit", "new", "/w/b.py"),
        ("Read", "", "/w/a.py"),
        ("Read", "", "/w/a.py"),
        ("Read", "", "/w/b.py"),
        ("something_new", '{"a": 1}', ""),
    ]


@pytest.mark.parametrize(
    "stamp", [None, True, "soon", -1, 0, 1e300, float("inf"), 1_795_860_001_500, 1_795_860_001.5]
)
def test_a_time_that_is_none_stops_nothing(tmp_path: Path, stamp: object) -> None:
    said = {"role": "user", "content": "Fix it", "ts": stamp}

    (event,) = read(session(tmp_path, said)).events

    is_one = isinstance(stamp, (int, float)) and 1e9 < stamp < 1e13
    assert event.time == (1_795_860_001.5 if is_one else 0.0)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "1" / "1.messages.json")
