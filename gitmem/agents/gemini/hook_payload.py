"""What Gemini CLI tells a hook on stdin.

The agent waits for its hooks, so this imports nothing but the standard library.

**Source:** payloads that version 0.61 sent (``tests/fixtures/gemini/hooks.jsonl``).
"""

from __future__ import annotations

import re

from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import file_fields, read_object, read_prompt, read_text, read_tool

# Without a terminal the client puts what a hook said at the start in front of the first prompt.
_HOOK_CONTEXT = re.compile(r"\s*<hook_context>.*?</hook_context>\s*", re.DOTALL)


def parse_payload(data: bytes, project: str = "") -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    ``project`` is the folder that the environment names as the session's.
    """
    value = read_object(data)
    return HookPayload(
        session=read_text(value, "session_id"),
        transcript_path=read_text(value, "transcript_path"),
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=read_text(value, "source"),
        reason=read_text(value, "reason"),
        prompt=_HOOK_CONTEXT.sub("", read_prompt(value)),
        project=project,
        **file_fields(read_tool(value), None),
    )
