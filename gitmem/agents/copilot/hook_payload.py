"""What GitHub Copilot CLI tells a hook on stdin, in both of its forms.

A native hook (``.github/hooks``) hears camelCase without the event's name.  Hooks in Claude Code's
form (``.claude/settings.json``), which it runs, too, hear snake_case and Claude Code's names of
tools, but at SubagentStart; a tool's arguments keep the client's own keys in both.
The agent waits for its hooks, so this imports nothing but the standard library.

**Source:** payloads of version 1.0.102 (``tests/fixtures/copilot/hooks.jsonl``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import read_object, read_prompt, read_text, read_tool
from gitmem.model.line_ranges import Ranges

_ANSWER_KEYS = (b',"toolResult":', b',"tool_result":', b', "toolResult":', b', "tool_result":')
_EDIT_KEYS = ("old_str", "new_str", "file_text", "insert_text")
_NEW_KEYS = ("new_str", "file_text", "insert_text")
_MAX_LINE = 10_000_000
_STARTS = {"new": "startup"}


def parse_payload(data: bytes, project: str = "") -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    ``project`` is the folder that the environment names as the session's.
    """
    value = read_object(data, _ANSWER_KEYS)
    source = read_text(value, "source")
    return HookPayload(
        session=_session(value),
        transcript_path=read_text(value, "transcript_path", "transcriptPath"),
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=_STARTS.get(source, source),
        reason=read_text(value, "reason"),
        agent_id=read_text(value, "agent_id", "agentId"),
        prompt=read_prompt(value),
        project=project,
        **_file_fields(value),
    )


def _session(value: Mapping[str, Any]) -> str:
    """The session: a subagent's hooks name the subagent, and behind that who sent it.  The end of a
    subagent is nobody's end.
    """
    parent = read_text(value, "parent_agent_id", "parentAgentId")
    if parent and read_text(value, "stop_reason", "stopReason"):
        return ""
    return parent or read_text(value, "session_id", "sessionId")


def _file_fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields about a file, by the client's own keys."""
    name = "tool_input" if "tool_input" in value else "toolArgs"
    asked = read_tool(value, name)
    if not asked and isinstance(given := value.get(name), str):
        return _patch_fields(given)
    if isinstance(patch := asked.get("input"), str):
        return _patch_fields(patch)
    new = tuple(text for key in _NEW_KEYS if isinstance(text := asked.get(key), str) and text)
    old = asked.get("old_str")
    return {
        "path": read_text(asked, "path", "file_path"),
        "lines": _view_range(asked.get("view_range")),
        "is_edit": any(key in asked for key in _EDIT_KEYS),
        "old_texts": (old,) if isinstance(old, str) and old else (),
        "new_texts": new,
    }


def _patch_fields(text: str) -> dict[str, Any]:
    """The same of a patch: of its first file."""
    from gitmem.agents.patches import parse_patches

    files = parse_patches(text)
    if not files:
        return {}
    first = files[0]
    return {
        "path": read_text({"path": first.path}, "path"),
        "is_edit": True,
        "old_texts": (first.removed,) if first.removed else (),
        "new_texts": (first.added,) if first.added else (),
    }


def _view_range(value: object) -> Ranges:
    """The lines that were read; none where that is the whole file.  -1 stands for its end."""
    if not isinstance(value, list) or len(value) != 2:
        return ()
    if not all(isinstance(line, int) and not isinstance(line, bool) for line in value):
        return ()
    first, last = value
    last = _MAX_LINE if last == -1 else last
    return ((first, last),) if 0 < first <= last <= _MAX_LINE else ()
