"""Which client runs a hook: by the name in its own hook's command, else by what it says.

To add a client: its name in ``_CLIENTS`` with what imports its module, and only then.  A native
hook's command names its client (``gitmem hook Stop --client codex``).  The hooks in
``.claude/settings.json`` name none, and other clients than Claude Code run them, too: they are told
from it by their payload, for one client's command may start another, which inherits its variables.
Standard library only: an agent waits for its hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gitmem.agents.hook_client import HookClient
from gitmem.agents.hook_fields import read_object, read_text


def _claude(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.claude.hook_output import ClaudeHooks

    return ClaudeHooks(environ)


def _codex(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.codex.hook_output import CodexHooks

    return CodexHooks(environ)


def _copilot(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.copilot.hook_output import CopilotHooks

    return CopilotHooks(environ)


def _opencode(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.opencode.hook_output import OpenCodeHooks

    return OpenCodeHooks(environ)


def _cursor(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.cursor.hook_output import CursorHooks

    return CursorHooks(environ)


def _gemini(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.gemini.hook_output import GeminiHooks

    return GeminiHooks(environ)


def _qwen(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.qwen.hook_output import QwenHooks

    return QwenHooks(environ)


_CLIENTS: dict[str, Callable[[Mapping[str, str]], HookClient]] = {
    "claude-code": _claude,
    "codex": _codex,
    "copilot-cli": _copilot,
    "opencode": _opencode,
    "cursor": _cursor,
    "gemini-cli": _gemini,
    "qwen-code": _qwen,
}
CLIENT_NAMES = tuple(_CLIENTS)
"""The names that ``--client`` takes."""

DEFAULT_CLIENT = "claude-code"
"""Whose hooks name no client."""

# At the top of a payload, and never in one of Claude Code 2.0 to 2.1.329.
_CURSOR_FIELDS = ("conversation_id", "generation_id", "workspace_roots", "cursor_version")
_COPILOT_FIELDS = ("initial_prompt", "tool_result", "stop_reason", "parent_agent_id")
_TIME, _TURN, _TRANSCRIPT = "timestamp", "turn_id", "transcript_path"
# Of variables set for hooks alone, not for what an agent runs in its terminal.
_VARIABLES = {"cursor": "CURSOR_VERSION", "copilot-cli": "COPILOT_PROJECT_DIR"}
# Without one of these in it a payload is not even parsed; nearly none of Claude Code's has one.
_MARKS = (
    *(f'"{name}"'.encode() for name in (*_CURSOR_FIELDS, *_COPILOT_FIELDS, _TIME, _TURN)),
    *(b'"new"', b"rollout-"),
)
_ANSWER_KEYS = tuple(
    f',{space}"{name}":'.encode()
    for name in ("tool_response", "tool_result", "tool_output")
    for space in ("", " ")
)


def choose_client(name: str, data: bytes, environ: Mapping[str, str]) -> HookClient | None:
    """The client of that name, or, where the command gives none, the one whose payload this is.

    None where nobody knows how to speak to it: then nothing is said.
    """
    make = _CLIENTS.get(name or recognise(data, environ))
    return make(environ) if make else None


def recognise(data: bytes, environ: Mapping[str, str]) -> str:
    """The name of the client that runs a hook which names none, such as Claude Code's.

    Cursor 3.20 sends its ids with every event, Codex 0.171 a turn's id with most, Copilot CLI
    1.0.102 a time, and where its transcript lies only at the end of a turn.  Where the payload says
    nothing of the kind, a variable may.  All others are taken for Claude Code: whoever runs its
    hooks has promised to understand its documented answer.
    """
    if _is_of_session(data, environ.get("CLAUDE_CODE_SESSION_ID", "")):
        return DEFAULT_CLIENT
    found = ""
    if any(mark in data for mark in _MARKS):
        found = _recognise_fields(read_object(data, _ANSWER_KEYS))
    if not found and "CLAUDE_CODE_ENTRYPOINT" not in environ:
        found = next((name for name, one in _VARIABLES.items() if one in environ), "")
    return found or DEFAULT_CLIENT


def _is_of_session(data: bytes, session: str) -> bool:
    """Whether the payload is of the session whose client set the variable for this very hook."""
    tail = f'"{session}"'.encode("utf-8", "surrogateescape")
    return bool(session) and any(b'"session_id":' + space + tail in data for space in (b"", b" "))


def _recognise_fields(value: Mapping[str, Any]) -> str:
    if not value.keys().isdisjoint(_CURSOR_FIELDS):
        return "cursor"
    transcript = read_text(value, _TRANSCRIPT).replace("\\", "/").rpartition("/")[2]
    if _TURN in value or transcript.startswith("rollout-"):
        return "codex"
    is_new = "session_id" in value and _TIME in value and _TRANSCRIPT not in value
    is_copilot = is_new or not value.keys().isdisjoint(_COPILOT_FIELDS)
    return "copilot-cli" if is_copilot or value.get("source") == "new" else ""
