from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import ForeignFile
from gitmem.setup.mcp_json import SERVER, has_other, has_server, with_server, without_server
from tests.support.git import GitDriver

OLD = {"command": "sh", "args": ["-c", "exec .git/gitmem/run serve"]}
OTHER = {"command": "npx", "args": ["-y", "other"]}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)
FILES = st.dictionaries(st.sampled_from(["mcpServers2", "x", ""]), VALUES, max_size=2).flatmap(
    lambda rest: st.dictionaries(
        st.text(max_size=4).filter(lambda name: name != "gitmem"), VALUES, max_size=2
    ).map(lambda servers: {**rest, **({"mcpServers": servers} if servers else {})})
)


@given(FILES, st.sampled_from([None, 1, 2, "\t"]))
def test_adding_and_taking_away_leaves_the_same_bytes(
    value: dict[str, object], indent: int | str | None
) -> None:
    content = json.dumps(value, indent=indent).encode("utf-8", "surrogatepass")

    added = with_server(content)

    assert json.loads(added)["mcpServers"]["gitmem"] == SERVER
    assert with_server(added) == added
    assert has_server(added)
    assert json.loads(without_server(added)) == value


@pytest.mark.parametrize(
    "content",
    [
        b'{\n  "mcpServers": {\n    "other": {"command": "npx"}\n  }\n}\n',
        b'{"mcpServers":{"other":{"command":"npx"}}}',
        b'\xef\xbb\xbf{\r\n\t"a": 1.50e0\r\n}\r\n',
    ],
)
def test_what_is_written_by_hand_comes_back_to_the_byte(content: bytes) -> None:
    assert without_server(with_server(content)) == content


def test_an_old_form_of_ours_is_replaced_in_place(committed: GitDriver) -> None:
    content = json.dumps({"mcpServers": {"gitmem": OLD, "other": OTHER}}).encode()

    value = json.loads(with_server(content))

    assert value["mcpServers"] == {"other": OTHER, "gitmem": SERVER}


def test_another_server_of_our_name_is_left_alone() -> None:
    content = json.dumps({"mcpServers": {"gitmem": OTHER}}).encode()

    assert has_other(content)
    assert with_server(content) == content
    assert without_server(content) == content


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_a_file_that_says_nothing_is_begun(content: bytes | None) -> None:
    assert json.loads(with_server(content)) == {"mcpServers": {"gitmem": SERVER}}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"mcpServers": []}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_understood_is_refused(content: bytes) -> None:
    with pytest.raises(ForeignFile):
        with_server(content)


def run(
    git: GitDriver, place: Path, *, stdin: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SERVER["command"]), *SERVER["args"]],
        cwd=place,
        env={**git.env(), **environ},
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
    )


@pytest.mark.parametrize("shape", ["top", "below", "linked", "named"])
def test_the_command_finds_the_launcher_from_anywhere(
    committed: GitDriver, tmp_path: Path, shape: str
) -> None:
    launcher = committed.path / ".git" / "gitmem" / "run"
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text('#!/bin/sh\necho "ran $1"\n')
    launcher.chmod(0o755)
    (committed.path / "below").mkdir()
    committed.run("worktree", "add", "-q", "../linked")
    places = {"below": committed.path / "below", "linked": tmp_path / "linked", "named": tmp_path}
    environ = {"CLAUDE_PROJECT_DIR": str(committed.path)} if shape == "named" else {}

    done = run(committed, places.get(shape, committed.path), **environ)

    assert (done.stdout, done.returncode) == ("ran mcp\n", 0)


def test_in_a_clone_without_gitmem_a_server_offers_nothing(committed: GitDriver) -> None:
    """The client would report one that ends as failed, to people who never asked for it."""
    asked: list[dict[str, object]] = [
        {"method": "initialize", "params": {"protocolVersion": "2025-06-18"}, "id": 0},
        {"method": "notifications/initialized"},
        {"id": "a b", "method": "ping"},
    ]
    lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in asked)

    done = run(committed, committed.path, stdin=lines)

    assert done.returncode == 0
    assert "gitmem init" in done.stderr
    started, pong = map(json.loads, done.stdout.splitlines())
    assert started["id"] == 0
    assert started["result"]["protocolVersion"] == "2025-06-18"
    assert started["result"]["capabilities"] == {}
    assert pong == {"jsonrpc": "2.0", "id": "a b", "result": {}}


def test_nothing_in_the_command_is_the_clients_to_replace() -> None:
    assert "${" not in json.dumps(SERVER)
