"""The files that OpenCode wrote before it had a database, and still leaves where they are."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.opencode.adapter import OpenCode
from gitmem.errors import TranscriptMissing
from tests.agents.opencode.test_adapter import ALL, WORK
from tests.support.agents import opencode_database, opencode_files, read, told

ROWS = {
    "session": ("id", "project_id", "slug", "directory", "title", "version"),
    "message": ("id", "session_id"),
    "part": ("id", "message_id", "session_id"),
}


def test_the_older_files_are_read_the_same(tmp_path: Path) -> None:
    path = opencode_files(tmp_path, WORK, "1.1.65")
    transcript = read(path)

    events = told(transcript.events)

    assert [line for line in events if "nowhere.py not" not in line] == [
        line for line in ALL if "nowhere.py not" not in line
    ]
    assert (transcript.agent, transcript.broken_lines) == ("opencode 1.1.65", 0)
    assert transcript.cwds == (str(WORK),)


def test_a_session_in_files_is_found(tmp_path: Path) -> None:
    path = opencode_files(tmp_path, WORK, "1.1.65")
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert agents.find(path.stem) == path
    (file,) = agents.transcripts_for(WORK, 0.0)
    assert (file.session, file.path) == (path.stem, path)
    assert agents.transcripts_for(WORK, file.mtime + 1) == []
    assert agents.started_in(path) == str(WORK)
    assert agents.resume_command(path, path.stem) == ("opencode", "--session", path.stem)


def test_the_parts_hold_what_the_tools_did(tmp_path: Path) -> None:
    """A look for a file's name finds it in one of them, for the session's own file names none."""
    path = opencode_files(tmp_path, WORK, "1.1.65")

    parts = OpenCode({"HOME": str(tmp_path)}).parts(path)

    assert parts[0] == path
    assert any(b"tests/test_stats.py" in part.read_bytes() for part in parts)
    assert len(parts) == 1 + 8 + 26


def test_what_was_moved_into_the_database_keeps_its_numbers(tmp_path: Path) -> None:
    """Version 1.2 copied the files into rows made then, under their old ids."""
    path = opencode_files(tmp_path, WORK, "1.1.65")
    before = read(path)
    database = opencode_database(tmp_path / ".local/share/opencode", WORK, "1.18.33")
    moved_at = 1_800_000_000_000
    with closing(sqlite3.connect(database)) as rows:
        for file in sorted(path.parents[2].rglob("*.json")):
            table = file.relative_to(path.parents[2]).parts[0]
            value = json.loads(file.read_text())
            time = value.get("time", {})
            known = {
                "id": value.pop("id"),
                "session_id": value.pop("sessionID", None),
                "message_id": value.pop("messageID", None),
                "project_id": value.get("projectID"),
                **{key: value.get(key) for key in ("slug", "directory", "title", "version")},
            }
            cells = {key: known[key] for key in ROWS[table]}
            cells["time_created"] = time.get("created", moved_at)
            cells["time_updated"] = moved_at if table == "part" else cells["time_created"]
            if table != "session":
                cells["data"] = json.dumps(value)
            marks = ",".join("?" * len(cells))
            rows.execute(
                f"INSERT INTO {table}({','.join(cells)}) VALUES({marks})",
                list(cells.values()),
            )
        rows.commit()
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    moved = agents.find(path.stem)

    assert moved == database / path.stem
    after = agents.read(moved)
    assert (after.events, after.end) == (before.events, before.end)
    listed = [file.path for file in agents.transcripts_for(WORK, 0.0)]
    assert moved in listed
    assert path not in listed


def test_reading_goes_on_by_the_files_times(tmp_path: Path) -> None:
    """A part that was written before what is asked for is not opened."""
    path = opencode_files(tmp_path, WORK, "1.1.65")
    whole = read(path)
    (command,) = [event for event in whole.events if event.text.startswith("git add")]
    for part in path.parents[2].rglob("part/*/*.json"):
        os.utime(part, (whole.events[-1].time, whole.events[-1].time))

    rest = read(path, first=command.record)

    assert told(rest.events) == told(whole.events)[13:]


def test_damaged_files_cost_themselves_alone(tmp_path: Path) -> None:
    path = opencode_files(tmp_path, WORK, "1.1.65")
    parts = sorted(path.parents[2].rglob("part/*/*.json"))
    texts = [part for part in parts if '"text"' in part.read_text()]
    texts[0].write_text("{")
    texts[1].unlink()
    os.mkfifo(texts[1])
    (path.parents[2] / "message" / path.stem / "msg_zz.json").write_text("[]")

    transcript = read(path)

    assert transcript.broken_lines == 2
    assert len(transcript.events) == len(ALL) - 2


def test_a_session_whose_file_is_none(tmp_path: Path) -> None:
    path = opencode_files(tmp_path, WORK, "1.1.65")
    path.write_text("[]")

    with pytest.raises(TranscriptMissing):
        read(path)
    assert OpenCode({"HOME": str(tmp_path)}).transcripts_since(0.0) == []
