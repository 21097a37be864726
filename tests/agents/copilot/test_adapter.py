"""Sessions that the real GitHub Copilot CLI wrote, and what could be in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.copilot.adapter import CopilotCli
from gitmem.agents.session_edits import traces_of
from gitmem.agents.slice import slice_of
from gitmem.agents.worktree import WorkTree
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Event, EventKind
from tests.support.agents import copilot_session, read, told

WORK = Path("/home/dev/stats")
SESSION = "4d256d2f-165c-4cae-a9e2-f69e5e3bbd2b"
PROMPT = "prompt stats.py crashes on an empty list. Return 0.0 there; do not "
BEGINNING = [
    PROMPT,
    "say I will run it first.",
    "call Read stats.py",
    "call Bash python3 stats.py",
    "result Read def mean(values):",
    "result! Bash ZeroDivisionError: division by zero",
    "call Edit stats.py",
]
RERUN = ["call Bash python3 stats.py", "result Bash 0.0"]
COMMIT = "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'"
LAST = "say mean() now returns 0.0 for an empty list, because catching Z"


def test_what_the_client_wrote(tmp_path: Path) -> None:
    """The system's message and the client's book-keeping are nobody's words."""
    transcript = read(copilot_session(tmp_path, WORK, "1.0.102"))

    assert told(transcript.events) == [
        *BEGINNING,
        "result Edit File /home/dev/stats/stats.py updated with changes.",
        *RERUN,
        "call Edit nowhere.py",
        "call Write tests/test_stats.py",
        "result! Edit Unhandled error: Error: ENOENT: no such file or directory, o",
        "result Write Created file /home/dev/stats/tests/test_stats.py with 80 cha",
        COMMIT,
        "result Bash",
        LAST,
        "prompt Explain it once more, in a resumed turn.",
        "say Once more: catching ZeroDivisionError would hide others.",
    ]
    assert [e.exit_code for e in transcript.events if e.kind is EventKind.RESULT] == [
        *(None, 1, None, 0, None, None, 0),
    ]
    assert (transcript.session, transcript.agent) == (SESSION, "copilot-cli 1.0.102")
    assert (transcript.cwds, transcript.branches) == ((str(WORK),), ("main",))
    assert transcript.broken_lines == 0
    part = slice_of(transcript, str(WORK))
    assert (part.edited_paths, part.read_paths) == (
        ("stats.py", "tests/test_stats.py"),
        ("stats.py",),
    )
    (edit,) = (e for e in transcript.events if e.tool == "Edit" and len(e.added_marks) == 1)
    assert (edit.path, edit.text.count("\n")) == (str(WORK / "stats.py"), 3)


def test_a_patch_is_an_edit_for_each_file_that_it_changed(tmp_path: Path) -> None:
    """One that failed in the middle changed what stands before: the client says which."""
    transcript = read(copilot_session(tmp_path, WORK, "1.0.102-patch"))

    assert told(transcript.events)[:16] == [
        *BEGINNING,
        "result Edit Modified 1 file(s): /home/dev/stats/stats.py",
        *RERUN,
        "call Edit tests/test_stats.py",
        "call Edit nowhere.py",
        "result! Edit Error: Failed to read file to update /home/dev/stats/nowhere",
        "call Edit tests/test_stats.py",
        "call Edit tests/test_stats.py",
        "result! Edit Failed to apply patch: Error: File already exists: /home/dev",
    ]
    assert slice_of(transcript, str(WORK)).edited_paths == ("stats.py", "tests/test_stats.py")
    edits = traces_of(SESSION, transcript.events, WorkTree([str(WORK)])).edits
    assert [edit.path for edit in edits if edit.path] == ["stats.py", "tests/test_stats.py"]


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    """Its lines stand among the session's; what it was told is nobody's prompt."""
    transcript = read(copilot_session(tmp_path, WORK, "1.0.102-subagent"))
    subagents = tuple(event for event in transcript.events if event.is_subagent)

    assert [event.text for event in transcript.events if event.kind is EventKind.PROMPT] == [
        "Let a subagent write helper.py."
    ]
    assert told(subagents) == [
        "say I write it now.",
        "call Write helper.py",
        "result Write Created file /home/dev/stats/helper.py with 29 characters",
        "say helper.py is written; a constant was chosen, because it neve",
    ]
    assert told(transcript.events)[-2] == (
        "result Task helper.py is written; a constant was chosen, because it neve"
    )
    assert slice_of(transcript, str(WORK)).edited_paths == ("helper.py",)


