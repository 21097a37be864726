"""Sessions of Codex CLI and Copilot CLI in the events of the data sets' own scorers.

The scorers read Claude Code's lines alone.  So that what they expect of another agent's session
does not come from the reader that is measured, its lines are read here a second time: plainly, and
only in the forms that the data sets hold.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

CLAUDE, CODEX, COPILOT = "claude-code", "codex", "copilot-cli"
AGENTS = (CLAUDE, CODEX, COPILOT)

_FILE = re.compile(r"^\*\*\* (?:Update|Add|Delete) File: (.+)$")
_EXIT = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d+)", re.MULTILINE)
_NOT_TYPED = re.compile(
    r"\s*<(?:environment_context|user_instructions|turn_aborted|permissions)|# AGENTS"
)


def agent_of(content: bytes) -> str:
    """Whose format a transcript is in."""
    head = content[:200]
    if b'"session_meta"' in head:
        return CODEX
    return COPILOT if b'"session.start"' in head else CLAUDE


def file_of(folder: Path, session: str, agent: str) -> Path:
    """Where the agent would keep the transcript, below ``folder``."""
    if agent == CODEX:
        return folder / f"rollout-2026-01-01T00-00-00-{session}.jsonl"
    if agent == COPILOT:
        return folder / "session-state" / session / "events.jsonl"
    return folder / f"{session}.jsonl"


def load_dataset(scorer: ModuleType, folder: Path) -> Any:
    """The data set, whose sessions of every agent have events."""

    class Dataset(scorer.Dataset):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(str(folder))
            paths = {one: folder / known["transcript"] for one, known in self.info.items()}
            texts = {one: gzip.decompress(path.read_bytes()) for one, path in paths.items()}
            self.agents = {one: agent_of(text) for one, text in texts.items()}
            for one, text in texts.items():
                session = scorer.Session.load(str(paths[one]))
                if self.agents[one] != CLAUDE:
                    read = _codex if self.agents[one] == CODEX else _copilot
                    lines = [_record(line) for line in text.splitlines()]
                    session.events = list(read(scorer.Event, lines, session.line_t))
                    session.results = {e.id: e for e in session.events if e.kind == "result"}
                self._cache[one] = session

    return Dataset()


def _record(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _codex(event: Any, lines: list[dict[str, Any]], times: list[float]) -> Iterator[Any]:
    for number, record in enumerate(lines):
        item = record.get("payload") or {}
        kind, at, call = item.get("type"), times[number], item.get("call_id")
        if record.get("type") != "response_item":
            continue
        if kind == "message" and item.get("role") in ("user", "assistant"):
            text = "\n".join(str(part.get("text", "")) for part in item.get("content", []))
            is_prompt = item["role"] == "user"
            if text.strip() and not (is_prompt and _NOT_TYPED.match(text)):
                yield event("prompt" if is_prompt else "say", number, at, text)
        elif kind == "function_call" and item.get("name") == "exec_command":
            command = json.loads(item["arguments"]).get("cmd", "")
            yield event("call", number, at, name="Bash", input={"command": command}, id=call)
        elif kind == "custom_tool_call" and item.get("name") == "apply_patch":
            for path, added in _patch(item["input"]):
                given = {"file_path": path, "new_string": added}
                yield event("call", number, at, name="Edit", input=given, id=call)
        elif kind in ("function_call_output", "custom_tool_call_output"):
            text = str(item.get("output"))
            code = _EXIT.search(text)
            has_failed = bool(code and code[1] != "0") or "verification failed" in text[:60]
            yield event("result", number, at, text, id=call, error=has_failed)


def _patch(text: str) -> Iterator[tuple[str, str]]:
    path, added = "", list[str]()
    for line in [*text.splitlines(), "*** Update File: "]:
        match = _FILE.match(line) or (line == "*** Update File: " and re.match("()", ""))
        if match:
            if path:
                yield path, "\n".join(added)
            path, added = match[1], []
        elif line.startswith("+"):
            added.append(line[1:])


def _copilot(event: Any, lines: list[dict[str, Any]], times: list[float]) -> Iterator[Any]:
    for number, record in enumerate(lines):
        data, kind, at = record.get("data") or {}, record.get("type"), times[number]
        if kind == "user.message":
            yield event("prompt", number, at, str(data.get("content") or ""))
        elif kind == "assistant.message" and data.get("content"):
            yield event("say", number, at, str(data["content"]))
        elif kind == "tool.execution_start":
            given, call = data.get("arguments") or {}, data.get("toolCallId")
            if data.get("toolName") == "bash":
                command = {"command": given.get("command", "")}
                yield event("call", number, at, name="Bash", input=command, id=call)
            elif data.get("toolName") in ("edit", "create", "str_replace_editor"):
                text = given.get("new_str") or given.get("file_text") or ""
                edit = {"file_path": given.get("path"), "new_string": text}
                yield event("call", number, at, name="Edit", input=edit, id=call)
            elif data.get("toolName") == "apply_patch":
                patch = given if isinstance(given, str) else str(given.get("input") or "")
                for path, added in _patch(patch):
                    edit = {"file_path": path, "new_string": added}
                    yield event("call", number, at, name="Edit", input=edit, id=call)
        elif kind == "tool.execution_complete":
            result = data.get("result") or {}
            text = str(result.get("content") or "") if isinstance(result, dict) else str(result)
            has_failed = data.get("success") is False
            call = data.get("toolCallId")
            yield event("result", number, at, text, id=call, error=has_failed)
