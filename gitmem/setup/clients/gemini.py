"""Gemini CLI: gitmem's hooks among the project's settings, ``.gemini/settings.json``.

Everything else there stays as it is, to the byte; a file with comments, which the client allows, is
no JSON to us and is left alone.  Pure: bytes in, bytes out.

**Source:** the hooks that version 0.61 ran; docs/hooks/reference.md of google-gemini/gemini-cli.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

NAME = "gemini-cli"
PROJECT_FILE = ".gemini/settings.json"
EVENTS = {
    "SessionStart": ("SessionStart", 15_000),
    "BeforeAgent": ("UserPromptSubmit", 10_000),
    "AfterTool": ("PostToolUse", 5_000),
    "AfterAgent": ("Stop", 10_000),
    "SessionEnd": ("SessionEnd", 10_000),
}
"""The client's events, what we call them, and how long it waits for us, in milliseconds."""

FILE_TOOLS = "read_file|replace|write_file"
"""The tools whose use concerns us, as a pattern for a tool's name."""


def _group(event: str) -> dict[str, Any]:
    ours, milliseconds = EVENTS[event]
    command = native_command(ours, NAME, variable="GEMINI_PROJECT_DIR")
    hook = {"type": "command", "name": "gitmem", "command": command, "timeout": milliseconds}
    matcher = {"matcher": FILE_TOOLS} if event == "AfterTool" else {}
    return {**matcher, "hooks": [hook]}


def gemini_home(environ: Mapping[str, str]) -> Path:
    """Where the client keeps its own settings and its sessions."""
    if home := environ.get("GEMINI_CLI_HOME"):
        return Path(home) / ".gemini"
    return home_folder(environ, "", ".gemini")


HOOKS = JsonHooks("Gemini CLI's settings", {event: [_group(event)] for event in EVENTS})

CLIENT = ClientSetup(
    name=NAME,
    title="Gemini CLI",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="Gemini CLI hooks",
            with_us=HOOKS.with_us,
            without_us=HOOKS.without_us,
            has_us=HOOKS.has_us,
            is_same=HOOKS.is_same,
            is_nothing=HOOKS.is_nothing,
            user_path=lambda environ: gemini_home(environ) / "settings.json",
        ),
    ),
    programs=("gemini",),
    homes=lambda environ: [gemini_home(environ)],
    folder=".gemini",
    hooks_off=("hooksConfig", "enabled"),
    hooks_off_value=False,
    advice="Gemini CLI runs its hooks here once you have trusted the folder",
)
