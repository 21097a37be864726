"""Sessions that real versions of Qwen Code wrote, and what could be in one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.qwen.adapter import QwenCode
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from gitmem.model.session import EventKind
from tests.support.agents import qwen_session, read, told

WORK = Path("/home/dev/stats")
FIRST = [
    "prompt stats.py crashes on an empty list. Return 0.0 there; do not ",
    "think Running the script shows the error.",
    "say I will run it first.",
    "call Bash python3 run.py",
    "result! Bash ZeroDivisionError: division by zero",
    "call Read stats.py",
    "result Read def mean(values):",
    "call Edit stats.py",
    "result Edit The file: /home/dev/stats/stats.py has been updated. Showing",
    "call Bash python3 run.py",
    "result Bash 0.0",
    "call Edit nowhere.py",
    "result! Edit File not found: /home/dev/stats/nowhere.py",
    "call Write tests/test_stats.py",
    "result Write Successfully created and wrote to new file: /home/dev/stats/",
    "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'",
    "result Bash",
    "say mean() now returns 0.0 for an empty list, because catching Z",
]
RESUMED = [
    "prompt Let an agent write helper.py.",
    "call Agent Write helper.py.",
    "result Agent Wrote helper.py.",
    "call Bash git add -A && git commit -qm 'Add a helper'",
    "result Bash",
    "say The helper is there.",
]


def test_what_the_client_wrote(tmp_path: Path) -> None:
    """Of its own news nothing is told; an exit code tells that a command failed."""
    transcript = read(qwen_session(tmp_path, WORK, "0.24.4"))

    assert told(transcript.events) == [*FIRST, *RESUMED]
    codes = [e.exit_code for e in transcript.events if e.kind is EventKind.RESULT]
    assert codes == [1, None, None, 0, None, None, 0, None, 0]
    assert (transcript.agent, transcript.broken_lines) == ("qwen-code 0.24.4", 0)
    assert (transcript.cwds, transcript.branches) == ((str(WORK),), ("main",))
    part = slice_of(transcript, str(WORK))
    assert part.edited_paths == ("stats.py", "tests/test_stats.py")


def test_an_early_version_recorded_words_only(tmp_path: Path) -> None:
    transcript = read(qwen_session(tmp_path, WORK, "0.1.4"))

    assert told(transcript.events) == [FIRST[0], FIRST[2], FIRST[-1]]
    assert transcript.agent == "qwen-code"


def test_a_forked_session_tells_only_its_own_words(tmp_path: Path) -> None:
    transcript = read(qwen_session(tmp_path, WORK, "0.24.4-fork"))

    assert told(transcript.events) == ["prompt Go another way.", "say Forked answer."]


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    path = qwen_session(tmp_path, WORK, "0.24.4")
    alone = read(path)
    subagent = qwen_session(tmp_path, WORK, "0.24.4-subagent")
    whole = read(path)
    added = tuple(event for event in whole.events if event.is_subagent)

    assert told(added)[0] == "call Write helper.py"
    assert [e for e in whole.events if not e.is_subagent] == list(alone.events)
    assert "helper.py" in slice_of(whole, str(WORK)).edited_paths
    assert QwenCode({"HOME": str(tmp_path)}).parts(path) == [path, subagent]
    assert read(path, first=whole.end).events == ()


def test_a_moment_and_a_record_end_the_reading(tmp_path: Path) -> None:
    path = qwen_session(tmp_path, WORK, "0.24.4")
    whole = read(path)
    cut = next(e for e in whole.events if e.text == "Let an agent write helper.py.")

    before = read(path, until=cut.time - 0.001)
    after = read(path, first=before.end, first_byte=before.end_byte)
    by_record = read(path, end=cut.record)

    assert (before.goes_on, after.goes_on) == (True, False)
    assert told(before.events) == FIRST
    assert before.events + after.events == whole.events == by_record.events + after.events


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    """Known by the folder in the first records, or by the hash; a link leads to none of them."""
    work = tmp_path / "work"
    (work / "below").mkdir(parents=True)
    agent = QwenCode({"HOME": str(tmp_path)})
    assert agent.transcripts_for(work, 0.0) == []
    here = qwen_session(tmp_path, work / "below", "0.24.4")
    qwen_session(tmp_path, tmp_path / "other", "0.24.4-fork")
    old = qwen_session(tmp_path, work, "0.1.4")

    assert sorted(f.path for f in agent.transcripts_for(work, 0.0)) == sorted([here, old])
    assert len(agent.transcripts_since(0.0)) == 3
    assert agent.transcripts_for(work, 9e12) == []
    assert agent.copies(here.stem) == [here]
    assert agent.copies("ceb0e708-10fe-4510-aacd-399480761dc7") == [old]
    assert agent.copies("../" + here.stem) == []
    assert agent.started_in(here) == str(work / "below")
    assert QwenCode({}).transcripts_since(0.0) == []
    for variable in ("QWEN_HOME", "QWEN_RUNTIME_DIR"):
        moved = QwenCode({variable: str(tmp_path / ".qwen"), "HOME": "/nowhere"})
        assert moved.transcripts_since(0.0) == agent.transcripts_since(0.0)


def test_a_resumed_session_in_two_projects(tmp_path: Path) -> None:
    """Both files are copies of the session; the one written last is listed."""
    first = qwen_session(tmp_path, tmp_path / "a", "0.24.4")
    second = qwen_session(tmp_path, tmp_path / "b", "0.24.4")
    os.utime(first, (1e9, 1e9))
    agent = QwenCode({"HOME": str(tmp_path)})

    assert agent.copies(first.stem) == [first, second]
    assert [one.path for one in agent.transcripts_since(0.0)] == [second]


def session(tmp_path: Path, *records: object) -> Path:
    path = tmp_path / "projects" / "w" / "chats" / "s-1.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def record(kind: str, second: int, *parts: dict[str, Any], **more: object) -> dict[str, Any]:
    stamp = f"2026-11-28T10:00:{second:02}.000Z"
    head = {"uuid": f"u{second}", "type": kind, "timestamp": stamp, "cwd": "/w"}
    return {**head, "message": {"parts": parts}, **more}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("<session_context>Today is Saturday.</session_context>", {}),
        ("<gitmem-context>What was remembered.</gitmem-context>", {}),
        ("/compress", {}),
        ("A task is done.", {"subtype": "notification"}),
        ("Every hour.", {"subtype": "cron"}),
        ("Continue.", {"provenance": "system"}),
    ],
)
def test_what_the_client_put_in_is_not_the_users_words(
    tmp_path: Path, text: str, more: dict[str, object]
) -> None:
    assert read(session(tmp_path, record("user", 1, {"text": text}, **more))).events == ()


def test_what_is_typed_in_the_middle_of_a_turn_and_beside_files(tmp_path: Path) -> None:
    long = "Fix @a.py\n--- Content from referenced files ---\nx = 1\n"
    shown = {"subtype": "mid_turn_user_message", "systemPayload": {"displayText": "Stop that."}}
    path = session(
        tmp_path,
        record("user", 1, {"text": long}),
        record("user", 2, {"text": "Stop that. <more>"}, **shown),
    )

    assert [event.text for event in read(path).events] == ["Fix @a.py", "Stop that."]


def test_what_a_hook_said_is_not_the_users_words(tmp_path: Path) -> None:
    """As version 0.24.4 writes it: a part of its own behind the prompt."""
    told_by_us = "<qwen:user-prompt-submit-context>\nOld.\n</qwen:user-prompt-submit-context>"
    path = session(tmp_path, record("user", 1, {"text": "Fix it."}, {"text": told_by_us}))

    assert [event.text for event in read(path).events] == ["Fix it."]


def test_what_was_rewound_away_is_not_told(tmp_path: Path) -> None:
    """The rewind follows the record that was gone back to; an id that repeats is the last's."""
    path = session(
        tmp_path,
        record("user", 1, {"text": "Add caching."}),
        record("user", 2, {"text": "Use Redis."}),
        record("assistant", 3, {"text": "Redis it is."}),
        record("system", 4, subtype="rewind", parentUuid="u1"),
        record("user", 5, {"text": "Use lru_cache."}),
    )

    assert [e.text for e in read(path).events] == ["Add caching.", "Use lru_cache."]
    before = QwenCode({}).read(path, until=1_795_860_003.5)
    assert [e.text for e in before.events] == ["Add caching.", "Use Redis.", "Redis it is."]
    unknown = session(
        tmp_path,
        record("user", 1, {"text": "Add caching."}),
        record("system", 2, subtype="rewind", parentUuid="nobody knows it"),
        record("user", 3, {"text": "Use lru_cache."}),
    )
    assert [e.text for e in read(unknown).events] == ["Add caching.", "Use lru_cache."]


