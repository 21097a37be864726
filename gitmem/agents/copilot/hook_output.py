"""What GitHub Copilot CLI is told at which event, and in which JSON.

It reads one field, ``additionalContext``, at the top of the object.  What stands in Claude Code's
``hookSpecificOutput`` does not reach the agent, not even from a hook in Claude Code's form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.copilot.hook_payload import parse_payload
from gitmem.agents.hook_client import HookAnswer, HookPayload

_TELLING = ("SessionStart", "PostToolUse", "SubagentStart")
_MAX_TOKENS = 2_000
_MAX_BYTES = 10_000  # behind a tool the client cuts off what is more than 10 KB


class CopilotHooks:
    """GitHub Copilot CLI, as a hook sees it by its environment."""

    name = "copilot-cli"
    keeps_context = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._project = environ.get("COPILOT_PROJECT_DIR") or environ.get("CLAUDE_PROJECT_DIR", "")

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; the project's folder is in the environment."""
        return parse_payload(data, self._project)

    def tells(self, event: str) -> bool:
        """At the start, behind a tool and for a subagent.  Not with a prompt: many versions drop
        what a hook says there.
        """
        return event in _TELLING

    def shows(self, event: str) -> bool:
        """No line of ours is shown to the person."""
        return False

    def asks(self, event: str) -> bool:
        """Nowhere: its hooks are not told which session's commands made a commit."""
        return False

    def budget_tokens(self, event: str, wanted: int) -> int:
        """All of it at the start, which stands in the conversation from then on; behind a tool what
        the client does not cut.
        """
        return min(wanted, _MAX_TOKENS) if event == "PostToolUse" else wanted

    def pass_session_on(self, session: str) -> None:
        """Nothing to do: the client tells its commands by itself."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """``additionalContext``, where the client reads it; nothing that it would cut in two."""
        is_long = event == "PostToolUse" and len(answer.context.encode()) > _MAX_BYTES
        if not answer.context or is_long or not self.tells(event):
            return ""
        return json.dumps({"additionalContext": answer.context})
