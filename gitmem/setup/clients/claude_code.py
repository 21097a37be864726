"""Claude Code: gitmem's hooks in its settings file, and the server in the project's ``.mcp.json``.

Only event names that client 2.0.44 knows are used: all before 2.1 ignore a whole file that names
an event unknown to them.
Pure: bytes in, bytes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.setup import mcp_json
from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import FIND_LAUNCHER

TIMEOUTS = {
    "SessionStart": 15,
    "UserPromptSubmit": 10,
    "PostToolUse": 5,
    "SubagentStart": 5,
    "Stop": 10,
    "SessionEnd": 10,
}
"""The events and how long the client waits for us, in seconds.  Without a number of our own
SessionEnd would be cut off after 1.5 s.
"""

MATCHERS = {"PostToolUse": {"Read|Edit|Write|MultiEdit|NotebookEdit": "", "Bash": " Bash"}}
"""The tools whose use concerns us, each set with what the command says of it.  What a hook prints
before a tool is used reaches the model with the tool's result anyway, and not at all in client
2.0.77; after it, in all of them.  Commands are told apart, so that the launcher can end the hook
before any Python starts where no commit was made.
"""

PROJECT_FILE = ".claude/settings.json"


def hook_command(event: str, tool: str = "") -> str:
    """What the client runs.  It is committed with the project, hence no path of this machine;
    in a clone without gitmem, or outside a repository, it does nothing and says nothing.

    ``tool`` is what a value of ``MATCHERS`` adds.
    """
    return (
        f'cd "${{CLAUDE_PROJECT_DIR:-.}}" 2>/dev/null && {FIND_LAUNCHER}'
        f' && exec "$g" hook {event}{tool}; exit 0'
    )


def _groups(event: str) -> list[dict[str, Any]]:
    def hooks(tool: str = "") -> list[dict[str, Any]]:
        command = hook_command(event, tool)
        return [{"type": "command", "command": command, "timeout": TIMEOUTS[event]}]

    found = MATCHERS.get(event, {})
    groups: list[dict[str, Any]] = [
        {"matcher": tools, "hooks": hooks(tool)} for tools, tool in found.items()
    ]
    return groups or [{"hooks": hooks()}]


def user_settings(environ: Mapping[str, str]) -> Path:
    """The person's own settings file."""
    return home_folder(environ, "CLAUDE_CONFIG_DIR", ".claude") / "settings.json"


HOOKS = JsonHooks("the agent's settings", {event: _groups(event) for event in TIMEOUTS})

_SERVER_FILE = ClientFile(
    path=mcp_json.PROJECT_FILE,
    what=f"the MCP server '{mcp_json.NAME}'",
    with_us=mcp_json.with_server,
    without_us=mcp_json.without_server,
    has_us=mcp_json.has_server,
    is_same=HOOKS.is_same,
    is_nothing=HOOKS.is_nothing,
    conflict=mcp_json.conflict,
    is_server=True,
)
_SETTINGS_FILE = ClientFile(
    path=PROJECT_FILE,
    what="Claude Code hooks",
    with_us=HOOKS.with_us,
    without_us=HOOKS.without_us,
    has_us=HOOKS.has_us,
    is_same=HOOKS.is_same,
    is_nothing=HOOKS.is_nothing,
    user_path=user_settings,
)
CLIENT = ClientSetup(
    name="claude-code",
    title="Claude Code",
    files=(_SETTINGS_FILE, _SERVER_FILE),
    programs=("claude",),
    homes=lambda environ: [home_folder(environ, "CLAUDE_CONFIG_DIR", ".claude")],
    folder=".claude",
)
