"""Hooks that come as a call of a tool: the agent's running server answers, and no process starts.

A plugin registers them for prompts and files.  What is said is what the command of the same event
would print, with the same budgets and the same record of what was told; and nothing where the
settings run that command as well.  The session is the one that the call names: it may be another
than the one that the server was started for (``/clear``, a resume).
"""

from __future__ import annotations

import json
import os
import re
import traceback
from collections.abc import Mapping
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import find_enclosing_repo
from gitmem.mcp.hook_offers import PLUGIN
from gitmem.process.deadline import within
from gitmem.setup.settings_hooks import settings_with_hook
from gitmem.state.error_log import append_log

_EVENTS = {"prompt_context": "UserPromptSubmit", "file_context": "PostToolUse"}
_SECONDS = 1.5  # as long as a hook in a process of its own waits
_AS_TOLD = (
    *("session_id", "agent_id", "transcript_path", "cwd", "permission_mode"),
    *("prompt", "turn_id", "tool_name", "tool_use_id"),
)


_THREAD = re.compile(r"/rollout-[^/]*-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$")


def answer_hook(tool: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The JSON that the client's hook is told, or nothing.

    Never raises, whatever was sent and whatever the repository holds.
    """
    try:
        with within(_SECONDS):
            return _answer(_EVENTS[tool], given, environ)
    except Exception:  # noqa: BLE001 - the outermost frame of a hook
        _log(environ, traceback.format_exc())
        return ""


def _answer(event: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    from gitmem.hooks.agent import run_agent_hook
    from gitmem.hooks.file_precheck import may_tell

    payload = json.dumps(payload_of(event, given, environ)).encode()
    if event == "PostToolUse" and not may_tell(payload, dict(environ)):
        return ""
    client = environ.get(PLUGIN, "")
    project = environ.get("CLAUDE_PROJECT_DIR") or "."
    if client == "claude-code" and settings_with_hook(event, project, environ):
        return ""
    return run_agent_hook(event, payload, environ, client)


def payload_of(event: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The arguments as the payload that a command would have got on its stdin.

    A client puts a value there as it is (Codex), or as text, which is JSON unless it is one (Claude
    Code); what the payload lacks is an empty text.
    """
    payload: dict[str, Any] = {"hook_event_name": event}
    payload |= {name: given[name] for name in _AS_TOLD if given.get(name)}
    payload.setdefault("session_id", environ.get("CLAUDE_CODE_SESSION_ID", ""))
    payload.setdefault("agent_id", _agent_of(payload))
    if event != "PostToolUse":
        return payload
    asked = _read(given.get("tool_input"))
    asked = asked if isinstance(asked, dict) else {}
    if isinstance(given.get("path"), str) and given["path"]:
        asked.setdefault("file_path", given["path"])
    names = {"startLine": "start_line", "numLines": "line_count", "totalLines": "total_lines"}
    lines = {name: value for name, key in names.items() if (value := _read(given.get(key)))}
    answered = {"file": lines, "structuredPatch": _read(given.get("patch"))}
    payload["tool_input"] = asked
    payload["tool_response"] = {name: value for name, value in answered.items() if value}
    return payload


def _agent_of(payload: Mapping[str, Any]) -> str:
    """The subagent by its transcript, where a client cannot pass on what only some events have.

    Codex names a subagent's file after it, and gives the session of its parent.
    """
    path = payload.get("transcript_path")
    found = _THREAD.search(path) if isinstance(path, str) else None
    return "" if found is None or found[1] == payload["session_id"] else found[1]


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _log(environ: Mapping[str, str], trouble: str) -> None:
    try:
        append_log(find_enclosing_repo(environ.get("CLAUDE_PROJECT_DIR") or os.curdir), trouble)
    except (GitmemError, OSError):
        return
