"""Databases that OpenCode of tomorrow, or somebody else, may have left: what can be read is."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.foreign_database import MAX_VALUE_BYTES
from gitmem.agents.opencode.adapter import OpenCode
from gitmem.errors import TranscriptMissing
from tests.agents.opencode.test_adapter import ALL, RESUMED, WORK, execute
from tests.support.agents import opencode_session, read, told
from tests.support.processes import PEAK_KILOBYTES


def laid(tmp_path: Path) -> Path:
    return opencode_session(tmp_path, WORK, "1.18.33")


def test_columns_and_tables_that_nobody_knows(tmp_path: Path) -> None:
    path = laid(tmp_path)
    execute(
        path,
        "ALTER TABLE session ADD COLUMN mood TEXT DEFAULT 'good'",
        "ALTER TABLE part ADD COLUMN shape BLOB",
        "CREATE TABLE thought (id TEXT PRIMARY KEY, part_id TEXT)",
        "UPDATE part SET data = json_set(data, '$.new', json('[1]'))",
        "PRAGMA user_version = 99",
    )

    assert told(read(path).events) == [*ALL, *RESUMED]


@pytest.mark.parametrize(
    "column",
    ["parent_id", "directory", "version", "time_created", "time_updated", "revert"],
)
def test_a_column_of_sessions_that_is_gone(tmp_path: Path, column: str) -> None:
    path = laid(tmp_path)
    execute(
        path,
        "DROP INDEX session_parent_idx",
        f"ALTER TABLE session DROP COLUMN {column}",
    )
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert [line for line in told(read(path).events) if " nowhere" not in line] == [
        line for line in [*ALL, *RESUMED] if " nowhere" not in line
    ]
    assert path in [file.path for file in agents.transcripts_since(0.0)]
    if column != "directory":
        assert path in [file.path for file in agents.transcripts_for(WORK, 0.0)]


@pytest.mark.parametrize("column", ["time_created", "time_updated"])
@pytest.mark.parametrize("table", ["message", "part"])
def test_a_time_that_is_gone(tmp_path: Path, table: str, column: str) -> None:
    path = laid(tmp_path)
    execute(
        path,
        "DROP INDEX message_session_time_created_id_idx",
        f"ALTER TABLE {table} DROP COLUMN {column}",
    )

    assert told(read(path).events) == [*ALL, *RESUMED]


def test_without_a_table_of_sessions(tmp_path: Path) -> None:
    """As in samples of others; the messages tell the folder."""
    path = laid(tmp_path)
    execute(path, "DROP TABLE session")
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert told(read(path).events) == [*ALL, *RESUMED]
    assert path in [file.path for file in agents.transcripts_for(WORK, 0.0)]


@pytest.mark.parametrize("table", ["part", "message"])
def test_without_the_table_that_holds_the_words(tmp_path: Path, table: str) -> None:
    """Nothing was said, as far as anybody can tell."""
    path = laid(tmp_path)
    execute(path, f"DROP TABLE {table}")

    assert read(path).events == ()


def test_values_of_any_kind(tmp_path: Path) -> None:
    path = laid(tmp_path)
    junk = ("x'ff00'", "'{'", "NULL", "7", "'[]'", '\'{"type": 3, "state": []}\'', "zeroblob(9)")
    execute(
        path,
        "PRAGMA writable_schema = ON",
        "CREATE TABLE other AS SELECT * FROM part",
        *(
            f"INSERT INTO other SELECT 'prt_ffffffffff{number:02}', message_id, session_id, 'x',"
            f" 'y', {value} FROM part WHERE session_id = '{path.name}' LIMIT 1"
            for number, value in enumerate(junk)
        ),
        "DROP TABLE part",
        "ALTER TABLE other RENAME TO part",
    )

    transcript = read(path)

    assert told(transcript.events) == [*ALL, *RESUMED]
    assert transcript.broken_lines == 6


def test_a_session_of_very_many_parts_is_heard(tmp_path: Path) -> None:
    """More than are held: the older half is thinned again and again, within the time limit."""
    path = laid(tmp_path)
    begun = read(path)
    execute(
        path,
        "INSERT INTO part WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 40000) SELECT printf('prt_zz%09d', i), message_id, session_id, 1, 1,"
        """ '{"type":"text","text":"x"}' FROM n, (SELECT * FROM part WHERE session_id = """
        f"'{path.name}' ORDER BY id DESC LIMIT 1)",
    )

    transcript = read(path)

    edits = [event.path for event in begun.events if event.path]
    assert [event.path for event in transcript.events if event.path] == edits
    assert transcript.is_thinned


def test_a_part_that_is_too_large_costs_itself_alone(tmp_path: Path) -> None:
    if sys.version_info < (3, 11):
        pytest.skip("SQLite's limits cannot be set")
    path = laid(tmp_path)
    execute(
        path,
        f"INSERT INTO part SELECT 'prt_zz', message_id, session_id, time_created, time_updated,"
        f" zeroblob({MAX_VALUE_BYTES + 1}) FROM part WHERE session_id = '{path.name}' LIMIT 1",
    )

    transcript = read(path)

    assert told(transcript.events) == [*ALL, *RESUMED]
    assert transcript.broken_lines == 1


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\1" * 9_000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = laid(tmp_path)
    path.parent.write_bytes(content)
    agents = Agents.from_environment({"HOME": str(tmp_path)})

    assert agents.transcripts_for(WORK, 0.0) == []
    assert agents.find(path.name) is None
    assert agents.parts(path) == [path]
    assert agents.started_in(path) == ""
    assert agents.searched_bytes(path) == b""
    with pytest.raises(TranscriptMissing):
        agents.read(path)


def test_links_and_pipes_are_no_databases(tmp_path: Path) -> None:
    path = laid(tmp_path / "real")
    home = tmp_path / "home"
    folder = home / ".local/share/opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.db").symlink_to(path.parent)
    os.mkfifo(folder / "opencode-pipe.db")
    agents = Agents.from_environment({"HOME": str(home)})

    assert agents.transcripts_since(0.0) == []
    assert agents.find(path.name) is None
    assert agents.find(path.name, known=folder / "opencode-pipe.db" / path.name) is None


def test_one_broken_database_hides_no_other(tmp_path: Path) -> None:
    path = laid(tmp_path)
    (path.parent.parent / "opencode-a.db").write_bytes(b"junk")

    assert OpenCode({"HOME": str(tmp_path)}).copies(path.name) == [path]


def test_a_locked_database_is_named_in_the_error(tmp_path: Path) -> None:
    path = laid(tmp_path)
    with closing(sqlite3.connect(path.parent, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(TranscriptMissing, match=path.name) as raised:
            read(path)

    assert "locked" in str(raised.value.__cause__)


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    """The client adds parts all the time; each reading sees whole ones."""
    path = laid(tmp_path)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path.parent), path.name],
        stdout=subprocess.PIPE,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline()
        seen = 0
        for _ in range(30):
            transcript = read(path)
            assert transcript.broken_lines == 0
            assert len(transcript.events) >= seen
            seen = len(transcript.events)
    finally:
        writer.kill()
        writer.communicate()
    assert seen > len(ALL) + len(RESUMED)


_WRITER = """
import json, sqlite3, sys, time as clock
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
(message, time) = database.execute(
    "SELECT id, time_created FROM message WHERE session_id = ? ORDER BY time_created DESC",
    (sys.argv[2],),
).fetchone()
for number in range(4_000):  # fewer than would be thinned, however slow the reader is
    clock.sleep(0.001)
    data = json.dumps({"type": "text", "text": "more " * 50, "time": {"start": time, "end": time}})
    row = (f"prt_x{number:08}", message, sys.argv[2], time, time, data)
    database.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", row)
    if number == 10:
        print("ready", flush=True)
"""


@pytest.mark.slow
def test_two_gigabytes(tmp_path: Path) -> None:
    """A session is found and read by its indices: in the memory and time of its own size."""
    free = os.statvfs(tmp_path)
    if free.f_bavail * free.f_frsize < 6 << 30:
        pytest.skip("there is no room for it")
    path = laid(tmp_path)
    with closing(sqlite3.connect(path.parent, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        data = json.dumps({"type": "text", "text": "x" * 100_000, "synthetic": True})
        database.execute("BEGIN")
        for session in range(1_100):
            name = f"ses_{session:05}"
            database.execute(
                "INSERT INTO session(id, project_id, slug, directory, title, version,"
                " time_created, time_updated, summary_diffs)"
                " VALUES (?, 'p', 's', '/elsewhere', 't', '1', 1, 1, ?)",
                (name, data),
            )
            database.execute(
                'INSERT INTO message VALUES (?, ?, 1, 1, \'{"role": "assistant"}\')', (name, name)
            )
            database.executemany(
                "INSERT INTO part VALUES (?, ?, ?, 1, 1, ?)",
                ((f"prt_{session}_{part}", name, name, data) for part in range(20)),
            )
        database.execute("COMMIT")
    assert path.parent.stat().st_size > 2 << 30

    script = (
        "import sys, time\n"
        f"{PEAK_KILOBYTES}"
        "from pathlib import Path\n"
        "from gitmem.agents.adapters import Agents\n"
        "agents = Agents.from_environment({'HOME': sys.argv[1]})\n"
        "start = time.monotonic()\n"
        "found = agents.transcripts_for(Path('/home/dev/stats'), 0.0)\n"
        "since = agents.transcripts_since(1_700_000_000.0)\n"
        "listed = time.monotonic()\n"
        "events = agents.read(Path(sys.argv[2])).events\n"
        "print(len(found), len(since), len(events), listed - start, time.monotonic() - listed,\n"
        "    peak_kilobytes())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found, since, events, listing, reading, kilobytes = map(float, done.stdout.split())
    print(f"listed in {listing:.2f} s, read in {reading:.3f} s, {kilobytes / 1024:.0f} MB")

    assert (found, since, events) == (4, 4, len(ALL) + len(RESUMED))
    assert kilobytes < 200_000
    assert listing < 20
    assert reading < 2
