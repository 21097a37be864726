"""Sessions that real versions of OpenCode wrote, and what could be in one."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.opencode.adapter import OpenCode
from gitmem.agents.slice import slice_of
from gitmem.errors import TranscriptMissing
from gitmem.model.session import EventKind
from tests.support.agents import opencode_database, opencode_session, read, told

WORK = Path("/home/dev/stats")
ALL = [
    "prompt stats.py crashes on an empty list. Return 0.0 there; do not ",
    "say I will look at the file first.",
    "call Read stats.py",
    "result Read <path>/home/dev/stats/stats.py</path>",
    "call Bash python3 stats.py",
    "result! Bash ZeroDivisionError: division by zero",
    "say An empty list divides by zero; I return 0.0 there.",
    "call Edit stats.py",
    "result Edit Edit applied successfully.",
    "call Edit nowhere.py",
    "result! Edit File /home/dev/stats/nowhere.py not found",
    "call Write tests/test_stats.py",
    "result Write Wrote file successfully.",
    "call Bash git add -A && git commit -qm 'Return 0.0 for an empty list'",
    "result Bash",
    "say mean() now returns 0.0 for an empty list, because catching Z",
]
FIRST_THREE = "SELECT id FROM message WHERE session_id = ? ORDER BY time_created LIMIT 3"
RESUMED = ["prompt Explain it once more, in a resumed turn.", ALL[-1]]


def execute(path: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    """Change the database of a session, and leave it as the client does when it ends."""
    with closing(sqlite3.connect(path.parent)) as database:
        for one in statements:
            database.execute(one) if isinstance(one, str) else database.execute(*one)
        database.commit()


def test_what_the_client_wrote_is_read(tmp_path: Path) -> None:
    """An exit code tells that a command failed; quotation marks of the command line are nobody's
    words.
    """
    transcript = read(opencode_session(tmp_path, WORK, "1.18.33"))

    assert told(transcript.events) == [*ALL, *RESUMED]
    assert (transcript.agent, transcript.broken_lines) == ("opencode 1.18.33", 0)
    assert transcript.cwds == (str(WORK),)
    part = slice_of(transcript, str(WORK))
    assert (part.edited_paths, part.read_paths) == (
        ("stats.py", "tests/test_stats.py"),
        ("stats.py",),
    )


def test_a_session_is_found_by_its_id_and_by_its_folder(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33")
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert agents.find(path.name) == path
    assert agents.find("ses_none") is None
    found = agents.transcripts_for(WORK, 0.0)
    assert path in [file.path for file in found]
    assert len(found) == 4  # a subagent's session is none
    assert agents.transcripts_for(WORK / "below", 0.0) == []
    last = max(file.mtime for file in found)
    assert len(agents.transcripts_since(last)) == 1
    assert agents.transcripts_since(last + 1) == []
    assert agents.started_in(path) == str(WORK)
    assert agents.resume_command(path, path.name) == ("opencode", "--session", path.name)


def test_reading_goes_on_where_it_ended(tmp_path: Path) -> None:
    """Nothing is read twice and nothing is left out, wherever a slice ends."""
    path = opencode_session(tmp_path, WORK, "1.18.33")
    whole = read(path)

    for event in whole.events:
        before = read(path, end=event.record)
        after = read(path, first=event.record, first_byte=1234)
        assert before.events + after.events == whole.events
        assert (before.goes_on, before.end <= event.record) == (True, True)
        assert read(path, first=before.end).events == after.events
        upto = read(path, until=event.time)
        assert upto.events[-1].time == event.time
        assert upto.events + read(path, first=upto.end).events == whole.events


def test_messages_that_are_deleted_move_no_number(tmp_path: Path) -> None:
    """The prompt after a revert deletes what was taken back; what comes then is new still."""
    path = opencode_session(tmp_path, WORK, "1.18.33")
    whole = read(path)
    end = whole.events[-3].record + 1  # up to the resumed prompt
    execute(
        path,
        (f"DELETE FROM message WHERE id IN ({FIRST_THREE})", (path.name,)),
    )

    assert told(read(path, first=end).events) == RESUMED


def test_a_subagents_work_is_its_sessions(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33", "Let a subagent write helper.py")
    transcript = read(path)

    (edit,) = [event for event in transcript.events if event.path.endswith("helper.py")]
    assert (edit.tool, edit.is_subagent) == ("Write", True)
    kinds = [event.kind for event in transcript.events if event.is_subagent]
    assert EventKind.PROMPT not in kinds
    assert len(OpenCode({"HOME": str(tmp_path)}).parts(path)) == 2


def test_a_compaction_is_a_summary_and_nobodys_prompt(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33", "Look at stats.py for long")
    words = told(read(path).events)

    assert "summary Goal: mean() of an empty list is 0.0; the exception is not c" in words
    assert [line for line in words if line.startswith("prompt")] == [
        "prompt Look at stats.py for long"
    ]


def test_what_was_taken_back_is_left_out_but_for_a_commit_before(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33", "Write one")
    with closing(sqlite3.connect(path.parent)) as database:
        query = "SELECT time_updated FROM session WHERE id = ?"
        (updated,) = database.execute(query, (path.name,)).fetchone()

    living = told(read(path).events)
    before = read(path, until=updated / 1_000 - 0.1)

    assert living == [
        "prompt Write one",
        "call Write one.txt",
        "result Write Wrote file successfully.",
        "say wrote one",
    ]
    assert "call Write two.txt" in told(before.events)
    assert EventKind.INTERRUPT in [event.kind for event in before.events]


def test_a_fork_begins_with_its_own_words(tmp_path: Path) -> None:
    """A copy of a message bears a new id and the old time."""
    path = opencode_session(tmp_path, WORK, "1.18.33")
    resumed = read(path).events[-2].time
    execute(
        path,
        (
            "UPDATE session SET time_created = ? WHERE id = ?",
            (int(resumed * 1_000) - 100, path.name),
        ),
    )

    assert told(read(path).events) == RESUMED


def part_with(path: Path, words: str) -> tuple[str, dict[str, Any]]:
    """The id and the value of a session's first part that holds the words."""
    with closing(sqlite3.connect(path.parent)) as database:
        query = "SELECT id, data FROM part WHERE session_id = ? AND instr(data, ?) ORDER BY id"
        name, data = database.execute(query, (path.name, words)).fetchone()
    return name, json.loads(data)