def test_a_slice_begins_where_the_last_ended(tmp_path: Path) -> None:
    path = copilot_session(tmp_path, WORK, "1.0.102")
    whole = read(path)
    resumed = next(e for e in whole.events if e.text.startswith("Explain"))

    before = read(path, until=resumed.time - 1)
    after = read(path, first=before.end, first_byte=before.end_byte)

    assert before.events + after.events == whole.events
    assert (before.goes_on, after.goes_on, whole.goes_on) == (True, False, False)
    assert read(path, first=before.end, first_byte=7) == after
    assert read(path, end=before.end).events == before.events
    assert after.agent == whole.agent


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    here, below = tmp_path / "work", tmp_path / "work" / "sub"
    below.mkdir(parents=True)
    found = [
        copilot_session(tmp_path, here, "1.0.102"),
        copilot_session(tmp_path, below, "1.0.102-patch"),
    ]
    other = copilot_session(tmp_path, tmp_path / "work er", "1.0.102-subagent")
    agent = CopilotCli({"HOME": str(tmp_path)})

    assert {file.path for file in agent.transcripts_for(here, 0.0)} == set(found)
    assert agent.transcripts_for(here, 9e12) == []
    assert len(agent.transcripts_since(0.0)) == 3
    assert agent.copies(SESSION) == [found[0]]
    assert (agent.copies("../" + SESSION), agent.copies("4d256d2f")) == ([], [])
    assert agent.started_in(found[1]) == str(below)
    moved = CopilotCli({"COPILOT_HOME": str(tmp_path / ".copilot"), "HOME": "/nowhere"})
    assert moved.transcripts_for(here, 0.0) == agent.transcripts_for(here, 0.0)
    assert CopilotCli({}).transcripts_for(here, 0.0) == []
    other.with_name("workspace.yaml").write_text(f"id: x\ncwd: {here}\nbranch: main\n")
    assert {file.path for file in agent.transcripts_for(here, 0.0)} == {*found, other}


def test_a_resumed_session_in_two_places(tmp_path: Path) -> None:
    """Older versions wrote a file beside the folders; a newer one resumed it in a folder."""
    path = copilot_session(tmp_path, WORK, "1.0.102")
    lines = path.read_text().splitlines(keepends=True)
    old = path.parents[1] / f"{SESSION}.jsonl"
    old.write_text("".join(lines[:8]))
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert CopilotCli({"HOME": str(tmp_path)}).copies(SESSION) == [path, old]
    assert agents.find(SESSION) == path
    assert agents.resume_command(path, SESSION) == ("copilot", f"--resume={SESSION}")
    assert agents.read(old).session == SESSION
    assert told(agents.read(old).events) == told(agents.read(path).events)[:5]


@pytest.mark.parametrize("cut", [1, 40, 400, 4_000])
def test_a_file_that_is_being_written(tmp_path: Path, cut: int) -> None:
    path = copilot_session(tmp_path, WORK, "1.0.102")
    whole = read(path)
    data = path.read_bytes()
    path.write_bytes(data[:-cut])

    before = read(path)
    path.write_bytes(data)
    after = read(path, first=before.end, first_byte=before.end_byte)

    assert before.broken_lines == 0
    together = before.events + after.events
    assert [event.text for event in together] == [event.text for event in whole.events]


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "events.jsonl")


def session(tmp_path: Path, *lines: object) -> Path:
    """A session of these lines: ``type`` and ``data``, or the line itself where it is a text."""
    path = tmp_path / "session-state" / "s-1" / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = []
    for number, line in enumerate(lines):
        stamp = f"2026-11-28T10:00:{number:02}.000Z"
        whole = {"id": f"e{number}", "timestamp": stamp, **line} if isinstance(line, dict) else line
        texts.append(whole if isinstance(whole, str) else json.dumps(whole))
    path.write_text("".join(text + "\n" for text in texts))
    return path


