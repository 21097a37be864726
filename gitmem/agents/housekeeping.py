"""How long agents keep their transcripts before they delete them by themselves.

Only what an agent is known to do is told: Codex, Copilot CLI and OpenCode delete none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gitmem.agents.claude.housekeeping import claude_keeps
from gitmem.agents.gemini.housekeeping import gemini_keeps
from gitmem.agents.kept_days import KeptDays

_KEEPS: dict[str, Callable[[Mapping[str, str], Path], KeptDays | None]] = {
    "claude-code": claude_keeps,
    "gemini-cli": gemini_keeps,
}


def kept_days(agent: str, environ: Mapping[str, str], worktree: Path) -> KeptDays | None:
    """How many days the agent of that name keeps a transcript of a session in the work tree after
    it was last written to, and where that is set; None where it deletes none, or nobody can tell.
    """
    keeps = _KEEPS.get(agent)
    return keeps(environ, worktree) if keeps is not None else None