def test_a_compaction_and_arguments_as_a_text(tmp_path: Path) -> None:
    text = "Here it is: <state_snapshot>We fixed mean().</state_snapshot>"
    history = {"compressedHistory": [{"parts": [{"text": text}]}]}
    call = {"id": "c", "name": "edit", "args": '{"file_path": "a.py", "new_string": "x"}'}
    broken = {"id": "d", "name": "write_file", "args": '{"file_path": '}
    path = session(
        tmp_path,
        record("system", 1, subtype="chat_compression", systemPayload=history),
        record("assistant", 2, {"functionCall": call}, {"functionCall": broken}),
        record("something new", 3, {"text": "?"}),
    )

    events = read(path).events

    assert [(e.kind.value, e.path or e.text) for e in events] == [
        ("summary", "<state_snapshot>We fixed mean().</state_snapshot>"),
        ("call", "/w/a.py"),
        ("call", ""),
    ]


def test_a_line_that_is_being_written_waits(tmp_path: Path) -> None:
    path = session(tmp_path, record("user", 1, {"text": "Add caching."}))
    with path.open("a") as file:
        file.write('{"type": "user", "message": {"par')
    before = read(path)
    with path.open("a") as file:
        file.write('ts": [{"text": "Go on."}]}}\n')
    after = read(path, first=before.end, first_byte=before.end_byte)

    assert (before.end, before.broken_lines) == (1, 0)
    assert [e.text for e in after.events] == ["Go on."]


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "projects" / "w" / "chats" / "none.jsonl")
