"""Write the plugins that people install from this repository: ``python -m tests.plugins.generate``.

A client copies a plugin's folder, and nothing beside it: so each has its own skills and scripts,
made from one source (``plugins/source``), the version and the commands from the code.

**Source** of the forms: Claude Code 2.1.332, Codex 0.171 and Gemini CLI 0.61, which were run;
Cursor's reference of plugins (``docs/plugins.md`` says what was seen).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmem.model.release import DISTRIBUTION, VERSION
from gitmem.setup.clients import codex, cursor, gemini
from gitmem.setup.clients.claude_code import MATCHERS, TIMEOUTS
from gitmem.setup.launcher_line import FIND_LAUNCHER
from gitmem.setup.mcp_json import SERVE_NOTHING

TOP = Path(__file__).resolve().parents[2]
PLUGINS = TOP / "plugins"
SOURCE = PLUGINS / "source"
SKILLS = ("recall", "remember", "standup")
CLIENTS = ("claude", "codex", "cursor", "gemini")
NAME = "gitmem"
DESCRIPTION = (
    "The memory of coding agents, kept in git: why the code changed, what was decided and rejected,"
    " and which errors came up, told to the next session that needs it."
)
_SHORT = "Why the code changed, kept in git notes"
_AUTHOR = {"name": "The gitmem authors"}
_LICENSE = "Apache-2.0"
_KEYWORDS = ["git", "git-notes", "memory", "history"]

_PARTS = {
    "@FIND_LAUNCHER@": FIND_LAUNCHER,
    "@SERVE_NOTHING@": SERVE_NOTHING,
}


def files() -> dict[str, str]:
    """Every generated file, by its path below the top of the repository."""
    made: dict[str, str] = {
        ".claude-plugin/marketplace.json": _json(_claude_marketplace()),
        ".agents/plugins/marketplace.json": _json(_codex_marketplace()),
    }
    for client, folder in (
        ("claude", _claude()),
        ("codex", _codex()),
        ("cursor", _cursor()),
        ("gemini", _gemini()),
    ):
        shared = {f"skills/{name}/SKILL.md": _skill(name) for name in SKILLS}
        for name, text in {**shared, **folder, "README.md": _readme(client)}.items():
            made[f"plugins/{client}/{name}"] = text
    return made


def script(name: str) -> str:
    """A script as a plugin has it."""
    text = (SOURCE / "scripts" / name).read_text("utf-8")
    ours = (SOURCE / "scripts" / "is_ours.sh").read_text("utf-8").rstrip("\n")
    programs = (TOP / "githooks" / "programs.sh").read_text("utf-8").rstrip("\n")
    for mark, part in {**_PARTS, "@IS_OURS@": ours, "@PROGRAMS@": programs}.items():
        text = text.replace(mark, part)
    return text


def inline(name: str) -> str:
    """The same without its comments, for a file that has to hold it."""
    lines = script(name).splitlines()
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#")) + "\n"


def _manifest(**more: Any) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": VERSION,
        "description": DESCRIPTION,
        "author": _AUTHOR,
        "license": _LICENSE,
        "keywords": _KEYWORDS,
        **more,
    }


# -- Claude Code ---------------------------------------------------------------------------------

_WARM_SERVER = f"plugin:{NAME}:{NAME}"
_ROOT = "${CLAUDE_PLUGIN_ROOT}"
_WHO = ("session_id", "agent_id", "transcript_path", "cwd", "permission_mode")


def _claude() -> dict[str, str]:
    schema = "https://json.schemastore.org/claude-code-plugin-manifest.json"
    server = {"command": "sh", "args": [f"{_ROOT}/scripts/server.sh", "claude-code"]}
    return {
        ".claude-plugin/plugin.json": _json({"$schema": schema, **_manifest()}),
        "hooks/hooks.json": _json({"description": _SHORT, "hooks": claude_hooks()}),
        ".mcp.json": _json({"mcpServers": {NAME: server}}),
        "scripts/hook.sh": script("hook.sh"),
        "scripts/server.sh": script("server.sh"),
    }


def claude_hooks() -> dict[str, Any]:
    """The events of committed settings; prompts and files are asked of the running server."""
    hooks: dict[str, Any] = {}
    for event, seconds in TIMEOUTS.items():
        if event == "UserPromptSubmit":
            asked = {name: f"${{{name}}}" for name in ("prompt", *_WHO)}
            hooks[event] = [{"hooks": [_call(_WARM_SERVER, "prompt_context", asked, seconds)]}]
        elif event == "PostToolUse":
            (files_matcher, command_matcher) = MATCHERS[event]
            hooks[event] = [
                {
                    "matcher": files_matcher,
                    "hooks": [_call(_WARM_SERVER, "file_context", _file_arguments(), seconds)],
                },
                {
                    "matcher": command_matcher,
                    "hooks": [_command("claude-code", event, seconds, command_matcher)],
                },
            ]
        else:
            hooks[event] = [{"hooks": [_command("claude-code", event, seconds)]}]
    return hooks


def _file_arguments() -> dict[str, str]:
    """What the client puts there is text, or JSON of what is none; an unknown field is empty."""
    return {
        **{name: f"${{{name}}}" for name in (*_WHO, "tool_use_id", "tool_input")},
        "start_line": "${tool_response.file.startLine}",
        "line_count": "${tool_response.file.numLines}",
        "total_lines": "${tool_response.file.totalLines}",
        "patch": "${tool_response.structuredPatch}",
    }


def _call(server: str, tool: str, asked: Mapping[str, str], seconds: int) -> dict[str, Any]:
    return {
        "type": "mcp_tool",
        "server": server,
        "tool": tool,
        "input": dict(asked),
        "timeout": seconds,
    }


def _command(client: str, event: str, seconds: int, tool: str = "") -> dict[str, Any]:
    words = " ".join(word for word in (client, event, tool) if word)
    command = f'sh "{_ROOT}/scripts/hook.sh" {words}'
    return {"type": "command", "command": command, "timeout": seconds}


def _claude_marketplace() -> dict[str, Any]:
    return {
        "$schema": "https://anthropic.com/claude-code/marketplace.schema.json",
        "name": NAME,
        "description": DESCRIPTION,
        "owner": _AUTHOR,
        "plugins": [
            {
                "name": NAME,
                "source": "./plugins/claude",
                "description": DESCRIPTION,
                "category": "productivity",
                "keywords": _KEYWORDS,
            }
        ],
    }


# -- Codex ---------------------------------------------------------------------------------------

# What every such event has: a field that one lacks makes the client call its hook failed.
_CODEX_TURN = ("session_id", "transcript_path", "cwd", "permission_mode", "turn_id")
_CODEX_CALLS = {
    "UserPromptSubmit": ("prompt_context", (*_CODEX_TURN, "prompt")),
    "PostToolUse": ("file_context", (*_CODEX_TURN, "tool_name", "tool_use_id", "tool_input")),
}


def _codex() -> dict[str, str]:
    # Codex neither replaces a variable here nor sets one: the script stands in the file.
    server = {"command": "sh", "args": ["-c", inline("server.sh"), NAME, "codex"]}
    hooks: dict[str, Any] = {
        event: [{"hooks": [_command("codex", event, seconds)]}]
        for event, seconds in codex.TIMEOUTS.items()
    }
    for event, (tool, names) in _CODEX_CALLS.items():
        asked = {name: f"${{{name}}}" for name in names}
        matcher = {k: v for k, v in codex.HOOKS.entries[event][0].items() if k == "matcher"}
        hooks[event] = [{**matcher, "hooks": [_call(NAME, tool, asked, codex.TIMEOUTS[event])]}]
    interface = {
        "displayName": NAME,
        "shortDescription": _SHORT,
        "longDescription": DESCRIPTION,
        "developerName": _AUTHOR["name"],
        "category": "Developer Tools",
        "capabilities": ["Read", "Write"],
        "defaultPrompt": ["Why is this code as it is?", "What was decided since last week?"],
    }
    manifest = _manifest(
        skills="./skills/",
        hooks="./hooks/hooks.json",
        mcpServers="./.mcp.json",
        interface=interface,
    )
    return {
        ".codex-plugin/plugin.json": _json(manifest),
        "hooks/hooks.json": _json({"hooks": hooks}),  # an older one knows no other key
        ".mcp.json": _json({"mcpServers": {NAME: server}}),
        "scripts/hook.sh": script("hook.sh"),
    }


def _codex_marketplace() -> dict[str, Any]:
    plugin = {
        "name": NAME,
        "source": {"source": "local", "path": "./plugins/codex"},
        "policy": {"installation": "AVAILABLE", "authentication": "ON_INSTALL"},
        "category": "Developer Tools",
    }
    return {"name": NAME, "interface": {"displayName": NAME}, "plugins": [plugin]}


# -- Cursor --------------------------------------------------------------------------------------


def _cursor() -> dict[str, str]:
    # The commands of a project's own file: none of the folder's place. A plugin's sessionEnd is
    # not run by the client.
    hooks = {event: held for event, held in cursor.HOOKS.entries.items() if event != "sessionEnd"}
    server = {"command": "sh", "args": ["-c", inline("server.sh"), NAME, "cursor"]}
    return {
        ".cursor-plugin/plugin.json": _json({"displayName": NAME, **_manifest()}),
        "hooks/hooks.json": _json({"version": 1, "hooks": hooks}),
        "mcp.json": _json({"mcpServers": {NAME: server}}),
    }


# -- Gemini CLI ----------------------------------------------------------------------------------


def _gemini() -> dict[str, str]:
    hooks: dict[str, Any] = {}
    for event, (ours, milliseconds) in gemini.EVENTS.items():
        command = f'sh "${{extensionPath}}/scripts/hook.sh" gemini-cli {ours}'
        hook = {"type": "command", "name": NAME, "command": command, "timeout": milliseconds}
        (group,) = gemini.HOOKS.entries[event]
        hooks[event] = [{**group, "hooks": [hook]}]
    server = {"command": "sh", "args": ["${extensionPath}/scripts/server.sh", "gemini-cli"]}
    manifest = {
        "name": NAME,
        "version": VERSION,
        "description": DESCRIPTION,
        "mcpServers": {NAME: server},
    }
    return {
        "gemini-extension.json": _json(manifest),
        "hooks/hooks.json": _json({"hooks": hooks}),
        "scripts/hook.sh": script("hook.sh"),
        "scripts/server.sh": script("server.sh"),
    }


def _skill(name: str) -> str:
    return (SOURCE / "skills" / name / "SKILL.md").read_text("utf-8")


def _readme(client: str) -> str:
    text = (SOURCE / "README.md").read_text("utf-8")
    install = (SOURCE / "install" / f"{client}.md").read_text("utf-8").rstrip("\n")
    return text.replace("@INSTALL@", install).replace("@DISTRIBUTION@", DISTRIBUTION)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for client in CLIENTS:
        shutil.rmtree(PLUGINS / client, ignore_errors=True)
    for name, text in files().items():
        path = TOP / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name.endswith(".sh"):
            path.chmod(0o755)
