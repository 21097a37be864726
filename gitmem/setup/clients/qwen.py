"""Qwen Code: gitmem's hooks among the project's settings, ``.qwen/settings.json``.

The events are Claude Code's; the client's own names are those of the tools.  Everything else in the
file stays as it is, to the byte.  Pure: bytes in, bytes out.

**Source:** the hooks that version 0.24.4 ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

NAME = "qwen-code"
PROJECT_FILE = ".qwen/settings.json"
TIMEOUTS = {
    "SessionStart": 15,
    "UserPromptSubmit": 10,
    "PostToolUse": 5,
    "Stop": 10,
    "SessionEnd": 10,
}
"""The events and how long the client waits for us, in seconds."""

FILE_TOOLS = "read_file|edit|write_file|notebook_edit"
"""The tools whose use concerns us, as a pattern for a tool's name."""


def _group(event: str) -> dict[str, Any]:
    command = native_command(event, NAME, variable="QWEN_PROJECT_DIR")
    hook = {"type": "command", "command": command, "timeout": TIMEOUTS[event]}
    matcher = {"matcher": FILE_TOOLS} if event == "PostToolUse" else {}
    return {**matcher, "hooks": [hook]}


def qwen_home(environ: Mapping[str, str]) -> Path:
    """Where the client keeps its own settings."""
    return home_folder(environ, "QWEN_HOME", ".qwen")


HOOKS = JsonHooks("Qwen Code's settings", {event: [_group(event)] for event in TIMEOUTS})

CLIENT = ClientSetup(
    name=NAME,
    title="Qwen Code",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="Qwen Code hooks",
            with_us=HOOKS.with_us,
            without_us=HOOKS.without_us,
            has_us=HOOKS.has_us,
            is_same=HOOKS.is_same,
            is_nothing=HOOKS.is_nothing,
            user_path=lambda environ: qwen_home(environ) / "settings.json",
        ),
    ),
    programs=("qwen",),
    homes=lambda environ: [qwen_home(environ)],
    folder=".qwen",
    hooks_off=("disableAllHooks",),
)
