"""Transcripts of Cursor's agent: licensed samples, and records in the form that they show."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.cursor.adapter import Cursor
from gitmem.agents.cursor.places import folder_of, project_name
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from gitmem.model.line_marks import line_marks
from gitmem.model.session import EventKind
from tests.support.agents import FIXTURES, cursor_session, read, told

SESSION = "7d1c7a52-0000-4000-8000-00000000000a"
STAMP = "<timestamp>Tuesday, Sep 8, 2026, {}:{:02} PM (UTC-7)</timestamp>"
ONE_56 = 1_788_900_960.0


def asked(text: str, stamp: str = "") -> dict[str, Any]:
    text = f"{stamp}\n<user_query>\n{text}\n</user_query>".strip()
    return {"role": "user", "message": {"content": [{"type": "text", "text": text}]}}


def at(hour: int, minute: int) -> str:
    return STAMP.format(hour, minute)


def did(*calls: tuple[str, object], say: str = "") -> dict[str, Any]:
    uses = [{"type": "tool_use", "name": name, "input": given} for name, given in calls]
    words = [{"type": "text", "text": say}] if say else []
    return {"role": "assistant", "message": {"content": [*words, *uses]}}


def laid(tmp_path: Path, sample: str) -> Path:
    path = tmp_path / "projects" / "w" / "agent-transcripts" / SESSION / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "cursor" / sample, path)
    return path


def test_what_the_editor_wrote(tmp_path: Path) -> None:
    """Thoughts are redacted in these files, and no answer of a tool is kept."""
    transcript = read(laid(tmp_path, "session-simple.jsonl"))
    work = "/Users/aidancunniffe/Desktop/testing-gitflows-git-ai"
    events = transcript.events

    assert told(events)[:2] == [
        "prompt Generate a file with all the HBO shows from the 90's in it",
        "say Creating a file listing 1990s HBO shows. Checking the PBS fi",
    ]
    assert told(events)[-1] == "say Here\u2019s what I added."
    assert not [e for e in events if "[REDACTED]" in e.text]
    assert len({e.call_id for e in events if e.kind is EventKind.CALL}) == 10
    assert slice_of(transcript, work).edited_paths == ("hbo-shows-1990s.txt",)
    (write,) = [e for e in events if e.tool == "Write"]
    assert len(write.added_marks) > 50
    assert (transcript.agent, transcript.end, transcript.broken_lines) == ("cursor", 11, 0)


def test_a_chat_without_a_folder(tmp_path: Path) -> None:
    path = tmp_path / ".cursor/projects/agent-transcripts" / SESSION / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "cursor" / "workspace-less.jsonl", path)
    agent = Cursor({"HOME": str(tmp_path)})

    assert told(read(path).events) == ["prompt Run a quick smoke test", "say Smoke test passed."]
    assert [one.path for one in agent.transcripts_since(0.0)] == [path]
    assert agent.transcripts_for(tmp_path, 0.0) == []
    assert agent.started_in(path) == ""


def test_times_are_bounds(tmp_path: Path) -> None:
    """A prompt tells its minute; what follows was not earlier, and over before the next one's."""
    path = cursor_session(
        tmp_path,
        tmp_path,
        asked("Add caching.", at(1, 56)),
        did(("Write", {"path": "a.py", "contents": "x\n"}), say="I add it."),
        {"type": "turn_ended", "status": "success"},
        asked("Go on.", at(2, 10)),
        did(("Shell", {"command": "make test"})),
    )
    os.utime(path, (ONE_56 + 9_000, ONE_56 + 9_000))

    events = read(path).events

    assert [round(event.time - ONE_56) for event in events] == [0, 0, 0, 840, 840]
    assert [event.latest - ONE_56 for event in events] == [900, 900, 900, 9_000, 9_000]
    assert [event.told_time - ONE_56 for event in events if event.told_time] == [0, 840]
    times = [event.time for event in events]
    assert times == sorted(times)


