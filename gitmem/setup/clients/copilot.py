"""GitHub Copilot CLI: gitmem's hooks in a file of their own among the repository's.

``.github/hooks/*.json`` is read by the CLI and by the cloud agent, on a machine that has no gitmem:
there each command ends at once.  No hook before a tool is used: the client refuses the tool where
such a hook fails.  Pure: bytes in, bytes out.

**Source:** the hooks that version 1.0.102 ran; github/docs, copilot/reference/hooks-reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

NAME = "copilot-cli"
PROJECT_FILE = ".github/hooks/gitmem.json"
EVENTS = {
    "sessionStart": ("SessionStart", 15),
    "postToolUse": ("PostToolUse", 5),
    "subagentStart": ("SubagentStart", 5),
    "agentStop": ("Stop", 10),
    "sessionEnd": ("SessionEnd", 10),
}
"""The client's events, what we call them, and how long the client waits for us, in seconds."""

FILE_TOOLS = "view|edit|create|str_replace|str_replace_editor|apply_patch"
"""The tools whose use concerns us, as a pattern for the whole of a tool's name."""


def _hook(event: str) -> dict[str, Any]:
    ours, seconds = EVENTS[event]
    command = native_command(ours, NAME, variable="COPILOT_PROJECT_DIR")
    hook = {"type": "command", "bash": command, "timeoutSec": seconds}
    return {**hook, "matcher": FILE_TOOLS} if event == "postToolUse" else hook


HOOKS = JsonHooks(
    "the hooks of Copilot CLI", {event: [_hook(event)] for event in EVENTS}, {"version": 1}
)


def _home(environ: Mapping[str, str]) -> Path:
    return home_folder(environ, "COPILOT_HOME", ".copilot")


CLIENT = ClientSetup(
    name=NAME,
    title="GitHub Copilot CLI",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="Copilot CLI hooks",
            with_us=HOOKS.with_us,
            without_us=HOOKS.without_us,
            has_us=HOOKS.has_us,
            is_same=HOOKS.is_same,
            is_nothing=HOOKS.is_nothing,
            user_path=lambda environ: _home(environ) / "hooks" / "gitmem.json",
        ),
    ),
    programs=("copilot",),
    homes=lambda environ: [_home(environ)],
    folder=".github/hooks",
)
