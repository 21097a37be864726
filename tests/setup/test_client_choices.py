"""What the client was told not to do for us is seen, and never edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.setup.client_choices import find_client_choices
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.install import install
from gitmem.setup.status import read_status
from tests.support.git import GitDriver


def put(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


@pytest.fixture
def ready(committed: GitDriver) -> GitDriver:
    install(committed.repo, git_version=(2, 40))
    return committed


def found(git: GitDriver, **environ: str) -> list[str]:
    choices = find_client_choices(
        git.repo, {"HOME": str(git.home), **environ}, (str(git.home / "m"),)
    )
    assert all(choice.remedy for choice in choices)
    return [choice.what for choice in choices]


def test_where_no_client_was_there_is_nothing_to_say(ready: GitDriver) -> None:
    assert found(ready) == []


@pytest.mark.parametrize("name", ["settings.local.json", "settings.json"])
def test_the_dialogs_answer_is_seen(ready: GitDriver, name: str) -> None:
    folder = ready.home / ".claude" if name == "settings.json" else ready.path / ".claude"
    path = put(folder / name, {"disabledMcpjsonServers": ["gitmem"]})
    before = path.read_bytes()

    (what,) = found(ready)

    assert "switched off" in what
    assert str(path) in what
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", ["disabledMcpjsonServers", "disabledMcpServers"])
@pytest.mark.parametrize("is_moved", [True, False])
def test_what_the_client_keeps_of_the_project_is_seen(
    ready: GitDriver, tmp_path: Path, key: str, is_moved: bool
) -> None:
    home = tmp_path / "config" if is_moved else ready.home
    put(home / ".claude.json", {"projects": {str(ready.path): {key: ["gitmem"]}}})

    (what,) = found(ready, **({"CLAUDE_CONFIG_DIR": str(home)} if is_moved else {}))

    assert "switched off" in what


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ({}, 1),
        ({"enabledMcpjsonServers": ["gitmem"]}, 0),
        ({"enableAllProjectMcpServers": True}, 0),
        ({"disabledMcpjsonServers": "gitmem", "enabledMcpjsonServers": 3}, 1),
    ],
)
def test_what_was_not_decided_is_said_where_the_client_has_been(
    ready: GitDriver, local: dict[str, Any], expected: int
) -> None:
    put(ready.home / ".claude.json", {"projects": {str(ready.path): {"lastCost": 1}}})
    put(ready.path / ".claude" / "settings.local.json", local)

    assert len(found(ready)) == expected


def test_hooks_that_are_switched_off_are_a_warning(ready: GitDriver) -> None:
    put(ready.path / ".claude" / "settings.local.json", {"disableAllHooks": True})
    put(ready.home / "m", {"allowManagedHooksOnly": True})

    choices = find_client_choices(ready.repo, {"HOME": str(ready.home)}, (str(ready.home / "m"),))

    assert [choice.is_of_hooks for choice in choices] == [True, True]


OFF: dict[str, tuple[str, Any]] = {
    "claude-code": (".claude/settings.json", {"disableAllHooks": True}),
    "gemini-cli": (".gemini/settings.json", {"hooksConfig": {"enabled": False}}),
    "qwen-code": (".qwen/settings.json", {"disableAllHooks": True}),
}


@pytest.mark.parametrize("name", OFF)
@pytest.mark.parametrize("is_users", [True, False])
def test_a_client_whose_hooks_are_off_is_not_said_to_be_told(
    ready: GitDriver, name: str, is_users: bool
) -> None:
    environ = {"HOME": str(ready.home)}
    install(ready.repo, git_version=(2, 40), agents=list(OFF))
    title = next(client.title for client in CLIENTS if client.name == name)
    assert title in read_status(ready.repo, (2, 40), environ=environ).told
    path, value = (ready.home if is_users else ready.path) / OFF[name][0], OFF[name][1]
    path.parent.mkdir(exist_ok=True)
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, **value}))

    status = read_status(ready.repo, (2, 40), environ=environ)

    assert title not in status.told
    assert len(status.told) == len(OFF) - 1
    (what,) = status.client
    assert title in what
    assert str(path) in what


def test_the_nearer_file_decides_whether_hooks_are_off(ready: GitDriver) -> None:
    install(ready.repo, git_version=(2, 40), agents=["gemini-cli"])
    path = ready.path / ".gemini/settings.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "hooksConfig": {"enabled": True}}))
    put(ready.home / ".gemini/settings.json", {"hooksConfig": {"enabled": False}})

    assert found(ready) == []


def test_a_client_without_our_hooks_has_none_to_switch_off(ready: GitDriver) -> None:
    put(ready.home / ".gemini/settings.json", {"hooksConfig": {"enabled": False}})

    assert found(ready) == []


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", '{"projects": []}', "[" * 100_000])
def test_files_of_another_form_say_nothing(ready: GitDriver, text: str) -> None:
    for path in (ready.home / ".claude.json", ready.path / ".claude" / "settings.local.json"):
        path.write_text(text)

    assert found(ready) == []
