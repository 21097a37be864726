"""What OpenCode is told at which event, and in which JSON: ``{"context": …}``, to our plugin.

The plugin puts it into the conversation: behind the prompt as a part that the client marks as
nobody's words, behind a tool's answer at its end.  Both stay in the session when it is resumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.hook_client import HookAnswer, HookPayload
from gitmem.agents.opencode.hook_payload import parse_payload

_TELLING = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart")


class OpenCodeHooks:
    """OpenCode, as our plugin speaks for it (seen with 1.18.33)."""

    name = "opencode"
    keeps_context = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Nothing in the environment says more than the payload."""

    def parse(self, data: bytes) -> HookPayload:
        """Read what the plugin said."""
        return parse_payload(data)

    def tells(self, event: str) -> bool:
        """All but the ends of a turn and of a session."""
        return event in _TELLING

    def shows(self, event: str) -> bool:
        """Never: a plugin has no line for its person that would not be in the way."""
        return False

    def asks(self, event: str) -> bool:
        """Behind a prompt and behind a command: both reach the agent."""
        return event in ("UserPromptSubmit", "PostToolUse")

    def budget_tokens(self, event: str, wanted: int) -> int:
        """All of it: it is sent once, and stands in the conversation from then on."""
        return wanted

    def pass_session_on(self, session: str) -> None:
        """The plugin itself gives the session to the commands (``shell.env``)."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """One object for the plugin; nothing where there is nothing to say."""
        if not answer.context or not self.tells(event):
            return ""
        return json.dumps({"context": answer.context})
