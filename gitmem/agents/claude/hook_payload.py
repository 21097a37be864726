"""What Claude Code tells a hook on stdin.

The agent waits for its hooks, so this imports nothing but the standard library.
"""

from __future__ import annotations

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import file_fields, read_object, read_prompt, read_text, read_tool


def parse_payload(data: bytes, project: str = "") -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    ``project`` is the folder that the environment names as the session's.
    """
    value = read_object(data)
    return HookPayload(
        session=read_text(value, "session_id", "sessionId"),  # the latter in VS Code
        transcript_path=read_text(value, "transcript_path"),
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=read_text(value, "source"),
        reason=read_text(value, "reason"),
        agent_id=read_text(value, "agent_id"),
        prompt=read_prompt(value),
        permission_mode=read_text(value, "permission_mode"),
        project=project,
        call=read_text(value, "tool_use_id"),
        **file_fields(read_tool(value), value.get("tool_response")),
    )
