"""A transcript that somebody else kept, laid down under a name by which its agent knows its own.

What agent wrote it is told by its first lines, not by who kept it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_HEAD_BYTES = 1 << 16
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def lay_transcript(folder: Path, session: str, data: bytes) -> Path | None:
    """Write the transcript below the folder, which is the caller's; None where no agent whose
    transcripts can be read wrote it.  ``session`` is a session's id, and so a file's name.
    """
    name = _name_of(session, data[:_HEAD_BYTES])
    if not name:
        return None
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _name_of(session: str, head: bytes) -> str:
    first = _first_object(head)
    kind = first.get("type")
    if kind == "session_meta":
        return f"rollout-2000-01-01T00-00-00-{session}.jsonl" if _UUID.fullmatch(session) else ""
    if isinstance(kind, str) and kind.startswith("session.") and "data" in first:
        return f"session-state/{session}/events.jsonl"
    if "messages" in first or (not first and b'"messages"' in head and b'"sessionId"' in head):
        return f"chats/session-{session}.json"
    if "sessionId" in first and "kind" in first and "uuid" not in first:
        return f"chats/session-{session}.jsonl"
    if b'"sessionId"' in head or b'"uuid"' in head:
        return f"projects/-recorded/{session}.jsonl"
    return ""


def _first_object(head: bytes) -> dict[str, object]:
    line = head.lstrip().partition(b"\n")[0]
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
