"""The server as a process, asked by the SDK's own client and by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gitmem.mcp.calls import Calls
from gitmem.mcp.wire import Failure
from gitmem.state.pending import PendingStore
from tests.mcp.story import remember_three
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.mcp import Session, talk
from tests.support.prepared import prepared

TOOLS = {"search", "timeline", "get_observations", "why", "remember"}
GREETING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def ask(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


@prepared
def ids(git: GitDriver) -> dict[str, str]:
    return remember_three(git)


def test_every_tool_answers_the_sdks_client(git: GitDriver, ids: dict[str, str]) -> None:
    async def work(session: Session) -> None:
        assert "memory of this repository" in session.greeting["instructions"]

        found = await session.answer("search", query="retry transport", limit="2", type="decision")
        assert [one["title"] for one in found["results"]] == ["Retry inside the transport"]

        line = await session.answer("timeline", anchor=ids["Tax"], depth_before=1, depth_after=0)
        assert len(line["results"]) == 2

        whole = await session.answer("get_observations", ids=[found["results"][0]["id"]])
        assert whole["observations"][0]["decisions"][0]["because"] == "it knows the quota"

        behind = await session.answer("why", path="src/tax.py", line=2)
        assert behind["commits"][0]["memories"][0]["kind"] == "bugfix"

        kept = await session.answer("remember", text="Keyed by tenant.", kind="decision")
        again = await session.answer("get_observations", ids=kept["id"])
        assert again["observations"][0]["pending"] is True

    talk(git, work)
    assert len(PendingStore(git.repo).newest_first()) == 1


def test_tools_say_what_they_are(git: GitDriver, ids: dict[str, str]) -> None:
    async def work(session: Session) -> None:
        tools = {tool["name"]: tool for tool in await session.tools()}
        assert set(tools) == TOOLS
        for name, tool in tools.items():
            assert tool["description"]
            assert tool["outputSchema"]["type"] == "object"
            assert tool["annotations"]["readOnlyHint"] == (name != "remember")
            assert tool["annotations"]["openWorldHint"] is False
        names = set(tools["search"]["inputSchema"]["properties"])
        # Those that users of claude-mem know.
        known = {"query", "limit", "offset", "type", "obs_type", "project", "dateStart", "dateEnd"}
        assert known | {"orderBy"} <= names
        known = {"anchor", "query", "depth_before", "depth_after", "project"}
        assert known <= set(tools["timeline"]["inputSchema"]["properties"])
        assert tools["get_observations"]["inputSchema"]["required"] == ["ids"]

    talk(git, work)


def test_failures_say_what_to_do(git: GitDriver, ids: dict[str, str]) -> None:
    async def work(session: Session) -> None:
        for name, arguments, expected in (
            ("get_observations", {"ids": [12]}, "take it from search"),
            ("get_observations", {"ids": ["m0000000000"]}, "Take ids from"),
            ("search", {"type": "poem"}, "The kinds: decision"),
            ("search", {"dateStart": "whenever"}, "is not a date"),
            ("why", {"path": "nowhere.py"}, "nothing was ever committed"),
            ("why", {"path": "src/tax.py:99"}, "has only 2 lines"),
            ("remember", {"text": " "}, "nothing to remember"),
            ("timeline", {}, "Give an id"),
        ):
            result = await session.call(name, **arguments)
            assert result["isError"] is True
            assert expected in result["content"][0]["text"]
        assert (await session.answer("search", query="retry"))["results"]  # and it lives on

    talk(git, work)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "y" * 100_000, "y" * 300])
def test_what_can_name_nothing_is_refused_and_not_repeated(
    git: GitDriver, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """None of them is a bug of ours, and an answer is not a place to repeat what was sent."""
    monkeypatch.chdir(git.path)
    calls = Calls({})
    for tool, given in (
        ("timeline", {"anchor": name}),
        ("get_observations", {"ids": [name]}),
        ("get_observations", {"ids": name}),
        ("why", {"path": name}),
        ("search", {"type": name}),
        ("search", {"dateStart": name}),
        ("search", {"orderBy": name}),
        ("remember", {"text": "a note", "commit": name}),
    ):
        answer = calls.result_of("tools/call", {"name": tool, "arguments": given})
        told = answer["content"][0]["text"]
        assert answer["isError"] is True
        assert "bug in gitmem" not in told
        assert len(told) < 800
        assert not {"\0", "\ud800"} & set(told)
    for method, parameters in (
        ("resources/read", {"uri": f"gitmem://memory/{quote(name, errors='surrogatepass')}"}),
        ("prompts/get", {"name": "explain", "arguments": {"place": name}}),
    ):
        with pytest.raises(Failure) as failure:
            calls.result_of(method, parameters)
        assert "bug in gitmem" not in str(failure.value)
        assert len(str(failure.value)) < 800
    calls.close()


def test_arguments_that_nobody_knows_are_passed_over(git: GitDriver, ids: dict[str, str]) -> None:
    async def work(session: Session) -> None:
        found = await session.answer("search", query="retry", platformSource="claude", format="x")
        assert found["results"]

    talk(git, work)


def test_resources_and_prompts(git: GitDriver, ids: dict[str, str]) -> None:
    async def work(session: Session) -> None:
        assert {r["uri"] for r in await session.resources()} == {
            "gitmem://context",
            "gitmem://recent",
        }
        assert "Tax rounds" in await session.read("gitmem://recent")
        assert "Tax rounds" in await session.read("gitmem://context")
        (template,) = await session.templates()
        one = template["uriTemplate"].replace("{id}", ids["Tax"])
        assert "quantize once" in await session.read(one)

        assert {p["name"] for p in await session.prompts()} == {"explain", "recall"}
        text = await session.prompt("explain", place="src/tax.py:2")
        assert "Tax rounds half to even" in text
        assert "<gitmem-memory>" in text
        assert "Retry inside" in await session.prompt("recall", topic="retry transport")

    talk(git, work)


def test_it_works_in_a_linked_work_tree(git: GitDriver, ids: dict[str, str]) -> None:
    git.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = git.path.parent / "linked"

    async def work(session: Session) -> None:
        assert (await session.answer("search", query="retry"))["results"]
        assert (await session.answer("why", path="src/tax.py:2"))["commits"]
        await session.answer("remember", text="Only on the side.")

    talk(git, work, place=linked)
    (pending,) = PendingStore(git.repo).newest_first()
    assert pending.worktree == str(linked)
    assert pending.memory.provenance.branch == "side"


def test_the_clients_project_folder_counts_where_it_is_told(
    git: GitDriver, ids: dict[str, str], tmp_path: Path
) -> None:
    async def work(session: Session) -> None:
        assert (await session.answer("search", query="retry"))["results"]

    talk(git, work, place=tmp_path, environ={"CLAUDE_PROJECT_DIR": str(git.path)})


def test_outside_of_a_repository_it_serves_and_says_why_not(git: GitDriver, tmp_path: Path) -> None:
    async def work(session: Session) -> None:
        assert {tool["name"] for tool in await session.tools()} == TOOLS
        result = await session.call("search", query="x")
        assert "not a git repository" in result["content"][0]["text"]

    talk(git, work, place=tmp_path)


def start(git: GitDriver) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*GITMEM, "mcp"],
        cwd=git.path,
        env=git.env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def processes_of(session: int) -> list[int]:
    """The processes of that session that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read from /proc")
