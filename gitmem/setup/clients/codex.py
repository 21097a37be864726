"""Codex CLI: gitmem's hooks in the project's ``.codex/hooks.json``, and the server beside it.

The client runs a hook only once its person has trusted it, by a hash of event, command and time
limit: none of them may change from one version of gitmem to the next.  A name of an event that a
version does not know is passed over, a second key beside ``hooks`` is not.
Pure: bytes in, bytes out.

**Source:** ``codex-rs/config/src/hook_config.rs`` and ``codex-rs/hooks/src/engine/discovery.rs`` of
openai/codex.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gitmem.setup.clients import codex_server
from gitmem.setup.clients.client_setup import ClientFile, ClientSetup, home_folder
from gitmem.setup.clients.json_hooks import JsonHooks
from gitmem.setup.launcher_line import native_command

TIMEOUTS = {
    "SessionStart": 15,
    "UserPromptSubmit": 10,
    "PostToolUse": 5,
    "SubagentStart": 5,
    "Stop": 10,
    "SessionEnd": 3,
}
"""The events and how long the client waits for us, in seconds; SessionEnd takes no more than 3."""

PROJECT_FILE = ".codex/hooks.json"

_MATCHERS = {"PostToolUse": "Bash|apply_patch"}
_LABELS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "user_prompt_submit",
    "PostToolUse": "post_tool_use",
    "SubagentStart": "subagent_start",
    "Stop": "stop",
    "SessionEnd": "session_end",
}


def _group(event: str) -> dict[str, Any]:
    matcher = {"matcher": _MATCHERS[event]} if event in _MATCHERS else {}
    command = native_command(event, "codex")
    hook = {"type": "command", "command": command, "timeout": TIMEOUTS[event]}
    return {**matcher, "hooks": [hook]}


HOOKS = JsonHooks("Codex's hooks", {event: [_group(event)] for event in TIMEOUTS})


def trusted_hashes() -> Iterator[tuple[str, str]]:
    """Each of our hooks as the client names it behind its file's path, and the hash under which it
    counts as trusted (``[hooks.state."PATH:NAME"] trusted_hash = …`` in its configuration); for a
    file that has no other hooks.
    """
    for event, label in _LABELS.items():
        group = _group(event)
        identity = {"event_name": label, **group}
        identity["hooks"] = [{**hook, "async": False} for hook in group["hooks"]]
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield f"{label}:0:0", f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def codex_home(environ: Mapping[str, str]) -> Path:
    """Where the client keeps its configuration and its sessions."""
    return home_folder(environ, "CODEX_HOME", ".codex")


CLIENT = ClientSetup(
    name="codex",
    title="Codex",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="Codex hooks",
            with_us=HOOKS.with_us,
            without_us=HOOKS.without_us,
            has_us=HOOKS.has_us,
            is_same=HOOKS.is_same,
            is_nothing=HOOKS.is_nothing,
            user_path=lambda environ: codex_home(environ) / "hooks.json",
        ),
        ClientFile(
            path=codex_server.PROJECT_FILE,
            what="the MCP server 'gitmem'",
            with_us=codex_server.with_server,
            without_us=codex_server.without_server,
            has_us=codex_server.has_server,
            is_same=codex_server.is_same,
            is_nothing=codex_server.is_nothing,
            conflict=codex_server.conflict,
            is_server=True,
        ),
    ),
    programs=("codex",),
    homes=lambda environ: [codex_home(environ)],
    folder=".codex",
    advice="Codex runs its hooks here once you have trusted the project and, by /hooks, them",
)
