"""Whose transcript a file is that no agent would name so: by what its first line says.

Somebody copied it, saved it from a pull request, or gives it by hand (``--session FILE``).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gitmem.agents.json_values import parse_line, parse_object
from gitmem.agents.lines import read_head

_HEAD_BYTES = 1 << 16
_TYPES = {"session_meta": "codex"}
_COPILOT_FIELDS = ("copilotVersion", "producer")


def agent_by_first_line(path: Path) -> str:
    """The name of the agent that begins its files so; empty where none does, or nothing can be
    read.
    """
    head = b""
    with suppress(OSError):
        head = read_head(path, _HEAD_BYTES)
    record = parse_line(head.partition(b"\n")[0]) or {}
    kind = record.get("type")
    if kind == "session.start":
        data = parse_object(record.get("data"))
        return "copilot-cli" if any(name in data for name in _COPILOT_FIELDS) else ""
    if "parts" in parse_object(record.get("message")):
        return "qwen-code"
    if record.keys() == {"role", "message"}:
        return "cursor"
    # A rollout's first line may be longer than what is read of it: instructions stand in it.
    if not record and b'"type":"session_meta"' in head[:200]:
        return "codex"
    return _TYPES.get(kind, "") if isinstance(kind, str) else ""
