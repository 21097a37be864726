"""A hook leaves well before the client ends it, whatever holds what it needs."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.setup.clients.claude_code import TIMEOUTS
from gitmem.state.lock import lock
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
EVENTS: dict[str, dict[str, str]] = {
    "SessionStart": {"source": "startup"},
    "UserPromptSubmit": {"prompt": "why is prices.py as it is?"},
    "PostToolUse": {"tool_name": "Read"},
    "PreToolUse": {"tool_name": "Read"},
    "SubagentStart": {"agent_id": "a26696f0973b457fc"},
    "Stop": {},
    "SessionEnd": {},
}
_SHARE_OF_LIMIT = 0.9  # what a client would still wait for; alone, none takes half of its limit
_LIMITS = {**TIMEOUTS, "PreToolUse": TIMEOUTS["PostToolUse"]}


@prepared
def ready(committed: GitDriver) -> GitDriver:
    """A repository that is set up, with one memory on HEAD that is indexed."""
    assert gitmem(committed, "init").returncode == 0
    committed.commit("Keep prices in cents", **{"prices.py": "CENTS = 100\n"})
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory(
        "decision",
        "Cents are integers",
        why="because floats lost a cent in each thousand sums",
        files_changed=("prices.py",),
        provenance=Provenance(commit=commit),
    )
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(committed, "reindex").returncode == 0
    return committed


def run_hook(
    git: GitDriver, event: str, *, keeps_stdin: bool = False, **environ: str
) -> tuple[float, str]:
    """How long the hook took, and what it printed; it must exit with 0."""
    payload = {
        "session_id": SESSION,
        "transcript_path": str(git.home / "t.jsonl"),
        "cwd": str(git.path),
        "hook_event_name": event,
        "tool_input": {"file_path": str(git.path / "prices.py")},
        **EVENTS[event],
    }
    env = {
        **git.env(),
        "CLAUDE_PROJECT_DIR": str(git.path),
        "CLAUDE_CODE_SESSION_ID": SESSION,
        **environ,
    }
    run = git.repo.state_dir / "run"
    start = time.monotonic()
    with subprocess.Popen(
        [str(run), "hook", event],
        cwd=git.path,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as hook:
        assert hook.stdin is not None
        assert hook.stdout is not None
        hook.stdin.write(json.dumps(payload).encode())
        hook.stdin.flush()
        if not keeps_stdin:
            hook.stdin.close()
        printed = hook.stdout.read().decode()
        assert hook.wait(60) == 0
        took = time.monotonic() - start
    return took, printed


@contextmanager
def held(git: GitDriver) -> Iterator[None]:
    """The index, held by another process as long as the block takes."""
    file = git.repo.state_dir / "index" / "memories.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        database.execute("INSERT OR REPLACE INTO meta VALUES ('held', '1')")
        yield
        database.execute("ROLLBACK")


def put_git(folder: Path, body: str) -> str:
    """A PATH on which `git` does this."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("event", EVENTS)
def test_beside_an_index_that_another_process_holds(ready: GitDriver, event: str) -> None:
    with held(ready):
        took, _ = run_hook(ready, event)

    assert took < _LIMITS[event] * _SHARE_OF_LIMIT


@pytest.mark.parametrize("event", EVENTS)
def test_beside_a_git_that_never_ends(ready: GitDriver, event: str, tmp_path: Path) -> None:
    path = put_git(tmp_path / "bin", f"echo $$ >>{tmp_path}/pids; exec sleep 40")

    took, _ = run_hook(ready, event, PATH=path)

    assert took < _LIMITS[event] * _SHARE_OF_LIMIT


@pytest.mark.parametrize("event", EVENTS)
def test_beside_a_client_that_keeps_stdin_open(ready: GitDriver, event: str) -> None:
    took, printed = run_hook(ready, event, keeps_stdin=True)

    assert took < _LIMITS[event] * _SHARE_OF_LIMIT
    if event in ("SessionStart", "PostToolUse"):
        assert "Cents are integers" in printed


def test_the_end_of_a_turn_is_queued_though_stdin_stays_open(ready: GitDriver) -> None:
    with lock(ready.repo, "worker") as is_ours:
        assert is_ours

        run_hook(ready, "Stop", keeps_stdin=True)

        (job,) = (ready.repo.state_dir / "queue").glob("*.job")
        assert job.read_bytes().endswith(b"}\0end=\0")
        assert SESSION.encode() in job.read_bytes()


def test_with_nothing_in_the_way_it_says_what_it_knows(ready: GitDriver) -> None:
    _, printed = run_hook(ready, "PostToolUse")

    assert "Cents are integers" in printed
