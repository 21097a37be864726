"""What Gemini CLI is told at which event, and in which JSON.

**Source:** version 0.61, whose requests to its model were looked at; docs/hooks/reference.md of
google-gemini/gemini-cli.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.gemini.hook_payload import parse_payload
from gitmem.agents.hook_client import HookAnswer, HookPayload

_NAMES = {
    "SessionStart": "SessionStart",
    "UserPromptSubmit": "BeforeAgent",
    "PostToolUse": "AfterTool",
}
"""The events at which the agent can be told something, by the client's names."""


class GeminiHooks:
    """Gemini CLI, as a hook sees it by its environment."""

    name = "gemini-cli"
    keeps_context = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._project = environ.get("GEMINI_PROJECT_DIR") or environ.get("CLAUDE_PROJECT_DIR", "")

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; the project's folder is in the environment."""
        return parse_payload(data, self._project)

    def tells(self, event: str) -> bool:
        """At the start, with a prompt and behind a tool; it has no hook for a subagent."""
        return event in _NAMES

    def shows(self, event: str) -> bool:
        """No line of ours is shown to the person."""
        return False

    def asks(self, event: str) -> bool:
        """With a prompt; behind a command nobody can tell a subagent's from the session's."""
        return event == "UserPromptSubmit"

    def budget_tokens(self, event: str, wanted: int) -> int:
        """All of it: it is said once, and stands in the conversation from then on."""
        return wanted

    def pass_session_on(self, session: str) -> None:
        """Nothing to do: its commands run without git's hooks, which could use it."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """``additionalContext``, under the client's name of the event."""
        if not answer.context or event not in _NAMES:
            return ""
        told = {"hookEventName": _NAMES[event], "additionalContext": answer.context}
        return json.dumps({"hookSpecificOutput": told})
