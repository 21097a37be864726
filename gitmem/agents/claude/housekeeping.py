"""How long Claude Code keeps transcripts: ``cleanupPeriodDays``, by default 30.

**Source:** Claude Code 2.1.332: settings of the person, the project, the clone and the machine's
manager, each stronger than the one before; a value below 1 is refused, and then nothing is deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitmem.agents.kept_days import KeptDays, read_settings_file

_KEY = "cleanupPeriodDays"
_DEFAULT_DAYS = 30.0
MANAGED = (Path("/etc/claude-code"), Path("/Library/Application Support/ClaudeCode"))


def claude_keeps(environ: Mapping[str, str], worktree: Path) -> KeptDays | None:
    """How long, and by which file; None where the value that counts is one that it refuses."""
    found = KeptDays(_DEFAULT_DAYS)
    for path in _files(environ, worktree):
        value = read_settings_file(path).get(_KEY)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            return None
        found = KeptDays(float(value), os.fspath(path))
    return found


def _files(environ: Mapping[str, str], worktree: Path) -> Iterator[Path]:
    """The settings files, the weakest first."""
    home = environ.get("CLAUDE_CONFIG_DIR")
    if not home and environ.get("HOME"):
        home = f"{environ['HOME']}/.claude"
    if home:
        yield Path(home) / "settings.json"
    yield worktree / ".claude" / "settings.json"
    yield worktree / ".claude" / "settings.local.json"
    for folder in MANAGED:
        yield folder / "managed-settings.json"
        yield from sorted((folder / "managed-settings.d").glob("*.json"))