def test_without_any_time_only_the_last_moment_is_known(tmp_path: Path) -> None:
    path = cursor_session(tmp_path, tmp_path, asked("Add caching."), did(say="Done."))
    os.utime(path, (ONE_56, ONE_56))

    events = read(path).events

    assert [event.told_time for event in events] == [0.0, 0.0]
    assert [event.latest for event in events] == [ONE_56, ONE_56]


def test_a_moment_and_a_record_end_the_reading(tmp_path: Path) -> None:
    path = cursor_session(
        tmp_path,
        tmp_path,
        asked("Add caching.", at(1, 56)),
        did(say="Done."),
        asked("Go on.", at(2, 10)),
        did(say="Done again."),
    )
    whole = read(path)

    before = read(path, until=ONE_56 + 600)
    after = read(path, first=before.end, first_byte=before.end_byte)
    by_record = read(path, end=2)

    assert [event.text for event in before.events] == ["Add caching.", "Done."]
    assert (before.goes_on, after.goes_on) == (True, False)
    assert before.events == by_record.events
    assert before.events + after.events == whole.events


def test_every_tool_that_edits_reads_or_runs(tmp_path: Path) -> None:
    """By the names of the editor, of the terminal and of their older versions."""
    patch = "*** Begin Patch\n*** Update File: /w/p.py\n-old\n+new line\n*** End Patch"
    path = cursor_session(
        tmp_path,
        tmp_path,
        did(
            ("StrReplace", {"path": "/w/a.py", "old_string": "old one", "new_string": "new one"}),
            ("search_replace", {"file_path": "/w/b.py", "old_string": "x", "new_string": "y"}),
            ("edit_file", {"target_file": "/w/c.py", "code_edit": "z"}),
            ("Write", {"path": "/w/d.py", "contents": "w"}),
            ("Delete", {"path": "/w/e.py"}),
            ("ApplyPatch", patch),
            ("ApplyPatch", {"patch": patch}),
            ("EditNotebook", {"target_notebook": "/w/n.ipynb", "new_string": "1"}),
            ("Read", {"path": "/w/a.py"}),
            ("Shell", {"command": "make test", "description": "Run them"}),
            ("run_terminal_cmd", '{"command": "ls"}'),
            ("Task", {"prompt": "Look around."}),
            ("Grep", {"pattern": "x", "path": "/w"}),
            ("CallMcpTool", None),
        ),
    )

    events = read(path).events

    assert [(e.tool, e.path or e.text) for e in events] == [
        ("Edit", "/w/a.py"),
        ("Edit", "/w/b.py"),
        ("Edit", "/w/c.py"),
        ("Write", "/w/d.py"),
        ("Edit", "/w/e.py"),
        ("Edit", "/w/p.py"),
        ("Edit", "/w/p.py"),
        ("NotebookEdit", "/w/n.ipynb"),
        ("Read", "/w/a.py"),
        ("Bash", "make test"),
        ("Bash", "ls"),
        ("Task", "Look around."),
        ("Grep", '{"pattern": "x", "path": "/w"}'),
        ("CallMcpTool", ""),
    ]
    assert events[0].added_marks == line_marks(["new one"])
    assert events[0].removed_marks == line_marks(["old one"])
    assert events[5].added_marks == line_marks(["new line"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<user_query>\nFix it.\n</user_query>", "Fix it."),
        ("<attached_files>a</attached_files>\n<user_query>Fix it.</user_query>", "Fix it."),
        ("<user_query>Fix it.", "Fix it."),
        ("<open_files>a.py</open_files>", ""),
        ("<system_reminder>Be brief.</system_reminder>", ""),
        ("<user_query><gitmem-context>Old.</gitmem-context></user_query>", ""),
        ("Fix it.", "Fix it."),
    ],
)
def test_what_a_person_typed(tmp_path: Path, text: str, words: str) -> None:
    record = {"role": "user", "message": {"content": [{"type": "text", "text": text}]}}

    assert [e.text for e in read(cursor_session(tmp_path, tmp_path, record)).events] == (
        [words] if words else []
    )