def running(path: Path, status: str) -> Path:
    """The session at the moment at which its commit's command had that status."""
    with closing(sqlite3.connect(path.parent)) as database:
        query = (
            "SELECT id, message_id, data FROM part WHERE session_id = ? AND"
            " instr(data, 'git commit') LIMIT 1"
        )
        part, message, data = database.execute(query, (path.name,)).fetchone()
    value = json.loads(data)
    value["state"] = {
        "status": status,
        "input": value["state"]["input"] if status == "running" else {},
        "time": {"start": value["state"]["time"]["start"] + 5_000},
    }
    execute(
        path,
        ("UPDATE part SET data = ? WHERE id = ?", (json.dumps(value), part)),
        ("DELETE FROM part WHERE session_id = ? AND id > ?", (path.name, part)),
        ("DELETE FROM message WHERE session_id = ? AND id > ?", (path.name, message)),
        (
            "UPDATE message SET data = json_remove(data, '$.time.completed') WHERE id = ?",
            (message,),
        ),
    )
    return path


def test_a_command_that_runs_is_read_and_its_answer_later(tmp_path: Path) -> None:
    """A commit is captured while the command that makes it still runs."""
    whole = read(opencode_session(tmp_path / "whole", WORK, "1.18.33"))
    path = running(opencode_session(tmp_path, WORK, "1.18.33"), "running")

    part = read(path)

    assert told(part.events) == ALL[:14]
    assert part.events == whole.events[:14]
    later = opencode_session(tmp_path / "later", WORK, "1.18.33")
    assert told(read(later, first=part.end).events) == [*ALL[14:], *RESUMED]


def test_a_command_whose_words_still_come_ends_what_is_read(tmp_path: Path) -> None:
    path = running(opencode_session(tmp_path, WORK, "1.18.33"), "pending")

    part = read(path)

    assert told(part.events) == ALL[:13]
    later = opencode_session(tmp_path / "later", WORK, "1.18.33")
    assert told(read(later, first=part.end).events) == [*ALL[13:], *RESUMED]


def test_a_patch_is_an_edit_of_each_of_its_files(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33")
    name, value = part_with(path, '"tool":"edit"')
    value["tool"] = "apply_patch"
    value["state"]["input"] = {
        "patchText": "*** Begin Patch\n*** Update File: stats.py\n-a = 1\n+a_longer_line = 2\n"
        "*** Add File: b.py\n+b_longer_line = 1\n*** End Patch"
    }
    value["state"]["metadata"] = {}
    execute(path, ("UPDATE part SET data = ? WHERE id = ?", (json.dumps(value), name)))

    edits = [event for event in read(path).events if event.tool == "Edit" and event.path]

    assert [event.path for event in edits[:2]] == [f"{WORK}/stats.py", f"{WORK}/b.py"]
    assert edits[1].added_marks


def test_the_database_that_went_on_counts(tmp_path: Path) -> None:
    """Each channel of releases has a database of its own; one may be a copy of another."""
    path = opencode_session(tmp_path, WORK, "1.18.33")
    other = path.parent.with_name("opencode-local.db")
    other.write_bytes(path.parent.read_bytes())
    execute(other / path.name, ("UPDATE session SET time_updated = time_updated + 99", ()))
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert agents.find(path.name) == other / path.name
    assert {file.path.parent for file in agents.transcripts_for(WORK, 0.0)} == {other}


def test_where_the_environment_says(tmp_path: Path) -> None:
    there = opencode_database(tmp_path / "data" / "opencode", WORK, "1.18.33")
    named = there.rename(there.with_name("mine.db"))

    by_folder = OpenCode({"XDG_DATA_HOME": str(tmp_path / "data")})
    by_name = OpenCode({"XDG_DATA_HOME": str(tmp_path / "data"), "OPENCODE_DB": "mine.db"})

    assert by_folder.transcripts_since(0.0) == []
    assert {file.path.parent for file in by_name.transcripts_since(0.0)} == {named}


def test_a_database_alone_names_no_session(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33")

    with pytest.raises(TranscriptMissing, match="name one as"):
        read(path.parent)
    with pytest.raises(TranscriptMissing):
        read(path.parent / "ses_gone")


def test_what_is_searched_names_the_files_of_tools(tmp_path: Path) -> None:
    path = opencode_session(tmp_path, WORK, "1.18.33")
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    searched = agents.searched_bytes(path)

    assert searched is not None
    assert os.fsencode(WORK / "tests" / "test_stats.py") in searched
    assert b"resumed turn" not in searched
    assert agents.searched_bytes(tmp_path / "a.jsonl") is None
