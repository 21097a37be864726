"""What our plugin for OpenCode tells a hook on stdin.

OpenCode calls its plugins inside its own process; what ours passes on is for us to choose: Claude
Code's words, also for a tool's arguments (:mod:`gitmem.setup.clients.opencode`).
"""

from __future__ import annotations

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import file_fields, read_object, read_prompt, read_text, read_tool


def parse_payload(data: bytes) -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty."""
    value = read_object(data)
    return HookPayload(
        session=read_text(value, "session_id"),
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=read_text(value, "source"),
        agent_id=read_text(value, "agent_id"),
        prompt=read_prompt(value),
        **file_fields(read_tool(value), None),
    )