def test_the_older_form(tmp_path: Path) -> None:
    """Plain text: what stands in a file's lines is no mark of the form."""
    path = tmp_path / "projects" / "w" / "agent-transcripts" / f"{SESSION}.txt"
    path.parent.mkdir(parents=True)
    path.write_text(
        "user:\n<user_query>\nFix it.\nuser:\nis the name.\n</user_query>\n\n"
        "assistant:\n[Thinking] The cookie is gone.\nI look.\n"
        "[Tool call] Read\n  path: /w/a.py\n\n[Tool result] Read\n\n"
        "assistant:\nI see.\n"
        "[Tool call] StrReplace\n  path: /w/a.py\n  old_string: name: old\n  path: kept\n"
        "  new_string: name: new\n  path: kept\n\n[Tool result] StrReplace\n"
        "[Tool call] Shell\n  command: git commit -m 'Fix it'\n\n[Tool result] Shell\n\n"
        "assistant:\nDone.\n"
    )

    events = read(path).events

    assert [(e.kind.value, e.path or e.text) for e in events] == [
        ("prompt", "Fix it.\nuser:\nis the name."),
        ("think", "The cookie is gone."),
        ("say", "I look."),
        ("call", "/w/a.py"),
        ("say", "I see."),
        ("call", "/w/a.py"),
        ("call", "git commit -m 'Fix it'"),
        ("say", "Done."),
    ]
    assert events[5].added_marks == line_marks(["name: new", "  path: kept"]) - line_marks(
        ["name: old", "  path: kept"]
    )
    cut = events[4].record
    before, after = read(path, end=cut), read(path, first=cut)
    assert before.events + after.events == events


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    """Its file tells no times: it is of the turn in which it was last written to."""
    path = cursor_session(
        tmp_path,
        tmp_path,
        asked("Add caching.", at(1, 56)),
        did(("Task", {"prompt": "Write it."})),
        asked("Go on.", at(2, 10)),
    )
    subagent = path.parent / "subagents" / "3c1c7a52-0000-4000-8000-00000000000b.jsonl"
    subagent.parent.mkdir()
    lines = [asked("Write it."), did(("Write", {"path": "/w/h.py", "contents": "x"}))]
    subagent.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(subagent, (ONE_56 + 300, ONE_56 + 300))

    transcript = read(path)
    added = [event for event in transcript.events if event.is_subagent]

    assert [(e.tool, e.path) for e in added] == [("Write", "/w/h.py")]
    assert ONE_56 < added[0].time < ONE_56 + 1
    assert added[0].latest == ONE_56 + 300
    assert Cursor({}).parts(path) == [path, subagent]
    assert slice_of(transcript, "/w").edited_paths == ("h.py",)


def test_sessions_of_a_work_tree(tmp_path: Path) -> None:
    """A project's name may stand for several folders: only those that are there can be meant."""
    work, other = tmp_path / "my-work", tmp_path / "my-work-too"
    (work / "below.d").mkdir(parents=True)
    other.mkdir()
    agent = Cursor({"HOME": str(tmp_path)})
    assert agent.transcripts_for(work, 0.0) == []
    here = cursor_session(tmp_path, work, asked("One."))
    below = cursor_session(tmp_path, work / "below.d", asked("Two."), session=f"{SESSION[:-1]}b")
    cursor_session(tmp_path, other, asked("Three."), session=f"{SESSION[:-1]}c")

    assert [one.path for one in agent.transcripts_for(work, 0.0)] == [here, below]
    assert len(agent.transcripts_since(0.0)) == 3
    assert agent.transcripts_for(work, 9e12) == []
    assert agent.copies(SESSION) == [here]
    assert agent.copies("../" + SESSION) == []
    assert agent.started_in(here) == str(work)
    assert Cursor({}).transcripts_since(0.0) == []


def test_a_name_that_stands_for_two_folders_tells_none(tmp_path: Path) -> None:
    for folder in ("my-work", "my/work"):
        (tmp_path / folder).mkdir(parents=True)

    assert folder_of(project_name(str(tmp_path / "my"))) == str(tmp_path / "my")
    assert folder_of(project_name(str(tmp_path / "my-work"))) == ""
    assert folder_of("nowhere-at-all") == ""


