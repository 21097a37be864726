"""Databases of another program: in use, damaged, endless; nothing is left beside them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gitmem.agents.foreign_database import columns_of, read_database

WRITER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
print("ready", flush=True)
for line in sys.stdin:
    for statement in line.split("|"):
        database.execute(statement).fetchall()
    print("done", flush=True)
"""


class Writer:
    """Another process that has the database open, as a client has."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._wait()

    def do(self, statements: str) -> None:
        """Have it execute statements, separated by bars."""
        assert self._process.stdin is not None
        self._process.stdin.write(statements + "\n")
        self._process.stdin.flush()
        self._wait()

    def kill(self) -> None:
        """End it as a crash does: what it had open stays."""
        self._process.kill()
        self._process.communicate()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline()


@contextmanager
def writing(path: Path, mode: str) -> Iterator[Writer]:
    writer = Writer(path)
    try:
        writer.do(f"PRAGMA journal_mode = {mode}|CREATE TABLE t(x)|INSERT INTO t VALUES (1)")
        yield writer
    finally:
        writer.kill()


def count(path: Path) -> int:
    return read_database(path, lambda one: int(one.execute("SELECT count(*) FROM t").fetchone()[0]))


def state(folder: Path) -> dict[str, tuple[int, int]]:
    found = folder.glob("opencode.db*")
    return {one.name: (one.stat().st_mtime_ns, one.stat().st_size) for one in found}


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_client_that_writes_is_read_and_not_disturbed(tmp_path: Path, mode: str) -> None:
    """What it has committed is there at once, what it has not is not; no file is touched."""
    path = tmp_path / "opencode.db"
    with writing(path, mode) as writer:
        before = state(tmp_path)
        assert count(path) == 1
        assert state(tmp_path) == before
        writer.do("INSERT INTO t VALUES (2)")
        assert count(path) == 2
        writer.do("BEGIN IMMEDIATE|INSERT INTO t VALUES (3)")
        assert count(path) == 2
        writer.do("COMMIT")
        assert count(path) == 3


def test_a_log_that_a_crash_left_is_read(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "wal"):
        pass
    before = state(tmp_path)

    assert count(path) == 1
    assert state(tmp_path) == before
    assert "opencode.db-wal" in before


def test_a_copy_without_the_logs_index_is_read(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "wal"):
        pass
    (tmp_path / "opencode.db-shm").unlink()
    before = state(tmp_path)

    assert count(path) == 1
    assert state(tmp_path) == before


def test_a_database_at_rest_gets_no_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "wal") as writer:
        writer.do("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("-wal", "-shm"):
        Path(f"{path}{name}").unlink()
    before = state(tmp_path)

    assert count(path) == 1
    assert state(tmp_path) == before == {"opencode.db": before["opencode.db"]}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    with writing(folder / "opencode.db", "wal"):
        pass
    (folder / "opencode.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        assert count(folder / "opencode.db") == 1
        assert len(list(folder.iterdir())) == 3
    finally:
        folder.chmod(0o755)


def test_an_exclusive_lock_is_an_error_within_seconds(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "delete") as writer:
        writer.do("BEGIN EXCLUSIVE")
        start = time.monotonic()

        with pytest.raises(OSError, match="locked"):
            count(path)

        assert time.monotonic() - start < 10


def test_a_journal_of_a_crash_is_nobodys_to_roll_back(tmp_path: Path) -> None:
    path, copy = tmp_path / "opencode.db", tmp_path / "copy"
    with writing(path, "delete") as writer:
        for _ in range(9):
            writer.do("INSERT INTO t VALUES (zeroblob(50000))")
        writer.do("PRAGMA cache_size = 1|BEGIN|UPDATE t SET x = zeroblob(60000)")
        copy.mkdir()
        for one in tmp_path.glob("opencode.db*"):
            shutil.copy(one, copy)
    if not (copy / "opencode.db-journal").stat().st_size:
        pytest.skip("this SQLite kept all in memory")
    before = state(copy)

    with pytest.raises(OSError, match="cannot be read"):
        count(copy / "opencode.db")

    assert state(copy) == before


def test_a_database_that_changes_under_a_reader_is_read_again(tmp_path: Path) -> None:
    """Without locks what was read counts only if nothing was written meanwhile."""
    path = tmp_path / "opencode.db"
    with writing(path, "wal") as writer:
        writer.do("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("-wal", "-shm"):
        Path(f"{path}{name}").unlink()
    tries: list[int] = []

    def read(database: sqlite3.Connection) -> int:
        if not tries:
            with sqlite3.connect(path) as other:
                other.execute("INSERT INTO t VALUES (2)")
            other.close()
        tries.append(1)
        return int(database.execute("SELECT count(*) FROM t").fetchone()[0])

    assert (read_database(path, read), len(tries)) == (2, 2)


def test_one_that_never_rests_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "wal") as writer:
        writer.do("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("-wal", "-shm"):
        Path(f"{path}{name}").unlink()

    def read(database: sqlite3.Connection) -> None:
        os.utime(path, ns=(time.time_ns(), time.time_ns()))

    with pytest.raises(OSError, match="being written"):
        read_database(path, read)


def test_a_reading_that_does_not_end_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "delete"):
        pass
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    start = time.monotonic()

    with pytest.raises(OSError, match="interrupted"):
        read_database(path, lambda one: one.execute(endless).fetchall(), seconds=0.2)

    assert time.monotonic() - start < 10


def test_nothing_can_be_written_through_it(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "delete"):
        pass

    with pytest.raises(OSError, match="attempt to write"):
        read_database(path, lambda one: one.execute("INSERT INTO t VALUES (9)"))

    assert count(path) == 1


@pytest.mark.parametrize("content", [b"", b"{}\n", b"SQLite format 3\0", os.urandom(9_000)])
def test_what_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "opencode.db"
    path.write_bytes(content)

    with pytest.raises(OSError, match="no database"):
        count(path)


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "delete") as writer:
        writer.do("INSERT INTO t VALUES (randomblob(20000))")
    data = bytearray(path.read_bytes())
    data[4_096:8_192] = os.urandom(4_096)
    path.write_bytes(bytes(data[: len(data) // 2]))

    with pytest.raises(OSError, match="cannot be read"):
        count(path)


def test_a_link_a_pipe_and_a_folder_are_none(tmp_path: Path) -> None:
    """To open a pipe would wait for ever; a link leads to what nobody named."""
    real, link = tmp_path / "real.db", tmp_path / "link.db"
    pipe, folder = tmp_path / "pipe.db", tmp_path / "folder.db"
    with writing(real, "delete"):
        pass
    link.symlink_to(real)
    os.mkfifo(pipe)
    folder.mkdir()

    for one in (link, pipe, folder, tmp_path / "none.db"):
        with pytest.raises(OSError):  # noqa: PT011 - each has its own words
            count(one)


def test_a_pipe_in_place_of_the_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "wal"):
        pass
    Path(f"{path}-wal").unlink()
    os.mkfifo(f"{path}-wal")

    with pytest.raises(OSError, match="no regular file"):
        count(path)


def test_views_are_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with writing(path, "delete") as writer:
        writer.do("CREATE VIEW session AS SELECT 1 AS id")

    assert read_database(path, lambda one: columns_of(one, "session")) == frozenset()
    assert read_database(path, lambda one: columns_of(one, "t")) == {"x"}


def test_two_readers_at_once(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    found: list[int] = []
    with writing(path, "wal"):
        threads = [threading.Thread(target=lambda: found.append(count(path))) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    assert found == [1] * 4
