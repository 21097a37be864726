"""What Qwen Code is told at which event, and in which JSON: Claude Code's.

**Source:** version 0.24.4, whose requests to its model were looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.hook_client import HookAnswer, HookPayload
from gitmem.agents.qwen.hook_payload import parse_payload

_TELLING = ("SessionStart", "UserPromptSubmit", "PostToolUse")


class QwenHooks:
    """Qwen Code, as a hook sees it by its environment."""

    name = "qwen-code"
    keeps_context = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._project = environ.get("QWEN_PROJECT_DIR") or environ.get("CLAUDE_PROJECT_DIR", "")

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; the project's folder is in the environment."""
        return parse_payload(data, self._project)

    def tells(self, event: str) -> bool:
        """At the start, with a prompt and behind a tool.  A hook for a subagent is run, but what
        it says reaches nobody.
        """
        return event in _TELLING

    def shows(self, event: str) -> bool:
        """No line of ours is shown to the person."""
        return False

    def asks(self, event: str) -> bool:
        """With a prompt: its agent can run a command like any other."""
        return event == "UserPromptSubmit"

    def budget_tokens(self, event: str, wanted: int) -> int:
        """All of it: requests repeat it as they do the conversation, which a server remembers."""
        return wanted

    def pass_session_on(self, session: str) -> None:
        """Nothing to do: the client tells its commands by itself."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """``additionalContext``, where it reaches the agent."""
        if not answer.context or event not in _TELLING:
            return ""
        told = {"hookEventName": event, "additionalContext": answer.context}
        return json.dumps({"hookSpecificOutput": told})
