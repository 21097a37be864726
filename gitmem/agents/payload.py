"""What Claude Code tells a hook on stdin."""

from __future__ import annotations

import json
from dataclasses import dataclass

_MAX_BYTES = 4 << 20
_MAX_TEXT = 4_096


@dataclass(frozen=True)
class HookPayload:
    """The fields that every version of the client sends; empty where one is missing.

    ``source`` is SessionStart's (startup, resume, clear, compact), ``reason`` SessionEnd's.
    """

    session: str = ""
    transcript_path: str = ""
    cwd: str = ""
    event: str = ""
    source: str = ""
    reason: str = ""
    agent_id: str = ""


def parse_payload(data: bytes) -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty."""
    try:
        value = json.loads(data[: _MAX_BYTES + 1]) if len(data) <= _MAX_BYTES else {}
    except (ValueError, RecursionError):
        value = {}
    if not isinstance(value, dict):
        value = {}

    def text(name: str) -> str:
        given = value.get(name)
        return given if isinstance(given, str) and _is_plain(given) else ""

    return HookPayload(
        session=text("session_id"),
        transcript_path=text("transcript_path"),
        cwd=text("cwd"),
        event=text("hook_event_name"),
        source=text("source"),
        reason=text("reason"),
        agent_id=text("agent_id"),
    )


def _is_plain(text: str) -> bool:
    """Whether a text can be a name or a path: short, without control characters."""
    return len(text) <= _MAX_TEXT and not any(
        ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in text
    )
