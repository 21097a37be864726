"""A commit remembered through the real ``claude`` program, which must not notice being an agent."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from gitmem.state.error_log import read_log
from gitmem.state.pending import PendingStore
from gitmem.state.queue import Queue
from gitmem.state.sessions import Registry
from tests.support.answers import answered_memory
from tests.support.capture import memories_on, session_in
from tests.support.cli import gitmem
from tests.support.client import Client, fake_api
from tests.support.git import GitDriver
from tests.support.processes import await_gone, running_with
from tests.support.session import SESSION

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60.0


@pytest.fixture
def ada(git: GitDriver, client: Client) -> GitDriver:
    """Ada's clone, with gitmem asking through the client, and hooks of her own that tell on it."""
    git.now = int(time.time()) - 3_600  # the worker, whose clock is the machine's, looks for it
    git.commit("Start", **{"README.md": "shop\n"})
    gitmem(git, "init")
    git.run("config", "gitmem.compressor", "claude-cli")
    git.run("config", "gitmem.claudeCommand", str(client.program))
    git.run("config", "gitmem.apiRetries", "1")
    command = f"touch {git.home}/a-hook-ran"
    hook = [{"matcher": "", "hooks": [{"type": "command", "command": command}]}]
    settings = {"hooks": dict.fromkeys(("SessionStart", "Stop", "SessionEnd"), hook)}
    (git.home / ".claude").mkdir(exist_ok=True)
    (git.home / ".claude" / "settings.json").write_text(json.dumps(settings))
    return git


def temporary(ada: GitDriver) -> Path:
    """Where whatever the worker starts puts its temporary files."""
    place = ada.home / "temporary"
    place.mkdir(exist_ok=True)
    return place


def commit(ada: GitDriver, url: str, **environ: str) -> str:
    """A commit of a session's work from a terminal of the agent: with its variables.

    The session's id is not among them, as with client 2.0: a commit that names it is first
    remembered offline, until the turn stops.
    """
    writer = session_in(ada)
    writer.prompt("Make dates.py read a zone.").write("dates.py").say("I use fromisoformat.")
    ada.environ = {
        "TMPDIR": str(temporary(ada)),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "made-up-for-a-test",
        "CLAUDECODE": "1",
        "CLAUDE_CODE_ENTRYPOINT": "cli",
        "CLAUDE_CODE_CHILD_SESSION": "1",
        "AI_AGENT": "claude-code_2-1-329_agent",
        **environ,
    }
    ada.write("dates.py", "x = 1\n")
    ada.now = int(writer.now) - 59
    return ada.commit("Read time stamps with a zone")


def await_quiet(ada: GitDriver) -> None:
    """Wait until the worker has nothing left to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Queue(ada.repo).jobs() or gitmem(ada, "status").returncode:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def transcripts(ada: GitDriver) -> list[str]:
    return sorted(path.stem for path in (ada.home / ".claude").rglob("*.jsonl"))


def test_a_commit_is_remembered_and_the_client_leaves_no_trace(
    client: Client, ada: GitDriver, shared: Path
) -> None:
    answer = {"memories": [answered_memory(errors=[])]}
    turns: list[dict[str, Any]] = [{"tool": "StructuredOutput", "input": answer}]
    with fake_api(shared).FakeAnthropic({"turns": turns, "side": "main"}) as fake:
        made = commit(ada, fake.url)
        await_quiet(ada)
        asked = [request["body"] for request in fake.requests]

    (found,) = memories_on(ada, made)
    assert found.title == "Read time stamps with a zone"
    assert found.provenance.compressor == "claude-cli/2"
    assert found.provenance.tokens_in > 0
    assert len(asked) == 1  # no recursion: a captured client would ask again
    assert {tool["name"] for tool in asked[0]["tools"]} <= {
        "StructuredOutput",
        "DeferredToolPlaceholder",
    }
    assert "Make dates.py read a zone." in json.dumps(asked[0]["messages"])
    assert transcripts(ada) == [SESSION]
    assert not (ada.home / "a-hook-ran").exists()
    assert list(temporary(ada).iterdir()) == []
    assert [known.session for known in Registry(ada.repo).sessions()] in ([], [SESSION])
    assert PendingStore(ada.repo).newest_first() == []
    assert running_with(str(client.program)) == []


@pytest.mark.parametrize(
    ("turns", "environ", "said"),
    [
        ([{"status": 401, "times": 9}], {}, "the API answered 401"),
        ([{"status": 529, "times": 9}], {}, "the API answered 529"),
        ([], {"ANTHROPIC_API_KEY": ""}, "is not logged in"),
        ([{"text": "I would rather chat."}] * 3, {}, "not of the form"),
        ([{"text": "no", "stop_reason": "refusal", "times": 9}], {}, "the model refused"),
    ],
)
def test_what_goes_wrong_is_told_and_the_commit_is_remembered_offline(
    client: Client,
    ada: GitDriver,
    shared: Path,
    turns: list[dict[str, Any]],
    environ: dict[str, str],
    said: str,
) -> None:
    with fake_api(shared).FakeAnthropic({"turns": turns, "side": "main"}) as fake:
        made = commit(ada, fake.url, **environ)
        await_quiet(ada)

    assert said in "\n".join(read_log(ada.repo, 20))
    (found,) = memories_on(ada, made)
    assert found.provenance.compressor.endswith(" after claude-cli/2")


def test_a_worker_killed_while_the_client_waits_leaves_no_client(
    client: Client, ada: GitDriver, shared: Path
) -> None:
    """The commit stays queued, and the next worker remembers it."""
    answer = {"memories": [answered_memory(errors=[])]}
    turns = [
        {"tool": "StructuredOutput", "input": answer, "delay": 600},
        {"tool": "StructuredOutput", "input": answer},
    ]
    with fake_api(shared).FakeAnthropic({"turns": turns, "side": "main"}) as fake:
        made = commit(ada, fake.url)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not fake.requests:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running = running_with(str(client.program))
        workers = workers_of(ada)
        for pid in workers:
            subprocess.run(["kill", "-9", pid], check=False)
        await_gone(str(client.program))
        before = memories_on(ada, made)
        gitmem(ada, "status")
        gitmem(ada, "log")
        await_quiet(ada)

    assert len(running) >= 2, "the client and the leash"
    assert list(temporary(ada).iterdir()) == []
    assert len(workers) == 1
    assert before == ()
    assert [m.provenance.compressor for m in memories_on(ada, made)] == ["claude-cli/2"]


def workers_of(ada: GitDriver) -> list[str]:
    """The workers of this repository."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split(None, 1) for line in listed.splitlines() if line.strip())
    return [
        pid
        for pid, arguments in pairs
        if arguments.endswith(" worker .")
        and Path(f"/proc/{pid}/cwd").resolve() == (ada.path / ".git").resolve()
    ]
