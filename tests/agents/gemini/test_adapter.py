"""Sessions that real versions of Gemini CLI wrote, and what could be in one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents import chat_file
from gitmem.agents.gemini.adapter import GeminiCli
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from tests.support.agents import gemini_session, read, told

WORK = Path("/home/dev/stats")
ALL = [
    "prompt stats.py crashes on an empty list. Return 0.0 there; do not ",
    "think Running the Script",
    "say I will run it first.",
    "call Read stats.py",
    "result Read def mean(values):",
    "call Bash python3 stats.py",
    "result! Bash ZeroDivisionError: division by zero",
    "think Fixing It",
    "call Edit stats.py",
    "result Edit Successfully modified file: /home/dev/stats/stats.py (1 repl",
    "call Bash python3 stats.py",
    "result Bash 0.0",
    "call Edit nowhere.py",
    "result! Edit File not found: /home/dev/stats/nowhere.py",
    "call Write tests/test_stats.py",
    "result Write Successfully created and wrote to new file: /home/dev/stats/",
    "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'",
    "result Bash",
    "say mean() now returns 0.0 for an empty list, because catching Z",
]
RESUMED = ["prompt Explain it once more, in a resumed turn.", ALL[-1]]


@pytest.mark.parametrize("version", ["0.24", "0.61"])
def test_what_each_version_wrote_is_read_the_same(tmp_path: Path, version: str) -> None:
    """The client's own context is nobody's words; an exit code tells that a command failed."""
    transcript = read(gemini_session(tmp_path, WORK, version))
    events = [line for line in told(transcript.events) if not line.startswith("result! Edit")]

    assert events == [line for line in ALL if not line.startswith("result! Edit")]
    assert (transcript.agent, transcript.broken_lines) == ("gemini-cli", 0)
    part = slice_of(transcript, str(WORK))
    assert (part.edited_paths, part.read_paths) == (
        ("stats.py", "tests/test_stats.py"),
        ("stats.py",),
    )


def test_a_version_that_recorded_words_only(tmp_path: Path) -> None:
    transcript = read(gemini_session(tmp_path, WORK, "0.4"))

    assert told(transcript.events) == [*ALL[:3], ALL[7], ALL[-1]]


def test_records_keep_their_numbers_when_the_session_moves_to_the_newer_form(
    tmp_path: Path,
) -> None:
    """What was remembered of the document is not remembered again from the lines."""
    before = read(gemini_session(tmp_path, WORK, "0.24"))
    path = gemini_session(tmp_path, WORK, "0.24-resumed")
    after = read(path)

    assert after.session == before.session
    assert after.events[: len(before.events)] == before.events
    assert told(read(path, first=before.end, first_byte=1234).events) == RESUMED


def test_a_message_that_grows_is_continued_within(tmp_path: Path) -> None:
    """All calls of a turn are added to one message; a commit may be made between them."""
    path = gemini_session(tmp_path, WORK, "0.24")
    whole = read(path)
    document = json.loads(path.read_text())
    calls = document["messages"][2]["toolCalls"]
    document["messages"] = [*document["messages"][:2], {**document["messages"][2]}]
    document["messages"][2]["toolCalls"] = [*calls[:1], {**calls[1], "status": "executing"}]
    path.write_text(json.dumps(document))

    before = read(path)
    path.write_text(gemini_session(tmp_path / "again", WORK, "0.24").read_text())
    after = read(path, first=before.end)

    assert told(before.events) == ALL[: ALL.index("call Bash python3 stats.py", 9)]
    assert before.events + after.events == whole.events


def test_a_moment_ends_the_reading(tmp_path: Path) -> None:
    path = gemini_session(tmp_path, WORK, "0.61")
    whole = read(path)
    cut = next(e for e in whole.events if e.tool == "Write").time - 0.001

    before = read(path, until=cut)
    after = read(path, first=before.end)

    assert (before.goes_on, after.goes_on) == (True, False)
    assert told(before.events)[-2] == "call Edit nowhere.py"
    assert before.events + after.events == whole.events


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_half_written_document_is_read_as_far_as_it_goes(tmp_path: Path, share: float) -> None:
    path = gemini_session(tmp_path, WORK, "0.24")
    data = path.read_bytes()
    whole = told(read(path).events)

    path.write_bytes(data[: int(len(data) * share)])

    events = told(read(path).events)
    assert events == whole[: len(events)]


def test_a_huge_document_is_refused_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gemini_session(tmp_path, WORK, "0.24")
    monkeypatch.setattr(chat_file, "MAX_DOCUMENT_BYTES", 1 << 10)

    with pytest.raises(TranscriptMissing, match="it has more than"):
        read(path)


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    """Known by the folder's name or hash; of a session in both forms, the one written last."""
    work = tmp_path / "work"
    work.mkdir()
    agent = GeminiCli({"HOME": str(tmp_path)})
    assert agent.transcripts_for(work, 0.0) == []
    old = gemini_session(tmp_path, work, "0.24")
    new = gemini_session(tmp_path, work, "0.24-resumed")
    os.utime(old, (1e9, 1e9))
    lines = tmp_path / ".gemini/tmp/other"
    gemini_session(tmp_path / "x", tmp_path / "other", "0.61")
    (tmp_path / "x/.gemini/tmp/stats").rename(lines)

    assert [file.path for file in agent.transcripts_for(work, 0.0)] == [new]
    assert agent.transcripts_for(work, 9e12) == []
    assert agent.copies("846c627c-e6fa-4b16-b447-f3c4b136dbdf") == [new]
    assert agent.copies("846c627c-0000") == []
    assert agent.copies("../846c627c") == []
    (other,) = agent.transcripts_for(tmp_path / "other", 0.0)
    assert other.path.parent.parent == lines
    assert GeminiCli({}).transcripts_for(work, 0.0) == []
    moved = GeminiCli({"GEMINI_CLI_HOME": str(tmp_path), "HOME": "/nowhere"})
    assert moved.transcripts_for(work, 0.0) == agent.transcripts_for(work, 0.0)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "session-2026-11-21T00-00-none.json")


