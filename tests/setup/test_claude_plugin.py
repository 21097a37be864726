"""Where the client has gitmem's plugin, nothing of ours is missing in the project's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitmem.setup.claude_plugin import has_plugin
from tests.support.cli import gitmem
from tests.support.git import GitDriver

FILES = (".claude/settings.json", ".mcp.json")


def enable(path: Path, choice: Any = True, name: str = "gitmem@gitmem") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"enabledPlugins": {"other@x": True, name: choice}}))


@pytest.mark.parametrize("place", ["person", "project", "local", "configured"])
def test_a_plugin_that_is_enabled_anywhere_counts(tmp_path: Path, place: str) -> None:
    home, top = tmp_path / "home", tmp_path / "project"
    path = {
        "person": home / ".claude/settings.json",
        "project": top / ".claude/settings.json",
        "local": top / ".claude/settings.local.json",
        "configured": tmp_path / "config/settings.json",
    }[place]
    environ = {"HOME": str(home)}
    environ |= {"CLAUDE_CONFIG_DIR": str(path.parent)} if place == "configured" else {}

    assert not has_plugin(top, environ)
    enable(path, name="gitmem@another-market")
    assert has_plugin(top, environ)
    enable(path, choice=False)
    assert not has_plugin(top, environ)
    enable(path, name="gitmemory@x")
    assert not has_plugin(top, environ)


def test_the_nearer_settings_decide(tmp_path: Path) -> None:
    enable(tmp_path / "home/.claude/settings.json")
    enable(tmp_path / "project/.claude/settings.local.json", choice=False)

    assert not has_plugin(tmp_path / "project", {"HOME": str(tmp_path / "home")})


@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b'{"enabledPlugins": [1]}', b"\xff", b"3"])
def test_settings_that_say_nothing_enable_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ".claude/settings.json"
    path.parent.mkdir()
    path.write_bytes(content)

    assert not has_plugin(tmp_path, {"HOME": str(tmp_path)})


def test_init_leaves_the_projects_files_to_the_plugin_until_asked(committed: GitDriver) -> None:
    enable(committed.home / ".claude/settings.json")
    paths = [committed.path / name for name in FILES]

    done = gitmem(committed, "init")

    assert done.returncode == 0
    assert [path.exists() for path in paths] == [False, False]
    assert "gitmem init --agent claude-code" in done.stderr
    assert gitmem(committed, "init", "--agent", "claude-code").returncode == 0
    assert [path.exists() for path in paths] == [True, True]


def test_init_keeps_what_the_project_has_already(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    before = [(committed.path / name).read_bytes() for name in FILES]
    enable(committed.home / ".claude/settings.json")

    done = gitmem(committed, "init")

    assert "plugin" not in done.stderr
    assert [(committed.path / name).read_bytes() for name in FILES] == before


def test_doctor_misses_no_hooks_where_the_plugin_is(committed: GitDriver) -> None:
    enable(committed.home / ".claude/settings.json")
    assert gitmem(committed, "init").returncode == 0

    told = gitmem(committed, "doctor").stdout

    assert "Claude Code has gitmem's plugin" in told
    assert "Claude Code has no gitmem hooks" not in told
    assert "does not offer gitmem's tools" not in told
    enable(committed.home / ".claude/settings.json", choice=False)
    assert "Claude Code has no gitmem hooks" in gitmem(committed, "doctor").stdout


def test_doctor_says_who_gives_way_where_both_are(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    enable(committed.home / ".claude/settings.json")

    assert "plugin, which leaves hooks to the settings" in gitmem(committed, "doctor").stdout


def test_uninstall_leaves_the_plugin_to_its_client(committed: GitDriver) -> None:
    settings = committed.home / ".claude/settings.json"
    enable(settings)
    before = settings.read_bytes()
    assert gitmem(committed, "init").returncode == 0

    assert gitmem(committed, "uninstall").returncode == 0
    assert settings.read_bytes() == before
