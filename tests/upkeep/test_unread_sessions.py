from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gitmem.agents.adapters import Agents
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.doctor_transcripts import check_transcripts
from tests.support.agents import codex_session, opencode_session
from tests.support.capture import memories_on
from tests.support.cli import gitmem
from tests.support.git import GitDriver

NOW = 1_795_946_400  # when the recorded sessions worked, 2026-11-29
REASON = "The proxy hangs up after a minute, so that long uploads failed."


@pytest.fixture
def database(committed: GitDriver) -> Path:
    return opencode_session(committed.home, committed.path, "1.18.33").parent


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as held:
        held.execute("PRAGMA journal_mode = DELETE")
        held.execute("BEGIN EXCLUSIVE")
        yield


def rename(path: Path, *changes: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for change in changes:
            database.execute(f"ALTER TABLE {change}")
        database.commit()


def commit_with_reason(git: GitDriver) -> str:
    git.now = NOW
    return git.commit(f"fix: retry uploads\n\n{REASON}\n", src__up="def up(): pass\n")


def test_commits_wait_while_a_database_is_locked(committed: GitDriver, database: Path) -> None:
    commit = commit_with_reason(committed)
    os.utime(database, (NOW, NOW))

    with locked(database):
        done = gitmem(committed, "backfill")
        planned = gitmem(committed, "backfill", "--dry-run")
        only_sessions = gitmem(committed, "backfill", "--no-history")
        (finding,) = check_transcripts(committed.repo, Practice())

    for one in (done, planned, only_sessions):
        assert one.returncode == 30
        assert one.stderr.count("OpenCode's sessions in '") == 1
        assert "locked" in one.stderr
    assert memories_on(committed, commit) == ()
    assert "every commit" not in only_sessions.stdout
    assert (finding.level, "locked" in finding.what) == (Level.WARNING, True)
    again = gitmem(committed, "backfill")
    assert again.returncode == 0
    assert REASON in str(memories_on(committed, commit))
    assert [one.level for one in check_transcripts(committed.repo, Practice())] == [Level.GOOD]


def test_whoever_will_not_wait_does_without_sessions(committed: GitDriver, database: Path) -> None:
    commit = commit_with_reason(committed)
    database.write_bytes(b"no database at all, for certain")

    done = gitmem(committed, "backfill", "--no-transcripts")

    assert done.returncode == 0
    assert REASON in str(memories_on(committed, commit))
    assert gitmem(committed, "backfill").returncode == 0  # nothing waits any more


def test_what_no_session_can_have_made_does_not_wait(committed: GitDriver, database: Path) -> None:
    commit = commit_with_reason(committed)
    committed.now = 1_600_000_000  # before there were agents
    old = committed.commit(f"fix: retry downloads\n\n{REASON}\n", src__down="def down(): pass\n")
    rename(database, "message RENAME TO messages")

    done = gitmem(committed, "backfill")

    assert done.returncode == 30
    assert "form that this version of gitmem does not know" in done.stderr
    assert (memories_on(committed, commit), len(memories_on(committed, old))) == ((), 1)


@pytest.mark.parametrize(
    "changes",
    [
        ("part RENAME COLUMN data TO payload",),
        ("message RENAME TO messages", "part RENAME TO parts", "session RENAME TO sessions"),
    ],
)
def test_a_newer_form_is_told(
    committed: GitDriver, database: Path, changes: tuple[str, ...]
) -> None:
    rename(database, *changes)

    (one,) = Agents.from_environment({"HOME": str(committed.home)}).unread()

    assert (one.agent, one.path) == ("opencode", database)
    assert "form" in one.reason


@pytest.mark.parametrize("kind", ["damaged", "link", "pipe", "text", "empty", "gone"])
def test_what_lies_in_a_databases_place(committed: GitDriver, database: Path, kind: str) -> None:
    data = database.read_bytes()
    database.unlink()
    if kind == "damaged":
        database.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    elif kind == "link":
        database.with_suffix(".real").write_bytes(data)
        database.symlink_to(database.with_suffix(".real"))
    elif kind == "pipe":
        os.mkfifo(database)
    elif kind in ("text", "empty"):
        database.write_bytes(b"text" * (kind == "text"))

    found = Agents.from_environment({"HOME": str(committed.home)}).unread()

    assert [one.path for one in found] == ([] if kind in ("empty", "gone") else [database])


def test_files_and_folders_that_may_not_be_opened(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollout = codex_session(committed.home, committed.path, "0.171")
    projects = committed.home / ".claude" / "projects"
    projects.mkdir(parents=True)
    agents = Agents.from_environment({"HOME": str(committed.home)})
    open_, list_ = os.open, os.scandir

    def refuse_file(path: Any, *arguments: Any, **options: Any) -> int:
        if os.fspath(path) == str(rollout):
            raise PermissionError(13, "Permission denied", str(rollout))
        return open_(path, *arguments, **options)

    def refuse_folder(path: Any = ".") -> Any:
        if os.fspath(path) == str(projects):
            raise PermissionError(13, "Permission denied", str(projects))
        return list_(path)

    assert agents.unread() == []
    monkeypatch.setattr(os, "open", refuse_file)
    monkeypatch.setattr(os, "scandir", refuse_folder)  # root may do anything
    found = {one.agent: one for one in agents.unread()}

    assert {one.path for one in found.values()} == {rollout, projects}
    assert {one.reason for one in found.values()} == {"Permission denied"}
    written = rollout.stat().st_mtime
    assert found["codex"].covers(written)
    assert not found["codex"].covers(written - 60 * 86_400)
    assert found["claude-code"].covers(written)
