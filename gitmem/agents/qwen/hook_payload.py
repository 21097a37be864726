"""What Qwen Code tells a hook on stdin.

The agent waits for its hooks, so this imports nothing but the standard library.

**Source:** payloads that version 0.24.4 sent (``tests/fixtures/qwen/hooks.jsonl``).
"""

from __future__ import annotations

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import file_fields, read_object, read_prompt, read_text, read_tool


def parse_payload(data: bytes, project: str = "") -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    ``project`` is the folder that the environment names as the session's.  The client calls the
    hook of a prompt also when it sends on what a tool answered: that is nobody's prompt, and no
    session's here.
    """
    value = read_object(data)
    event, prompt = read_text(value, "hook_event_name"), read_prompt(value)
    is_nobodys = event == "UserPromptSubmit" and not prompt.strip()
    return HookPayload(
        session="" if is_nobodys else read_text(value, "session_id"),
        transcript_path=read_text(value, "transcript_path"),
        cwd=read_text(value, "cwd"),
        event=event,
        source=read_text(value, "source"),
        reason=read_text(value, "reason"),
        agent_id=read_text(value, "agent_id"),
        prompt=prompt,
        permission_mode=read_text(value, "permission_mode"),
        project=project,
        **file_fields(read_tool(value), None),
    )