@pytest.mark.parametrize(
    ("mine", "other"),
    [("a-b", "a/b"), ("a/b", "a-b"), ("a_b", "a.b"), ("a", "a-b"), ("größe", "gr-e")],
)
def test_a_session_of_a_name_that_stands_for_two_is_whose_files_it_names(
    tmp_path: Path, mine: str, other: str
) -> None:
    """Nobody's where it names none: another project's words are never told as this one's."""
    work, elsewhere = tmp_path / mine, tmp_path / other
    (work / "src").mkdir(parents=True)
    (work / "b").mkdir(exist_ok=True)
    elsewhere.mkdir(parents=True)
    agent = Cursor({"HOME": str(tmp_path)})
    named = ("Read", {"path": f"{work}/a.py"})
    here, away, mentioned, silent = (
        cursor_session(
            tmp_path, elsewhere, asked(text), did(call), session=f"7d1c7a52-0000-4000-8000-{n:012}"
        )
        for n, (text, call) in enumerate(
            [
                ("x", named),
                ("x", ("Read", {"path": f"{elsewhere}/a.py"})),
                (f"as in {work}/a.py", ("Read", {"path": f"{work}-2/a.py"})),
                ("x", ("Read", {"path": "a.py"})),
            ]
        )
    )

    assert [one.path for one in agent.transcripts_for(work, 0.0)] == [here]

    elsewhere.rename(tmp_path / "zzz")  # nothing else has that name any more
    known = [one.path for one in agent.transcripts_for(work, 0.0)]
    assert known == [here, away, mentioned, silent]


def test_the_older_form_names_files_too(tmp_path: Path) -> None:
    work, elsewhere = tmp_path / "a-b", tmp_path / "a" / "b"
    work.mkdir()
    elsewhere.mkdir(parents=True)
    path = cursor_session(tmp_path, work)
    for text, count in (
        (f"[Tool call] Read\n  path: {work}/a.py\n", 1),
        (f"user:\npath: {work}/a.py\n", 0),
        (f"[Tool call] Read\n  path: {elsewhere}/a.py\n", 0),
    ):
        path.with_suffix(".txt").write_text(text)
        path.unlink(missing_ok=True)
        assert len(Cursor({"HOME": str(tmp_path)}).transcripts_for(work, 0.0)) == count


def test_both_forms_of_a_session_are_one(tmp_path: Path) -> None:
    new = cursor_session(tmp_path, tmp_path, asked("One."))
    old = new.parent.parent / f"{SESSION}.txt"
    old.write_text("user:\n<user_query>One.</user_query>\n")
    agent = Cursor({"HOME": str(tmp_path)})

    assert [one.path for one in agent.transcripts_since(0.0)] == [new]
    assert agent.copies(SESSION) == [new]


def test_only_a_chat_of_the_terminal_can_be_taken_up_by_a_command(tmp_path: Path) -> None:
    path = cursor_session(tmp_path, tmp_path, asked("One."))
    agents = Agents.from_environment({"HOME": str(tmp_path)})
    assert agents.resume_command(path, SESSION) == ()
    (tmp_path / ".cursor" / "chats" / "0123abcd" / SESSION).mkdir(parents=True)

    assert agents.resume_command(path, SESSION) == ("cursor-agent", f"--resume={SESSION}")


def test_a_line_that_is_being_written_waits(tmp_path: Path) -> None:
    path = cursor_session(tmp_path, tmp_path, asked("One."))
    with path.open("a") as file:
        file.write('{"role": "assistant", "mess')
    before = read(path)
    with path.open("a") as file:
        file.write('age": {"content": "Done."}}\n')

    after = read(path, first=before.end, first_byte=before.end_byte)

    assert (before.end, before.broken_lines) == (1, 0)
    assert [event.text for event in after.events] == ["Done."]


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(TranscriptMissing):
        read(tmp_path / "agent-transcripts" / "none.jsonl")