def line(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def start(name: str, arguments: object, call: str = "c") -> dict[str, Any]:
    return line("tool.execution_start", toolCallId=call, toolName=name, arguments=arguments)


def done(content: str, call: str = "c", **more: Any) -> dict[str, Any]:
    result = {"success": True, "result": {"content": content}, **more}
    return line("tool.execution_complete", toolCallId=call, **result)


def only(tmp_path: Path, *lines: object) -> Event:
    (event,) = read(session(tmp_path, *lines)).events
    return event


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("bash", '{"command": "ls"}', ("Bash", "", "ls")),
        ("bash", "ls", ("Bash", "", "ls")),
        ("bash", {"command": 7}, ("Bash", "", "")),
        ("powershell", {"command": "dir"}, ("PowerShell", "", "dir")),
        ("write_bash", {"shellId": "1", "input": "y{enter}"}, ("BashOutput", "", "y{enter}")),
        ("read_bash", {"shellId": "1", "delay": 5}, ("BashOutput", "", "")),
        ("view", {"path": "/w/a.py"}, ("Read", "/w/a.py", "")),
        ("view", '{"path": "a.py"}', ("Read", "a.py", "")),
        ("create", {"path": "/w/a.py", "file_text": "x\n"}, ("Write", "/w/a.py", "x\n")),
        ("edit", {"path": "/w/a.py", "old_str": "o", "new_str": "x"}, ("Edit", "/w/a.py", "x")),
        (
            "str_replace_editor",
            {"command": "str_replace", "path": "/w/a.py", "old_str": "o", "new_str": "x"},
            ("Edit", "/w/a.py", "x"),
        ),
        (
            "str_replace_editor",
            {"command": "create", "path": "/w/a.py", "file_text": "x"},
            ("Write", "/w/a.py", "x"),
        ),
        ("str_replace_editor", {"command": "view", "path": "/w/a.py"}, ("Read", "/w/a.py", "")),
        ("str_replace", {"path": "/w/a.py", "new_str": "x"}, ("Edit", "/w/a.py", "x")),
        (
            "apply_patch",
            "*** Begin Patch\n*** Add File: a.py\n+x\n*** End Patch",
            ("Edit", "a.py", "x"),
        ),
        (
            "apply_patch",
            {"input": "*** Begin Patch\n*** Add File: /w/a.py\n+x\n*** End Patch"},
            ("Edit", "/w/a.py", "x"),
        ),
        ("edit", {"path": 3, "edits": 4}, ("Edit", "", "")),
        ("edit", None, ("Edit", "", "")),
        ("view", [1], ("Read", "", "")),
        ("report_intent", {"intent": "Looking"}, ("report_intent", "", '{"intent": "Looking"}')),
    ],
)
def test_tools_by_the_names_that_memories_know(
    tmp_path: Path, name: str, arguments: object, expected: tuple[str, str, str]
) -> None:
    event = only(tmp_path, start(name, arguments))

    assert (event.tool, event.path, event.text) == expected


def test_relative_paths_are_of_the_folder_that_the_session_is_in(tmp_path: Path) -> None:
    path = session(
        tmp_path,
        line("session.start", sessionId="s-1", context={"cwd": "/w", "branch": "main"}),
        start("view", {"path": "a.py"}, "1"),
        line("session.context_changed", cwd="/w/sub", branch="other"),
        start("view", {"path": "a.py"}, "2"),
        line("session.resume", context={"cwd": "/v"}),
        start("view", {"path": "a.py"}, "3"),
    )

    transcript = read(path)

    assert [event.path for event in transcript.events] == ["/w/a.py", "/w/sub/a.py", "/v/a.py"]
    assert (transcript.cwds, transcript.branches) == (("/w", "/w/sub", "/v"), ("main", "other"))


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("out\n<shellId: 3 completed with exit code 2>", {}, ("out", 2, True)),
        ("out\n<exited with exit code 0>", {}, ("out", 0, False)),
        ("<command exited with exit code 1>", {}, ("", 1, True)),
        ("out", {"shellExecution": {"exitCode": 3}}, ("out", 3, True)),
        ("out\n<shellId: 3 completed with exit code 2> and more", {}, (None, None, False)),
        ("out", {"shellExecution": {"exitCode": "x"}}, ("out", None, False)),
        ("out", {"shellExecution": 7, "success": None}, ("out", None, False)),
    ],
)
def test_what_a_command_ended_with(
    tmp_path: Path, text: str, more: dict[str, Any], expected: tuple[str | None, int | None, bool]
) -> None:
    event = read(session(tmp_path, start("bash", {"command": "x"}), done(text, **more))).events[1]

    shown = text if expected[0] is None else expected[0]
    assert (event.text, event.exit_code, event.is_error) == (shown, *expected[1:])


