"""What people call the agents whose transcripts are read."""

from __future__ import annotations

_NAMES = {
    "claude-code": "Claude Code",
    "codex": "Codex CLI",
    "gemini-cli": "Gemini CLI",
    "opencode": "OpenCode",
    "copilot-cli": "Copilot CLI",
    "qwen-code": "Qwen Code",
    "cline": "Cline CLI",
    "cursor": "Cursor",
}


def agent_name(agent: str) -> str:
    """The name of an agent as people write it: ``Claude Code`` for ``claude-code``."""
    return _NAMES.get(agent, agent)
