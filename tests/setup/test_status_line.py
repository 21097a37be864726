from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gitmem.model.job import Job
from gitmem.setup.install import install
from gitmem.setup.status_line import status_line
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.last_capture import keep_capture
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"


@prepared
def ready(committed: GitDriver) -> GitDriver:
    """Set up, with one memory in the index."""
    install(committed.repo)
    committed.add_note("HEAD", "---\nkind: decision\ntitle: Cents are integers\n")
    gitmem(committed, "context")
    return committed


def asked(git: GitDriver, **fields: Any) -> dict[str, Any]:
    """What client 2.1 tells a status line, as far as it concerns us."""
    place = str(git.path)
    given: dict[str, Any] = {
        "session_id": SESSION,
        "cwd": place,
        "workspace": {"current_dir": place, "project_dir": place},
        "cost": {"total_duration_ms": 5_000},
    }
    return {**given, **fields}


def line(git: GitDriver, **fields: Any) -> str:
    return status_line(asked(git, **fields), time.time())


def test_what_is_known_and_what_this_session_was_given(ready: GitDriver) -> None:
    assert line(ready) == "gitmem: 1 memory"  # nobody has heard of this session

    ContextHistory(ready.repo).begin(SESSION, SessionContext())
    assert line(ready) == "gitmem: 1 memory, none given"

    keep_capture(ready.repo, time.time() - 2 * 3_600 - 5)
    ContextHistory(ready.repo).begin(SESSION, SessionContext(frozenset({"m1"})))

    assert line(ready) == "gitmem: 1 of 1 memory given; last capture 2 hours ago"


def test_what_is_broken_comes_first(ready: GitDriver) -> None:
    Queue(ready.repo).add(Job("capture", commit="a" * 40), time.time() - 7 * 86_400)

    assert line(ready).startswith("gitmem is not capturing: 1 commit has waited")


def test_a_session_whose_hooks_do_not_run(ready: GitDriver) -> None:
    """As in a subfolder, where the client does not read the project's settings."""
    old = {"total_duration_ms": 300_000}

    assert "has not heard of this session" in line(ready, cost=old)
    Registry(ready.repo).add(RegisteredSession(SESSION, "/t.jsonl", str(ready.path)))
    assert line(ready, cost=old) == "gitmem: 1 memory"


def test_a_setting_of_the_wrong_form(ready: GitDriver) -> None:
    ready.run("config", "gitmem.notice", "perhaps")
    assert "has a value that it cannot have" in line(ready)

    ready.run("config", "gitmem.redact", "(unclosed")
    assert "one of its settings is not valid" in line(ready)


def test_a_misspelled_switch_is_not_silence(ready: GitDriver) -> None:
    ready.run("config", "gitmem.enabled", "flase")

    assert "has a value that it cannot have" in line(ready)


def test_switched_off_or_not_set_up_is_silence(ready: GitDriver, tmp_path: Path) -> None:
    other = GitDriver(tmp_path / "other", ready.home).init()
    assert line(other) == ""
    assert line(ready, workspace={"project_dir": str(tmp_path / "nowhere")}) == ""

    ready.run("config", "gitmem.enabled", "false")
    assert line(ready) == ""


def run(git: GitDriver, given: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*GITMEM, "status", "--line"], cwd=git.path, env=git.env(), input=given, capture_output=True
    )


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"null",
        b'{"workspace": 3, "cwd": [], "session_id": {}, "cost": "x"}',
        b'{"session_id": "../../x", "cost": {"total_duration_ms": "y"}}',
        b'{"a":' * 100_000,
    ],
)
def test_whatever_stdin_holds_it_is_one_line_and_0(ready: GitDriver, given: bytes) -> None:
    done = run(ready, given)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"gitmem: 1 memory\n"


def test_outside_of_a_repository_it_prints_nothing(ready: GitDriver, tmp_path: Path) -> None:
    done = run(ready, json.dumps({"cwd": str(tmp_path), "workspace": {}}).encode())

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_client_that_does_not_close_its_pipe_is_not_waited_for(ready: GitDriver) -> None:
    given = json.dumps(asked(ready)).encode()
    with subprocess.Popen(
        [*GITMEM, "status", "--line"],
        cwd="/",
        env=ready.env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as done:
        assert done.stdin is not None
        assert done.stdout is not None
        os.write(done.stdin.fileno(), given)

        assert done.stdout.read() == b"gitmem: 1 memory\n"


def test_without_a_session_it_does_not_say_that_none_was_given(ready: GitDriver) -> None:
    ContextHistory(ready.repo).begin(SESSION, SessionContext(frozenset({"m1"})))

    assert run(ready, b"").stdout == b"gitmem: 1 memory\n"
    assert run(ready, json.dumps(asked(ready)).encode()).stdout == (
        b"gitmem: 1 of 1 memory given\n"
    )


def test_nobody_who_reads_is_no_failure(ready: GitDriver) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [*GITMEM, "status", "--line"],
        cwd=ready.path,
        env=ready.env(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_heavy_is_loaded(ready: GitDriver) -> None:
    code = (
        "import sys; sys.argv = ['gitmem', 'status', '--line']\n"
        "from gitmem.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=ready.path,
        env=ready.env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "gitmem: 1 memory\n"
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"click", "yaml", "pygit2", "numpy", "asyncio", "anthropic"}