def session(tmp_path: Path, *messages: dict[str, Any], **head: Any) -> Path:
    path = tmp_path / "chats" / "session-x.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [{"sessionId": "s-1", "projectHash": "h", **head}]
    lines += [{"id": f"m{number}", **message} for number, message in enumerate(messages)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def user(content: object, **more: object) -> dict[str, Any]:
    return {"type": "user", "content": content, **more}


@pytest.mark.parametrize(
    "text",
    [
        "<session_context>\nToday is Saturday.\n</session_context>",
        "<hook_context>memory</hook_context>",
        "/compress",
        "<gitmem-context>\nWhat was remembered.\n</gitmem-context>",
    ],
)
def test_what_the_client_put_in_is_not_the_users_words(tmp_path: Path, text: str) -> None:
    assert read(session(tmp_path, user([{"text": text}]))).events == ()


def test_what_a_hook_said_stands_in_front_of_the_users_words(tmp_path: Path) -> None:
    """As version 0.61 writes it without a terminal; behind the prompt stands a part of its own."""
    parts = [
        {"text": "<hook_context>At the start.</hook_context>\n\nFix it."},
        {"text": "<hook_context>With the prompt.</hook_context>"},
    ]
    path = session(tmp_path, user(parts), user(parts, displayContent=parts))

    assert [event.text for event in read(path).events] == ["Fix it.", "Fix it."]


def test_files_that_the_user_named_are_not_the_users_words(tmp_path: Path) -> None:
    long = "Fix @a.py\n--- Content from referenced files ---\nContent from @a.py:\nx = 1\n"
    path = session(tmp_path, user(long), user(long, displayContent=[{"text": "Fix @a.py now"}]))

    assert [event.text for event in read(path).events] == ["Fix @a.py", "Fix @a.py now"]


def test_compression_and_cancelling(tmp_path: Path) -> None:
    path = session(
        tmp_path,
        user("<state_snapshot>We fixed mean().</state_snapshot>"),
        {"type": "info", "content": "Request cancelled."},
        {"type": "info", "content": "Update available."},
    )

    assert [event.kind.value for event in read(path).events] == ["summary", "interrupt"]


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    path = gemini_session(tmp_path, WORK, "0.61-parent")
    alone = read(path)
    gemini_session(tmp_path, WORK, "0.61-subagent")
    whole = read(path)
    added = tuple(event for event in whole.events if event.is_subagent)

    assert told(added)[0] == "call Write helper.py"
    assert [e for e in whole.events if not e.is_subagent] == list(alone.events)
    assert slice_of(whole, str(WORK)).edited_paths == ("helper.py",)
    agent = GeminiCli({"HOME": str(tmp_path)})
    assert [file.path for file in agent.transcripts_for(WORK, 0.0)] == [path]
    assert read(path, first=whole.end).events == ()


def test_a_subagent_has_no_user_and_relative_paths_are_the_projects(tmp_path: Path) -> None:
    (tmp_path / ".project_root").write_text("/w\n")
    calls = [
        {"id": "1", "name": "write_file", "args": {"file_path": "a.py", "content": "x"}},
        {"id": "2", "name": "replace", "args": {"file_path": "b.py"}, "status": "cancelled"},
    ]
    path = session(
        tmp_path, user("Do a part."), {"type": "gemini", "toolCalls": calls}, kind="subagent"
    )

    transcript = read(path)

    assert slice_of(transcript, "/w").edited_paths == ("a.py",)
    assert all(event.is_subagent for event in transcript.events)
    assert transcript.cwds == ("/w",)


@pytest.mark.parametrize(
    ("back_to", "left"),
    [("u2", ["Add caching."]), ("u1", []), ("nobody knows it", [])],
)
def test_what_was_rewound_away_is_not_told(tmp_path: Path, back_to: str, left: list[str]) -> None:
    """The message that is named goes, too; one that nobody knows takes all, as the client does."""
    path = tmp_path / "chats" / "session-2026-11-28T10-00-12345678.jsonl"
    path.parent.mkdir()
    said = [("u1", "Add caching."), ("u2", "Use Redis."), ("u3", "Use lru_cache.")]
    lines: list[dict[str, Any]] = [{"sessionId": "12345678-0000-4000-8000-000000000000"}]
    for number, (name, text) in enumerate(said):
        stamp = f"2026-11-28T10:00:0{number}.000Z"
        lines += [{"$rewindTo": back_to}] if name == "u3" else []
        lines += [{"id": name, "type": "user", "timestamp": stamp, "content": text}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    now = [e.text for e in read(path).events]
    before = [e.text for e in GeminiCli({}).read(path, until=1_795_860_001.5).events]

    assert now == [*left, "Use lru_cache."]
    assert before == ["Add caching.", "Use Redis."]
