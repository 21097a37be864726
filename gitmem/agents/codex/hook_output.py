"""What Codex is told at which event, and in which JSON.

Its schemas are closed: a field too many, and the whole answer is lost.  What is said stands in the
conversation from then on, as a message of the developer, also when the session is resumed.

**Source:** ``codex-rs/hooks/schema/generated/*.output.schema.json`` of openai/codex, and what
reached the API from 0.171.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from gitmem.agents.codex.hook_payload import parse_payload
from gitmem.agents.hook_client import HookAnswer, HookPayload

_TELLING = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart")
_MAX_TOKENS = 2_400  # of more the client puts all but the beginning and the end into a file


class CodexHooks:
    """Codex CLI, as a hook sees it."""

    name = "codex"
    keeps_context = True

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Nothing of its environment tells a hook anything that the payload does not."""

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said."""
        return parse_payload(data)

    def tells(self, event: str) -> bool:
        """All but the ends, which may say nothing of their own."""
        return event in _TELLING

    def shows(self, event: str) -> bool:
        """Nowhere that was seen."""
        return False

    def asks(self, event: str) -> bool:
        """Behind a prompt, and behind the command that made the commit."""
        return event in ("UserPromptSubmit", "PostToolUse")

    def budget_tokens(self, event: str, wanted: int) -> int:
        """As much as stands in the conversation whole."""
        return min(wanted, _MAX_TOKENS)

    def pass_session_on(self, session: str) -> None:
        """The client itself does (``CODEX_SESSION_ID``)."""

    def write(self, event: str, answer: HookAnswer) -> str:
        """``additionalContext`` at the events that have it; nothing else."""
        if event not in _TELLING or not answer.context:
            return ""
        told = {"hookEventName": event, "additionalContext": answer.context}
        return json.dumps({"hookSpecificOutput": told})
