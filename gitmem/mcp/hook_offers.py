"""Tools that the client's own hooks call while a session runs, in the place of a process each.

Only a plugin registers such hooks, so only the server that a plugin starts lists these tools, and
any that Codex starts (:mod:`.server`).  A tool that is visible to the application alone is not
shown to the model by clients that know that (Claude Code 2.1.332 and Codex 0.171 do); the others
read whom it is for.

**Source:** MCP Apps (``_meta.ui.visibility``); hooks of type ``mcp_tool`` in Claude Code and Codex.
"""

from __future__ import annotations

Schema = dict[str, object]

PLUGIN = "GITMEM_PLUGIN"
"""The variable by which a plugin tells the server that it is its own, and which client's."""

_TEXT: Schema = {"type": "string", "default": ""}
_ANY: Schema = {"default": ""}  # a client puts a value there as it is, or as JSON text
_TOLD = "For the client's hooks, not for you: "
_HINTS = {"readOnlyHint": True, "idempotentHint": False, "openWorldHint": False}


def _tool(name: str, title: str, told: str, *given: str, **more: Schema) -> Schema:
    return {
        "name": name,
        "title": title,
        "description": _TOLD + told,
        "inputSchema": {
            "type": "object",
            "properties": {**dict.fromkeys(given, _TEXT), **more},
        },
        "annotations": _HINTS,
        "_meta": {"ui": {"visibility": ["app"]}},
    }


_WHO = ("session_id", "agent_id", "transcript_path", "cwd", "permission_mode", "turn_id")

HOOK_TOOLS = (
    _tool("prompt_context", "Beside a prompt", "what a prompt calls for.", "prompt", *_WHO),
    _tool(
        "file_context",
        "Beside a file",
        "what is remembered about a file that was read or edited.",
        *("path", "tool_name", "tool_use_id", *_WHO),
        tool_input=_ANY,
        **dict.fromkeys(("start_line", "line_count", "total_lines", "patch"), _ANY),
    ),
)
"""What they answer is what the hook of the same event would print; empty where it has nothing."""

HOOK_NAMES = frozenset(str(tool["name"]) for tool in HOOK_TOOLS)
