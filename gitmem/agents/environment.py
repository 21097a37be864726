"""Whether an agent runs this command, by what its client puts into the environment.

Each client marks the commands that it runs, most of them besides a session's id: what is kept with
such a command was not typed by the person.  An agent that takes the marks out of its environment
cannot be known by them.

**Source:** seen in the clients of November 2026: Claude Code (``CLAUDECODE``, ``AI_AGENT``), Gemini
CLI (``GEMINI_CLI``), Qwen Code (``QWEN_CODE``).  The others are names that public projects know and
that were not seen in a client: they can only make this say yes once too often.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitmem.agents.adapters import Agents

_MARKS = (
    *("CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION", "AI_AGENT", "GEMINI_CLI", "QWEN_CODE"),
    *("CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED", "COPILOT_CLI", "CURSOR_AGENT"),
    *("OPENCODE", "CLINE_ACTIVE", "GITMEM_SESSION_ID"),
)
_NOT_SO = ("", "0", "false")


def is_run_by_agent(environ: Mapping[str, str]) -> bool:
    """Whether a client's mark, or the id of one of its sessions, is in the environment."""
    if any(environ.get(name, "").lower() not in _NOT_SO for name in _MARKS):
        return True
    return bool(Agents.from_environment(environ).session_in(environ))
