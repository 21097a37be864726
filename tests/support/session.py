"""Build a transcript as Claude Code writes it, one record at a time."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

SESSION = "11111111-2222-4333-8444-555555555555"


class SessionWriter:
    """Appends records to a transcript; ``now`` (POSIX seconds) moves by ``step`` a record."""

    def __init__(
        self,
        path: Path,
        worktree: Path,
        *,
        session: str = SESSION,
        now: float,
        step: float = 1,
    ) -> None:
        self.path = path
        self.session = session
        self.now = now
        self._step = step
        self._worktree = worktree
        self._calls = 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def prompt(self, text: str) -> SessionWriter:
        return self._record("user", {"role": "user", "content": text})

    def say(self, text: str) -> SessionWriter:
        return self._assistant({"type": "text", "text": text})

    def write(self, name: str, content: str = "x = 1\n") -> SessionWriter:
        """A Write of a file of the work tree that went well."""
        path = str(self._worktree / name)
        self._call("Write", {"file_path": path, "content": content})
        return self._result("File created successfully")

    def bash(self, command: str, output: str = "", *, failed: bool = False) -> SessionWriter:
        self._call("Bash", {"command": command})
        return self._result(f"Exit code 1\n{output}" if failed else output, is_error=failed)

    def tool(self, name: str, answer: str, *, failed: bool = False, **given: Any) -> SessionWriter:
        """Any other tool, such as one of an MCP server."""
        self._call(name, given)
        return self._result(answer, is_error=failed)

    def injected(self, text: str) -> SessionWriter:
        """Memory given by a hook, as the client records it."""
        content = {"type": "hook_additional_context", "content": [text]}
        return self._append({"type": "attachment", "attachment": content})

    def raw(self, line: bytes) -> SessionWriter:
        with self.path.open("ab") as file:
            file.write(line)
        return self

    def _assistant(self, block: dict[str, Any]) -> SessionWriter:
        return self._record("assistant", {"role": "assistant", "content": [block]})

    def _call(self, tool: str, given: dict[str, Any]) -> SessionWriter:
        self._calls += 1
        name = f"toolu_{self._calls}"
        return self._assistant({"type": "tool_use", "id": name, "name": tool, "input": given})

    def _result(self, text: str, *, is_error: bool = False) -> SessionWriter:
        block = {
            "type": "tool_result",
            "tool_use_id": f"toolu_{self._calls}",
            "content": text,
            "is_error": is_error,
        }
        return self._record("user", {"role": "user", "content": [block]})

    def _record(self, kind: str, message: dict[str, Any]) -> SessionWriter:
        return self._append({"type": kind, "message": message})

    def _append(self, record: dict[str, Any]) -> SessionWriter:
        self.now += self._step
        moment = datetime.fromtimestamp(self.now, timezone.utc)
        stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        whole = {
            **record,
            "sessionId": self.session,
            "cwd": str(self._worktree),
            "gitBranch": "main",
            "version": "2.1.329",
            "timestamp": stamp,
            "uuid": f"record-{self.now}",
        }
        return self.raw(json.dumps(whole, separators=(",", ":")).encode() + b"\n")
