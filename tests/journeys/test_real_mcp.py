"""The real Claude Code client starts the server that ``gitmem init`` registered, and uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.state.pending import PendingStore
from tests.journeys.test_real_client import gitmem
from tests.mcp.story import remember_three
from tests.support.client import Client
from tests.support.git import GitDriver

pytestmark = pytest.mark.slow

ALLOWED = ("--permission-mode", "acceptEdits", "--allowedTools", "mcp__gitmem")
ARGUMENTS = (*ALLOWED, "--output-format", "json")


def results(requests: list[dict[str, Any]]) -> list[str]:
    """What the tools answered, as the model was told it, in order."""
    found = {}
    for request in requests:
        body = request.get("body")
        messages = body.get("messages", []) if isinstance(body, dict) else []
        for message in messages:
            content = message["content"] if isinstance(message["content"], list) else []
            for block in content:
                if block.get("type") == "tool_result":
                    text = block["content"]
                    found[block["tool_use_id"]] = text if isinstance(text, str) else str(text)
    return list(found.values())


@pytest.fixture
def ids(git: GitDriver) -> dict[str, str]:
    found = remember_three(git)
    gitmem(git, "init")
    return found


def test_every_tool_answers_the_real_client(
    client: Client, git: GitDriver, ids: dict[str, str], home: Path
) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search", {"query": "retry transport", "limit": 2}),
        ("timeline", {"anchor": ids["Tax"], "depth_before": 1, "depth_after": 0}),
        ("get_observations", {"ids": [ids["Tax"]]}),
        ("why", {"path": "src/transport.py:2"}),
        ("remember", {"text": "Tenants share no cache.", "files": ["src/cache.py"]}),
    ]
    turns: list[dict[str, Any]] = [
        {"tool": f"mcp__gitmem__{name}", "input": given} for name, given in calls
    ]

    requests = client.run(
        git.path, [*turns, {"text": "Done."}], home=home / "ada", arguments=ARGUMENTS
    )

    search, timeline, whole, why, kept = results(requests)
    assert "Retry inside the transport" in search
    assert json.loads(search)["notice"]
    assert "Tax rounds half to even" in timeline
    assert "quantize once" in whole
    assert "it knows the quota" in why
    assert "pending" in kept
    # The session has ended: a worker may have tied the note to HEAD by now.
    notes = [pending for pending in PendingStore(git.repo).newest_first() if pending.note]
    tied = git.run("notes", "--ref", "claude-mem", "show", "HEAD", check=False).stdout
    assert b"Tenants share no cache." in tied or [pending.memory.title for pending in notes] == [
        "Tenants share no cache."
    ]
    assert all(pending.session for pending in notes)


def test_what_the_server_says_of_itself_reaches_the_model(
    client: Client, git: GitDriver, ids: dict[str, str], home: Path
) -> None:
    requests = client.run(git.path, [{"text": "Hello."}], home=home / "ada", arguments=ARGUMENTS)

    assert "why its code is as it is" in json.dumps([request.get("body") for request in requests])


def test_a_clone_without_gitmem_only_lacks_the_tools(
    client: Client, git: GitDriver, ids: dict[str, str], tmp_path: Path, home: Path
) -> None:
    git.run("add", "-A")
    git.run("commit", "-q", "-m", "share the settings")
    clone = git.clone(tmp_path / "clone")
    assert (clone.path / ".mcp.json").is_file()

    client.run(clone.path, [{"text": "Hello."}], home=home / "ben", arguments=ARGUMENTS)


def test_a_failed_call_tells_the_model_what_to_do(
    client: Client, git: GitDriver, ids: dict[str, str], home: Path
) -> None:
    turns: list[dict[str, Any]] = [
        {"tool": "mcp__gitmem__get_observations", "input": {"ids": [12]}},
        {"text": "Done."},
    ]

    requests = client.run(git.path, turns, home=home / "ada", arguments=ARGUMENTS)

    assert "take it from search" in results(requests)[0]