def test_it_ends_with_its_input_and_leaves_no_process(git: GitDriver, ids: dict[str, str]) -> None:
    process = start(git)
    messages = [GREETING, READY, ask(2, "search", query="retry"), ask(3, "why", path="src/tax.py")]
    text = "".join(json.dumps(message) + "\n" for message in messages)

    out, err = process.communicate(text.encode(), timeout=30)

    assert process.returncode == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    assert lines[0]["id"] == 1
    deadline = time.monotonic() + 10
    while processes_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(process.pid) == []


def test_input_that_is_no_protocol_is_survived(git: GitDriver, ids: dict[str, str]) -> None:
    process = start(git)
    hostile = b'\xff\xfe nonsense\n{"jsonrpc": "2.0"}\n[]\n' + b"x" * 300_000 + b"\n"
    sound = [GREETING, READY, ask(2, "search", query="\u202e\x00\x1b[2J" * 5_000)]
    text = b"".join(json.dumps(message).encode() + b"\n" for message in sound)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(hostile + text)
    process.stdin.flush()

    answered = None
    while answered is None:
        line = process.stdout.readline()
        assert line, "it ended"
        value = json.loads(line)
        answered = value if value.get("id") == 2 else None
    process.stdin.close()

    assert "result" in answered
    assert process.wait(30) == 0


def test_the_greeting_waits_for_nothing_heavy(git: GitDriver, ids: dict[str, str]) -> None:
    """A client starts a server for each session; most sessions never ask it anything."""
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    text = "".join(json.dumps(message) + "\n" for message in (GREETING, READY, listing))
    arguments = [sys.executable, "-I", "-X", "importtime", "-m", "gitmem", "mcp"]

    done = subprocess.run(
        arguments, cwd=git.path, env=git.bare_env(), input=text, capture_output=True, text=True
    )

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]
    assert "gitmem.mcp.server" in loaded
    ours = {name for name in loaded if name.startswith("gitmem.")}
    own = {"__main__", "mcp", "mcp.offers", "mcp.server", "mcp.wire", "process", "process.streams"}
    own |= {"model", "model.release", "process.search_path"}  # PATH is made safe first
    assert own >= {name.removeprefix("gitmem.") for name in ours}
    heavy = {"asyncio", "click", "dataclasses", "mcp", "numpy", "pydantic", "sqlite3", "subprocess"}
    assert not loaded & heavy


def test_it_ends_at_once_when_it_is_told_to(git: GitDriver, ids: dict[str, str]) -> None:
    process = start(git)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(GREETING).encode() + b"\n")
    process.stdin.flush()
    process.stdout.readline()

    os.kill(process.pid, signal.SIGTERM)

    assert process.wait(10) != 0
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def test_a_deleted_index_is_made_again_under_a_running_server(
    git: GitDriver, ids: dict[str, str]
) -> None:
    assert gitmem(git, "init", "--no-fetch").returncode == 0

    async def work(session: Session) -> None:
        before = await session.answer("search", query="retry transport", limit=1)
        gitmem(git, "reindex")
        assert await session.answer("search", query="retry transport", limit=1) == before
        for path in (git.repo.state_dir / "index").iterdir():
            path.unlink()
        assert await session.answer("search", query="retry transport", limit=1) == before

    talk(git, work)
