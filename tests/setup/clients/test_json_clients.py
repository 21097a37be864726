"""The hook files of Cursor, Gemini CLI and Qwen Code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import ForeignFile
from gitmem.setup.clients import cursor, gemini, qwen
from gitmem.setup.clients.client_setup import ClientSetup

CLIENTS = [cursor.CLIENT, gemini.CLIENT, qwen.CLIENT]
OF_OTHERS = {
    "cursor": b'{\r\n\t"version": 1,\r\n\t"hooks": {"stop": [{"command": "say done"}]}\r\n}\r\n',
    "gemini-cli": b'{\n    "security": {"auth": {"selectedType": "x"}}, "ui": {"n": 1.50}\n}',
    "qwen-code": b'\xef\xbb\xbf{"hooks": {"Stop": [{"hooks": [{"command": "say done"}]}]}}\n',
}
NEVER = ("PreToolUse", "preToolUse", "BeforeTool", "subagentStart", "beforeShellExecution")


def hooks_of(content: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Each event with a hook of it, whatever the form."""
    found = json.loads(content.decode("utf-8-sig"))["hooks"]
    return [
        (event, hook)
        for event, entries in found.items()
        for entry in entries
        for hook in entry.get("hooks", [entry])
    ]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: str(one.name))
def test_what_is_there_stays_as_it_is_and_all_of_ours_goes(client: ClientSetup) -> None:
    (file,) = client.files
    before = OF_OTHERS[client.name]

    after = file.with_us(before)

    assert file.has_us(after)
    assert file.with_us(after) == after
    assert file.without_us(after) == before
    assert not file.is_nothing(before)
    assert file.is_nothing(file.without_us(file.with_us(None)))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: str(one.name))
def test_a_file_with_comments_is_left_alone(client: ClientSetup) -> None:
    (file,) = client.files

    with pytest.raises(ForeignFile):
        file.with_us(b'{\n  // mine\n  "hooks": {}\n}\n')


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: str(one.name))
def test_every_command_names_its_client_and_ends_well_without_gitmem(
    client: ClientSetup, tmp_path: Path
) -> None:
    """In a clone without gitmem it says nothing and fails nothing; no hook can forbid anything."""
    (file,) = client.files
    hooks = hooks_of(file.with_us(None))

    assert not {event for event, _ in hooks} & {*NEVER}
    for _, hook in hooks:
        assert f"--client {client.name}; exit 0" in hook["command"]
        done = subprocess.run(
            ["sh", "-c", hook["command"]], cwd=tmp_path, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_each_client_counts_its_patience_in_its_own_unit() -> None:
    """Gemini CLI in milliseconds; the same time in all."""
    seconds = {
        client.name: {hook["timeout"] for _, hook in hooks_of(client.files[0].with_us(None))}
        for client in CLIENTS
    }

    assert seconds["gemini-cli"] == {15_000, 10_000, 5_000}
    assert seconds["cursor"] == seconds["qwen-code"] == {15, 10, 5}


def test_cursor_wants_its_version_at_the_top() -> None:
    assert json.loads(cursor.HOOKS.with_us(None))["version"] == 1


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: str(one.name))
def test_a_client_is_here_by_its_folder_or_its_program(client: ClientSetup, tmp_path: Path) -> None:
    work, home = tmp_path / "work", tmp_path / "person"
    work.mkdir()
    home.mkdir()
    environ = {"HOME": str(home), "PATH": ""}
    assert not client.is_here(work, environ)

    (home / client.folder).mkdir()

    assert client.is_here(work, environ)
    assert client.files[0].user_path is not None
    assert client.files[0].user_path(environ).is_relative_to(home / client.folder)
