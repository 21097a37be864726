"""Codex's files: hooks that it trusts by hash, and the server in its project configuration."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import ForeignFile
from gitmem.setup.clients import codex_server
from gitmem.setup.clients.codex import CLIENT, HOOKS, TIMEOUTS, trusted_hashes
from tests.support.cli import gitmem
from tests.support.git import GitDriver

OWN = [
    b"",
    b"\n",
    b"# mine\n",
    b'model = "gpt-5.5"\n',
    b'model = "gpt-5.5"\n\n\n',
    b'[mcp_servers.other]\ncommand = "x"\n',
    b'[mcp_servers.other]\r\ncommand = "x"\r\n\r\n',
    '[a]\n"schl\u00fcssel" = 1 # \u00fc\n'.encode(),
]
EVENTS = (
    *("session_start", "user_prompt_submit", "post_tool_use"),
    *("subagent_start", "stop", "session_end"),
)
OTHERS = [
    b'[mcp_servers.gitmem]\ncommand = "mine"\n',
    b'[mcp_servers."gitmem"]\ncommand = "mine"\n',
    b'[mcp_servers]\ngitmem = {command = "mine"}\n',
    b'mcp_servers = {gitmem = {command = "mine"}}\n',
    b'mcp_servers.gitmem.command = "mine"\n',
]


def test_the_hooks_are_what_their_person_trusted() -> None:
    """A hash that changes asks everybody again: these were seen to be accepted by 0.171."""
    hashes = dict(trusted_hashes())

    assert list(hashes) == [f"{event}:0:0" for event in EVENTS]
    assert hashlib.sha256("".join(hashes.values()).encode()).hexdigest()[:16] == "a35bd23c1334b61f"


def test_no_hook_that_the_client_would_refuse() -> None:
    added = json.loads(HOOKS.with_us(None))

    assert list(added) == ["hooks"]
    assert list(added["hooks"]) == list(TIMEOUTS)
    assert TIMEOUTS["SessionEnd"] <= 3
    assert "PreToolUse" not in added["hooks"]
    for groups in added["hooks"].values():
        assert [set(hook) for group in groups for hook in group["hooks"]] == [
            {"type", "command", "timeout"}
        ]


@pytest.mark.parametrize("content", OWN)
def test_the_server_is_put_below_and_taken_out(content: bytes) -> None:
    added = codex_server.with_server(content)

    assert codex_server.has_server(added)
    assert codex_server.with_server(added) == added
    assert codex_server.without_server(added) == content
    assert not codex_server.has_server(content)


def test_a_last_line_without_an_end() -> None:
    added = codex_server.with_server(b"a = 1")

    assert codex_server.without_server(added) == b"a = 1\n"
    assert codex_server.is_same(codex_server.without_server(added), b"a = 1")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 reads no TOML")
@pytest.mark.parametrize("content", OWN)
def test_what_is_written_is_toml(content: bytes) -> None:
    tomllib = import_module("tomllib")

    before = tomllib.loads(content.decode())
    after = tomllib.loads(codex_server.with_server(content).decode())
    server = after["mcp_servers"].pop("gitmem")

    assert {**after, "mcp_servers": {}} == {**before, "mcp_servers": {}}
    assert after["mcp_servers"] == before.get("mcp_servers", {})
    assert server == {"command": "sh", "args": ["-c", server["args"][1]]}
    assert server["args"][1].count("/gitmem/run") > 0


@pytest.mark.parametrize("content", OTHERS)
def test_a_server_of_that_name_is_left_alone(content: bytes) -> None:
    assert codex_server.with_server(content) == content
    assert codex_server.without_server(content) == content
    assert "not ours" in codex_server.conflict(content)


def test_what_follows_our_table_stays() -> None:
    """Keys that somebody added to our table go with it; what is behind it does not."""
    added = codex_server.with_server(b"a = 1\n") + b"startup_timeout_sec = 20\n\n# b\n[b]\nc = 2\n"

    assert codex_server.without_server(added) == b"a = 1\n\n# b\n[b]\nc = 2\n"


def test_an_older_form_of_ours_is_replaced() -> None:
    old = b'# gitmem: as it was\n[mcp_servers.gitmem]\ncommand = "sh"\nargs = ["/gitmem/run"]\n'

    assert codex_server.with_server(old) == codex_server.with_server(b"")


@pytest.mark.parametrize("content", [b"\xff", b"a = "])
def test_what_is_no_toml(content: bytes) -> None:
    if content != b"\xff" and sys.version_info < (3, 11):
        pytest.skip("Python 3.10 reads no TOML")
    with pytest.raises(ForeignFile, match="Codex's project configuration is not TOML"):
        codex_server.with_server(content)


@given(st.text(alphabet="ab=[].\"'#\n mcp_servers", max_size=60))
def test_any_text_is_given_back(text: str) -> None:
    content = text.encode()
    try:
        added = codex_server.with_server(content)
        rest = codex_server.without_server(added)
    except ForeignFile:
        return
    assert codex_server.is_same(rest, content)


def test_init_and_uninstall(git: GitDriver) -> None:
    """What was there is there again; the advice says what is left to do in the client."""
    git.write(".codex/config.toml", 'model = "gpt-5.5"\n')
    git.commit("Start")
    first = gitmem(git, "init", "--no-agent", "claude-code")
    again = gitmem(git, "init")
    files = {file.path: (git.path / file.path).read_bytes() for file in CLIENT.files}
    gone = gitmem(git, "uninstall")

    assert (first.returncode, again.returncode, gone.returncode) == (0, 0, 0)
    assert "/hooks" in first.stderr
    assert "/hooks" not in again.stderr
    assert all(file.has_us(files[file.path]) for file in CLIENT.files)
    assert git.out("status", "--porcelain") == ""
    assert not (git.path / ".codex/hooks.json").exists()


def test_it_is_set_up_where_it_is(git: GitDriver) -> None:
    """Its folder in the person's home says so; without it, and unasked, nothing is written."""
    git.commit("Start", a="b\n")
    gitmem(git, "init")
    before = (git.path / ".codex").exists()
    Path(git.home, ".codex").mkdir()
    gitmem(git, "init")

    assert not before
    assert (git.path / ".codex/hooks.json").exists()