def test_what_a_hook_of_ours_said_does_not_come_back_in(tmp_path: Path) -> None:
    """The client puts it behind the tool's answer, and into what it sends as the prompt."""
    said = 'x = 1\n\nTool "view" succeeded. Additional guidance from postToolUse hooks:\nMEMORY\nx'
    prompt = line("user.message", content="Fix it", transformedContent="Fix it MEMORY")
    told_twice = line("hook.end", hookType="sessionStart", output={"additionalContext": "MEMORY"})
    path = session(tmp_path, told_twice, prompt, start("view", {"path": "a"}), done(said))

    events = read(path).events

    assert [event.text for event in events] == ["Fix it", "", "x = 1"]


@pytest.mark.parametrize(
    "more",
    [
        {"source": "agent-1"},
        {"source": "skill-pdf"},
        {"isAutopilotContinuation": True},
        {"agentMode": "shell"},
        {"parentToolCallId": "c"},
        {"content": "<system_reminder>x</system_reminder>"},
        {"content": "/compact"},
        {"content": ["x"]},
        {"content": None},
    ],
)
def test_what_nobody_typed_is_no_prompt(tmp_path: Path, more: dict[str, Any]) -> None:
    sent = line("user.message", **{"content": "Go on.", **more})

    assert read(session(tmp_path, sent)).events == ()


def test_answers_interruptions_and_summaries(tmp_path: Path) -> None:
    path = session(
        tmp_path,
        start("ask_user", {"question": "How far?", "choices": ["a", "b"]}),
        done("User responded: not so far."),
        line("abort", reason="user_initiated"),
        line("abort", reason="autopilot_credit_limit"),
        {**line("abort", reason="user_initiated"), "agentId": "a"},
        line("session.compaction_complete", success=True, summaryContent="We went far."),
        line("session.compaction_complete", success=False, summaryContent="Nothing."),
        line("session.task_complete", success=True, summary="It is far enough."),
        line("session.task_complete", success=False, summary="It is not."),
        line("assistant.reasoning", content="So."),
        line("assistant.message", content="Yes.", reasoningText="So."),
    )

    assert told(read(path).events) == [
        'call AskUserQuestion {"question": "How far?"}',
        "result AskUserQuestion not so far.",
        "interrupt",
        "summary We went far.",
        "say It is far enough.",
        "think So.",
        "say Yes.",
    ]


def test_a_command_that_the_user_ran_is_told_once(tmp_path: Path) -> None:
    call = {"toolCallId": "c", "toolName": "bash", "arguments": {"command": "ls"}}
    path = session(
        tmp_path, line("tool.user_requested", **call), line("tool.execution_start", **call)
    )

    assert told(read(path).events) == ["call Bash ls"]


@pytest.mark.parametrize(
    ("rewind", "left"),
    [
        ({"upToEventId": "e2"}, ["Add caching.", "Use lru_cache."]),
        ({"upToEventId": "e2", "eventIds": ["e2"]}, ["Add caching.", "ok", "Use lru_cache."]),
        ({"upToEventId": "e2", "eventIds": ["e3", "e2", 7]}, ["Add caching.", "Use lru_cache."]),
        ({"upToEventId": "nobody knows it"}, ["Use lru_cache."]),
        ({}, ["Use lru_cache."]),
    ],
)
def test_what_was_rewound_away_is_not_told(
    tmp_path: Path, rewind: dict[str, Any], left: list[str]
) -> None:
    path = session(
        tmp_path,
        line("session.start", sessionId="s-1"),
        line("user.message", content="Add caching."),
        line("user.message", content="Use Redis."),
        line("assistant.message", content="ok"),
        line("session.snapshot_rewind", **rewind),
        line("user.message", content="Use lru_cache."),
    )

    assert [event.text for event in read(path).events] == left


def test_lines_of_other_shapes(tmp_path: Path) -> None:
    """Without data, of an unknown type, broken, too deep: each costs only itself."""
    path = session(
        tmp_path,
        {"type": "session.start"},
        "{broken",
        {"type": "user.message"},
        {"type": "user.message", "data": "text"},
        {"type": "tool.execution_complete", "data": {"toolCallId": ["x"]}},
        {"type": "brand.new", "data": {"content": "Nothing of ours."}},
        {"type": 7},
        "[" * 100_000,
        line("user.message", content="Fix it"),
    )

    transcript = read(path)

    assert told(transcript.events) == ["result", "prompt Fix it"]
    assert (transcript.session, transcript.agent) == ("s-1", "copilot-cli")
    assert (transcript.end, transcript.broken_lines) == (9, 2)
