"""Cursor: gitmem's hooks in the project's ``.cursor/hooks.json``.

It wants ``version`` 1 at the top and lists hooks without groups.  No hook before a tool is used or
a subagent begins: those may forbid it, and are told nothing.  Where its switch for other programs'
configuration is on, it runs the hooks in ``.claude/settings.json``, too, and is told once.
Pure: bytes in, bytes out.

**Source:** cursor.com/docs/hooks, and docs/cursor-hooks.md of DietrichGebert/ponytail, which was
read off the client 3.20.17; the client itself cannot be had here.
"""

from __future__ import annotations

from typing import Any

from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

NAME = "cursor"
PROJECT_FILE = ".cursor/hooks.json"
EVENTS = {
    "sessionStart": ("SessionStart", 15),
    "beforeSubmitPrompt": ("UserPromptSubmit", 10),
    "postToolUse": ("PostToolUse", 5),
    "stop": ("Stop", 10),
    "sessionEnd": ("SessionEnd", 10),
}
"""The client's events, what we call them, and how long it waits for us, in seconds."""

FILE_TOOLS = "Read|Write|StrReplace|EditNotebook"
"""The tools whose use concerns us, as a pattern for a tool's name."""


def _hook(event: str) -> dict[str, Any]:
    ours, seconds = EVENTS[event]
    command = native_command(ours, NAME, variable="CURSOR_PROJECT_DIR")
    matcher = {"matcher": FILE_TOOLS} if event == "postToolUse" else {}
    return {"command": command, "timeout": seconds, **matcher}


HOOKS = JsonHooks("Cursor's hooks", {event: [_hook(event)] for event in EVENTS}, {"version": 1})

CLIENT = ClientSetup(
    name=NAME,
    title="Cursor",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="Cursor hooks",
            with_us=HOOKS.with_us,
            without_us=HOOKS.without_us,
            has_us=HOOKS.has_us,
            is_same=HOOKS.is_same,
            is_nothing=HOOKS.is_nothing,
            user_path=lambda environ: home_folder(environ, "", ".cursor") / "hooks.json",
        ),
    ),
    programs=("cursor", "cursor-agent"),
    homes=lambda environ: [home_folder(environ, "", ".cursor")],
    folder=".cursor",
)
