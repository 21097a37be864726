"""What Cursor is told at which event, and in which JSON.

What is said at the start is sent with every request of the conversation, so it must be short, and
the same text for the same state.  Any other output than one JSON object is an error to it.

**Source:** as for :mod:`gitmem.agents.cursor.hook_payload`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.cursor.hook_payload import parse_payload
from gitmem.agents.hook_client import HookAnswer, HookPayload

_TELLING = ("SessionStart", "UserPromptSubmit", "PostToolUse")
_MAX_START_TOKENS = 250  # at most a quarter of a thousand tokens are paid with every request
_MAX_TOKENS = 2_000  # of more than 10,000 characters the agent is given the name of a file


class CursorHooks:
    """Cursor's agent, as a hook sees it by its environment."""

    name = "cursor"
    keeps_context = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._project = environ.get("CURSOR_PROJECT_DIR") or environ.get("CLAUDE_PROJECT_DIR", "")

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; the project's folder is in the environment, too."""
        return parse_payload(data, self._project)

    def tells(self, event: str) -> bool:
        """At the start, with a prompt (which its documentation does not say, its client does), and
        behind a tool; a subagent's hook may only allow or deny.
        """
        return event in _TELLING

    def shows(self, event: str) -> bool:
        """Nowhere: a line is shown only where a prompt is refused."""
        return False

    def asks(self, event: str) -> bool:
        """With a prompt: its agent can run a command like any other."""
        return event == "UserPromptSubmit"

    def budget_tokens(self, event: str, wanted: int) -> int:
        """Little at the start, which is paid for with every request."""
        return min(wanted, _MAX_START_TOKENS if event == "SessionStart" else _MAX_TOKENS)

    def pass_session_on(self, session: str) -> None:
        """Nothing to do here: what the agent runs is matched by its files."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """``additional_context``; with a prompt also that it may go on."""
        if not answer.context or not self.tells(event):
            return ""
        goes_on = {"continue": True} if event == "UserPromptSubmit" else {}
        return json.dumps({**goes_on, "additional_context": answer.context})
