from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitmem.setup.clients.claude_code import HOOKS, TIMEOUTS
from gitmem.setup.settings_hooks import settings_with_hook


@pytest.mark.parametrize("event", TIMEOUTS)
@pytest.mark.parametrize("place", ["project", "local", "person", "configured"])
def test_the_file_that_runs_the_hook_is_found(tmp_path: Path, event: str, place: str) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    path = {
        "project": project / ".claude/settings.json",
        "local": project / ".claude/settings.local.json",
        "person": home / ".claude/settings.json",
        "configured": tmp_path / "config/settings.json",
    }[place]
    environ = {"HOME": str(home)}
    environ |= {"CLAUDE_CONFIG_DIR": str(path.parent)} if place == "configured" else {}
    path.parent.mkdir(parents=True)

    assert settings_with_hook(event, str(project), environ) is None
    path.write_bytes(HOOKS.with_us(None))
    assert settings_with_hook(event, str(project), environ) == path


def test_hooks_of_an_earlier_version_run_the_events_that_they_name(tmp_path: Path) -> None:
    path = tmp_path / ".claude/settings.json"
    path.parent.mkdir()
    command = "exec $d.git/gitmem/run hook SubagentStart2; $g/gitmem/run hook Stop;"
    path.write_text(json.dumps({"hooks": {"Any": [{"hooks": [{"command": command}]}]}}))

    assert settings_with_hook("Stop", str(tmp_path), {}) == path
    assert settings_with_hook("SubagentStart", str(tmp_path), {}) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"note": "$g/gitmem/run hook Stop;"}',
        '{"hooks": {"Stop": [{"hooks": [{"command": "$g/gitmem/run hook Stop;"}]}]}}\n>>>>>>> x',
    ],
)
def test_a_file_that_only_speaks_of_the_hook_runs_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / ".claude/settings.json"
    path.parent.mkdir()
    path.write_text(text)

    assert settings_with_hook("Stop", str(tmp_path), {"HOME": str(tmp_path / "none")}) is None


@pytest.mark.parametrize("what", ["folder", "pipe", "bytes"])
def test_what_is_no_settings_file_runs_nothing(tmp_path: Path, what: str) -> None:
    path = tmp_path / ".claude/settings.json"
    path.parent.mkdir()
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"\xff\0gitmem hook Stop")

    assert settings_with_hook("Stop", str(tmp_path), {"HOME": str(tmp_path / "none")}) is None
