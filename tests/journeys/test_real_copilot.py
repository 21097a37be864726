"""The real GitHub Copilot CLI, where it is installed: told once, and its commit is remembered.

Put ``copilot`` on the path to run these; the model is a script on loopback.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Any

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.setup.clients.copilot import PROJECT_FILE
from tests.support.capture import memories_on
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.models import Step, chat_api

pytestmark = [pytest.mark.slow, pytest.mark.real_client]

PATIENCE_SECONDS = 30.0
FACT = "The gateway retries by itself, so a second retry pays twice."
PROMPT = "price.py crashes on an empty list. Return 0 there; do not catch the exception."
LAST = "price() returns 0 for an empty list."
CONTENT = "def price(items):\n    return sum(items) if items else 0\n"
COMMIT = "git add -A && git commit -q -m 'Exact prices'"


@pytest.fixture
def copilot(committed: GitDriver) -> GitDriver:
    """A project in which gitmem is set up for the client, with one memory."""
    if shutil.which("copilot") is None:
        pytest.skip("'copilot' is not installed")
    (committed.home / ".copilot").mkdir()
    assert gitmem(committed, "init").returncode == 0
    commit = committed.commit("Add the shop", **{"shop.py": "RETRIES = 0\n"})
    time = committed.out("log", "-1", "--format=%aI")
    origin = Provenance(commit=commit, time=time, agent="claude-code", session="earlier")
    memory = Memory("feature", "Shop", why=FACT, files_changed=("shop.py",), provenance=origin)
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    return committed


def test_told_once_and_remembered(copilot: GitDriver) -> None:
    """Its own hooks and those in Claude Code's settings run in one session."""
    assert (copilot.path / PROJECT_FILE).is_file()
    assert (copilot.path / ".claude/settings.json").is_file()
    path = str(copilot.path.resolve() / "price.py")

    requests = run(
        copilot,
        [
            calls("create", path=path, file_text=CONTENT),
            calls("view", path=path),
            calls("bash", command=COMMIT, description="Commit"),
            {"content": LAST},
        ],
    )

    assert [json.dumps(body["messages"]).count(FACT) for body in requests] == [1] * 4
    assert copilot.out("log", "-1", "--format=%s") == "Exact prices"
    memory = memory_of_head(copilot)
    assert memory.provenance.agent.startswith("copilot-cli 1.")
    assert "crashes on an empty list" in memory.why
    assert "price.py" in memory.files_changed


def test_a_subagent_is_told_of_what_its_session_works_on(copilot: GitDriver) -> None:
    task = {"description": "Price", "prompt": "Write price.py.", "mode": "sync"}
    path = str(copilot.path.resolve() / "shop.py")

    requests = run(
        copilot,
        [
            calls("view", path=path),
            calls("task", agent_type="general-purpose", name="price", **task),
            {"content": LAST},
        ],
        [{"content": "It is written."}],
    )

    texts = [json.dumps(body["messages"]) for body in requests]
    of_subagent = [text for text in texts if PROMPT not in text]
    assert [text.count(FACT) for text in of_subagent] == [1] * len(of_subagent)
    assert of_subagent
    assert max(text.count(FACT) for text in texts) == 1


def test_where_only_the_settings_of_claude_code_are(copilot: GitDriver) -> None:
    """In a project whose teammates set up nothing else, it is told by those."""
    (copilot.path / PROJECT_FILE).unlink()

    requests = run(copilot, [{"content": LAST}])

    assert [json.dumps(body["messages"]).count(FACT) for body in requests] == [1]


def test_told_once_where_the_persons_own_hooks_are_there_as_well(copilot: GitDriver) -> None:
    assert gitmem(copilot, "init", "--user").returncode == 0
    assert (copilot.home / ".copilot/hooks/gitmem.json").is_file()

    requests = run(copilot, [{"content": LAST}])

    assert [json.dumps(body["messages"]).count(FACT) for body in requests] == [1]


def calls(tool: str, /, **arguments: str) -> Step:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": f"call_{tool}", "type": "function", "function": function}
    return {"content": "", "tool_calls": [call]}


def run(
    git: GitDriver, steps: Sequence[Step], of_subagent: Sequence[Step] = ()
) -> list[dict[str, Any]]:
    """As a person does, at today's time; what the model was asked."""
    requests: list[dict[str, Any]] = []
    dated = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
    environ = {name: value for name, value in git.env().items() if name not in dated}
    environ |= {"PATH": os.environ["PATH"], "COPILOT_OFFLINE": "true"}
    environ |= {"COPILOT_MODEL": "claude-sonnet-4.5", "COPILOT_AUTO_UPDATE": "false"}
    environ |= {"COPILOT_ALLOW_ALL": "true", "COPILOT_PROVIDER_API_KEY": "none"}

    def choose(body: dict[str, Any]) -> Sequence[Step]:
        return steps if PROMPT in json.dumps(body["messages"]) else of_subagent

    with chat_api(choose, requests) as url:
        done = subprocess.run(
            ["copilot", "-p", PROMPT],
            cwd=git.path,
            env={**environ, "COPILOT_PROVIDER_BASE_URL": f"{url}/v1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return requests


def memory_of_head(git: GitDriver) -> Memory:
    commit = git.out("rev-parse", "HEAD")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not memories_on(git, commit) and time.monotonic() < deadline:
        time.sleep(0.05)
    (memory,) = memories_on(git, commit)
    return memory
