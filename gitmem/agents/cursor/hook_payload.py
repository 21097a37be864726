"""What Cursor tells a hook on stdin: its own, and one of Claude Code's that it runs.

The agent waits for its hooks, so this imports nothing but the standard library.

**Source:** cursor.com/docs/hooks, and docs/cursor-hooks.md of DietrichGebert/ponytail, which was
read off the client 3.20.17; the client itself cannot be had here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import file_fields, read_object, read_prompt, read_text, read_tool

_ANSWERS = ("tool_output", "tool_response")
_ANSWER_KEYS = tuple(f',{space}"{name}":'.encode() for name in _ANSWERS for space in ("", " "))
_FILE_KEYS = ("file_path", "path", "target_file", "filePath")


def parse_payload(data: bytes, project: str = "") -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    ``project`` is the folder that the environment names as the session's.
    """
    value = read_object(data, _ANSWER_KEYS)
    asked = read_tool(value) or {key: value[key] for key in (*_FILE_KEYS, "edits") if key in value}
    return HookPayload(
        session=read_text(value, "conversation_id", "session_id"),
        transcript_path=read_text(value, "transcript_path"),
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=read_text(value, "source") or "startup",
        reason=read_text(value, "reason"),
        prompt=read_prompt(value),
        project=project or _first_root(value),
        call=read_text(value, "tool_use_id"),
        **{**file_fields(asked, None), "path": read_text(asked, *_FILE_KEYS)},
    )


def _first_root(value: Mapping[str, Any]) -> str:
    roots = value.get("workspace_roots")
    return read_text({"root": roots[0]}, "root") if isinstance(roots, list) and roots else ""
