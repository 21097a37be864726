"""What the server offers that a plugin starts: the hooks' tools always, the rest where it helps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitmem.mcp.hook_offers import HOOK_NAMES, HOOK_TOOLS
from gitmem.mcp.offers import INSTRUCTIONS, TOOLS
from gitmem.mcp.plugin_offers import plugin_offers
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.mcp import Session, talk
from tests.support.prepared import prepared

EVERY = {str(tool["name"]) for tool in TOOLS}
NOTE = "---\nkind: decision\ntitle: Cents are integers\nwhy: Sums must be exact.\n"


@prepared
def ready(committed: GitDriver) -> GitDriver:
    assert gitmem(committed, "init").returncode == 0
    return committed


def offered(git: GitDriver, **around: str) -> tuple[set[str], str]:
    given = {"GITMEM_PLUGIN": "claude-code", "HOME": str(git.home)}
    tools, told = plugin_offers({**given, "CLAUDE_PROJECT_DIR": str(git.path), **around})
    return {str(tool["name"]) for tool in tools}, told


def test_the_model_is_not_shown_what_is_for_hooks() -> None:
    for tool in HOOK_TOOLS:
        meta: Any = tool["_meta"]
        assert meta["ui"]["visibility"] == ["app"]
        assert str(tool["description"]).startswith("For the client's hooks, not for you")


def test_beside_the_projects_server_it_serves_hooks_alone(ready: GitDriver) -> None:
    """Else the session would have each tool twice, and be told of them twice."""
    assert offered(ready) == (set(HOOK_NAMES), "")


def test_in_another_client_the_projects_file_is_not_read(ready: GitDriver) -> None:
    assert offered(ready, GITMEM_PLUGIN="codex") == (EVERY | HOOK_NAMES, INSTRUCTIONS)


def refuse_server(git: GitDriver) -> None:
    (git.path / ".claude/settings.local.json").write_text('{"disabledMcpjsonServers": ["gitmem"]}')


def take_server_out(git: GitDriver) -> None:
    (git.path / ".mcp.json").unlink()


def put_another(git: GitDriver) -> None:
    (git.path / ".mcp.json").write_text('{"mcpServers": {"gitmem": {"command": "other"}}}')


@pytest.mark.parametrize("change", [refuse_server, take_server_out, put_another])
def test_where_the_projects_server_is_not_at_work_it_offers_all(
    ready: GitDriver, change: Callable[[GitDriver], None]
) -> None:
    change(ready)

    assert offered(ready) == (EVERY | HOOK_NAMES, INSTRUCTIONS)


def test_where_nothing_is_remembered_it_says_nothing_of_itself(committed: GitDriver) -> None:
    assert offered(committed) == (EVERY | HOOK_NAMES, "")


@pytest.mark.parametrize("is_packed", [False, True])
def test_memories_are_spoken_of_though_gitmem_is_not_set_up(
    committed: GitDriver, is_packed: bool
) -> None:
    committed.add_note("HEAD", NOTE)
    if is_packed:
        committed.run("pack-refs", "--all")

    assert offered(committed)[1] == INSTRUCTIONS


def test_a_linked_work_tree_is_of_its_repository(ready: GitDriver, tmp_path: Path) -> None:
    ready.run("worktree", "add", "-q", "../linked")

    around = {"CLAUDE_PROJECT_DIR": str(tmp_path / "linked")}

    assert offered(ready, **around) == (EVERY | HOOK_NAMES, INSTRUCTIONS)


@pytest.mark.parametrize("place", ["plain", "nowhere"])
def test_outside_a_repository_it_says_nothing_of_itself(
    committed: GitDriver, tmp_path: Path, place: str
) -> None:
    (tmp_path / "plain").mkdir()

    around = {"CLAUDE_PROJECT_DIR": str(tmp_path / place)}

    assert offered(committed, **around) == (EVERY | HOOK_NAMES, "")


def test_a_hooks_call_is_answered_by_the_server_itself(ready: GitDriver) -> None:
    take_server_out(ready)
    (ready.path / ".claude/settings.json").unlink()  # which would tell it by itself
    ready.add_note("HEAD", NOTE.rstrip() + "\nfiles: {changed: [README.md]}\n")
    assert gitmem(ready, "context").returncode == 0
    ready.environ |= {"GITMEM_PLUGIN": "claude-code", "CLAUDE_PROJECT_DIR": str(ready.path)}
    session = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"

    async def work(client: Session) -> None:
        assert {tool["name"] for tool in await client.tools()} == EVERY | HOOK_NAMES
        asked = {"session_id": session, "path": str(ready.path / "README.md")}

        told = await client.call("file_context", **asked)
        again = await client.call("file_context", **asked)

        (content,) = told["content"]
        output = json.loads(content["text"])["hookSpecificOutput"]
        assert output["hookEventName"] == "PostToolUse"
        assert "Cents are integers" in output["additionalContext"]
        assert not again.get("isError")
        assert again["content"][0]["text"] == ""

    talk(ready, work)


def test_a_server_that_no_plugin_started_lists_no_tools_of_hooks(ready: GitDriver) -> None:
    async def work(client: Session) -> None:
        assert {tool["name"] for tool in await client.tools()} == EVERY

    talk(ready, work)
