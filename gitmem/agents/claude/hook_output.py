"""What Claude Code is told at which event, and in which JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress

from gitmem.agents.claude.hook_payload import parse_payload
from gitmem.agents.hook_client import HookAnswer, HookPayload
from gitmem.model.session import is_session_id

_TELLING = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "SubagentStart")


class ClaudeHooks:
    """Claude Code 2.0 and later, as a hook sees it by its environment."""

    name = "claude-code"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        # Client 2.0 does not tell its session in the environment.
        self._is_2_1 = "CLAUDE_CODE_SESSION_ID" in environ

    @property
    def keeps_context(self) -> bool:
        """Client 2.0 forgets on resume what it was given: it must be told everything again."""
        return self._is_2_1

    def parse(self, data: bytes) -> HookPayload:
        """Read what the client said; the project's folder is in the environment."""
        return parse_payload(data, self._environ.get("CLAUDE_PROJECT_DIR", ""))

    def tells(self, event: str) -> bool:
        """All but the ends; no subagent in client 2.0: it warms up some that nobody asked for,
        and tells nobody.
        """
        return event in _TELLING and (event != "SubagentStart" or self._is_2_1)

    def shows(self, event: str) -> bool:
        """At the start, where the entry point is named, as all versions do: other clients run
        these hooks, too, and know no such field.
        """
        return event == "SessionStart" and "CLAUDE_CODE_ENTRYPOINT" in self._environ

    def asks(self, event: str) -> bool:
        """Behind a prompt, and behind a command but in client 2.0, which does not tell a subagent
        from its session.
        """
        return event == "UserPromptSubmit" or (event == "PostToolUse" and self._is_2_1)

    def budget_tokens(self, event: str, wanted: int) -> int:
        """All of it: it is sent once, and stands in the conversation from then on."""
        return wanted

    def pass_session_on(self, session: str) -> None:
        """Through the file that the client sources before each command (2.0.77)."""
        path = self._environ.get("CLAUDE_ENV_FILE")
        if path and is_session_id(session):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK  # no wait for a pipe
            line = f"export GITMEM_SESSION_ID={session}{os.linesep}"
            with suppress(OSError), open(os.open(path, flags, 0o666), "a") as file:  # noqa: PTH123
                file.write(line)

    def write(self, event: str, answer: HookAnswer) -> str:
        """``systemMessage`` is for the person, ``additionalContext`` for the agent."""
        output: dict[str, object] = {"systemMessage": answer.message} if answer.message else {}
        if answer.context and self.tells(event):
            told = {"hookEventName": event, "additionalContext": answer.context}
            output["hookSpecificOutput"] = told
        return json.dumps(output) if output else ""
