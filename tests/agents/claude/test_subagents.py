from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.claude.subagents import find_subagents
from gitmem.model.session import EventKind
from tests.support.session import SESSION, SessionWriter


@pytest.fixture
def main(tmp_path: Path) -> SessionWriter:
    return SessionWriter(tmp_path / f"{SESSION}.jsonl", tmp_path / "work", now=1_000.0)


def subagent(main: SessionWriter, name: str, *, old: bool = False) -> SessionWriter:
    folder = main.path.parent if old else main.path.with_suffix("") / "subagents"
    path = folder / f"agent-{name}.jsonl"
    return SessionWriter(path, main.path.parent / "work", session=main.session, now=main.now)


def texts(main: SessionWriter, **span: float) -> list[str]:
    found = read_transcript(main.path, **span)  # type: ignore[arg-type]
    return [event.text for event in found.events if event.kind is EventKind.SAY]


@pytest.mark.parametrize("old", [False, True])
def test_what_a_subagent_did_stands_where_it_did_it(main: SessionWriter, old: bool) -> None:
    main.prompt("Find it").say("I ask another")
    helper = subagent(main, "a1", old=old)
    helper.say("found in b.py").write("b.py")
    main.now = helper.now
    main.say("It is in b.py")

    found = read_transcript(main.path)

    assert texts(main) == ["I ask another", "found in b.py", "It is in b.py"]
    (edit,) = [event for event in found.events if event.path]
    assert edit.is_subagent
    assert edit.record == 1
    assert found.end == 3


def test_the_span_of_a_reading_holds_for_subagents_too(main: SessionWriter) -> None:
    main.prompt("Go").say("first")
    helper = subagent(main, "a1")
    helper.say("early")
    main.now = helper.now
    main.say("second")
    helper.now = main.now
    helper.say("late")
    main.now = helper.now
    main.say("third")

    first = read_transcript(main.path, until=1_004.5)

    assert [e.text for e in first.events if e.kind is EventKind.SAY] == ["first", "early", "second"]
    assert texts(main, first=first.end) == ["late", "third"]


def test_a_compaction_is_no_subagent(main: SessionWriter) -> None:
    main.prompt("Go")
    subagent(main, "acompact-1").say("Everything once more")
    subagent(main, "b2").say("found")

    assert list(find_subagents(main.path)) == ["b2"]


def test_other_sessions_subagents_and_warm_ups_are_left_out(main: SessionWriter) -> None:
    main.prompt("Go")
    other = subagent(main, "x", old=True)
    other.session = "22222222-2222-4333-8444-555555555555"
    other.say("not ours")
    subagent(main, "w", old=True).prompt("Warmup").say("Done.")

    assert find_subagents(main.path) == {}


def test_what_the_transcript_repeats_of_a_subagent_counts_once(main: SessionWriter) -> None:
    main.prompt("Go")
    message = {"type": "assistant", "message": {"content": [{"type": "text", "text": "found"}]}}
    data = {"type": "agent_progress", "agentId": "a1", "message": message}
    main.raw(json.dumps({"type": "progress", "data": data}).encode() + b"\n")
    assert texts(main) == ["found"]

    subagent(main, "a1").say("found")

    assert texts(main) == ["found"]


def test_real_subagents_are_read_with_their_session(shared: Path, tmp_path: Path) -> None:
    source = shared / "sessions" / "subagents" / "projects"
    session = "4d5611e5-241a-462a-8d15-5122611a9569"
    target = tmp_path / f"{session}.jsonl"
    target.write_bytes(gzip.decompress((source / f"{session}.jsonl.gz").read_bytes()))
    alone = read_transcript(target)
    for path in (source / session / "subagents").glob("*.gz"):
        unpacked = tmp_path / session / "subagents" / path.stem
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        unpacked.write_bytes(gzip.decompress(path.read_bytes()))

    whole = read_transcript(target)

    assert (whole.first, whole.end, whole.end_byte) == (alone.first, alone.end, alone.end_byte)
    assert len(whole.events) > len(alone.events)
    calls = [e.call_id for e in whole.events if e.kind is EventKind.CALL]
    assert len(calls) == len(set(calls))
