"""What Claude Code tells a hook on stdin.

The agent waits for its hooks, so this imports nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gitmem.agents.claude.touched_lines import edited_texts, is_edit, touched_lines
from gitmem.model.line_ranges import Ranges
from gitmem.model.value import dataclass

_MAX_BYTES = 4 << 20
_MAX_TEXT = 4_096
_MAX_PROMPT = 100_000
# The key behind a tool's input: what a tool answered may be larger than we read, and is not needed.
# Inside a JSON text the quotes would have backslashes.
_ANSWER_KEYS = (b',"tool_response":', b', "tool_response":')


@dataclass(frozen=True)
class HookPayload:
    """The fields that every version of the client sends; empty if one is missing.

    ``source`` is SessionStart's (startup, resume, clear, compact), ``reason`` SessionEnd's,
    ``prompt`` UserPromptSubmit's, ``path`` that of the file a tool is used on, as the agent named
    it.  ``lines`` are those of the file, as it is now, that the tool read or wrote, none where
    that is all of it or unknown; ``is_edit`` tells which, and ``old_texts`` and ``new_texts`` are
    what an edit was asked to replace and to put there.  ``agent_id`` is a subagent's.
    ``permission_mode`` is ``plan`` while the agent only plans.
    """

    session: str = ""
    transcript_path: str = ""
    cwd: str = ""
    event: str = ""
    source: str = ""
    reason: str = ""
    agent_id: str = ""
    prompt: str = ""
    path: str = ""
    permission_mode: str = ""
    lines: Ranges = ()
    is_edit: bool = False
    old_texts: Sequence[str] = ()
    new_texts: Sequence[str] = ()

    @property
    def listener(self) -> str:
        """Who receives the answer: the session, or a subagent, which has its own context."""
        return f"{self.session} {self.agent_id}" if self.agent_id else self.session


def parse_payload(data: bytes) -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty."""
    value = _parse(data)
    asked = value.get("tool_input")
    tool = asked if isinstance(asked, dict) else {}
    prompt = value.get("prompt")

    def text(name: str, given: Any = value) -> str:
        found = given.get(name)
        return found if isinstance(found, str) and _is_plain(found) else ""

    return HookPayload(
        session=text("session_id"),
        transcript_path=text("transcript_path"),
        cwd=text("cwd"),
        event=text("hook_event_name"),
        source=text("source"),
        reason=text("reason"),
        agent_id=text("agent_id"),
        prompt=prompt[:_MAX_PROMPT] if isinstance(prompt, str) else "",
        path=text("file_path", tool) or text("notebook_path", tool),
        permission_mode=text("permission_mode"),
        lines=touched_lines(tool, value.get("tool_response")),
        is_edit=is_edit(tool),
        old_texts=edited_texts(tool, "old_string"),
        new_texts=edited_texts(tool, "new_string"),
    )


def _parse(data: bytes) -> dict[str, Any]:
    value = _parse_object(data)
    for key in () if value else _ANSWER_KEYS:
        head, found, _ = data.partition(key)
        value = value or (_parse_object(head + b"}") if found else {})
    return value


def _parse_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data) if len(data) <= _MAX_BYTES else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_plain(text: str) -> bool:
    """Whether a text can be a name or a path, tabs and line breaks included: short, no NUL."""
    return len(text) <= _MAX_TEXT and not any(c == "\0" or "\ud800" <= c < "\ue000" for c in text)
