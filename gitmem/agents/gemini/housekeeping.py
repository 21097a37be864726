"""How long Gemini CLI keeps its sessions: ``general.sessionRetention``, by default 30 days.

**Source:** google-gemini/gemini-cli docs/cli/session-management.md and its settings reference: on
by default, ``maxAge`` such as ``30d``, ``24h`` or ``1w``; the project's file is stronger than the
person's, and that of the machine's manager stronger than both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from gitmem.agents.kept_days import KeptDays, read_settings_file

_DEFAULT_DAYS = 30.0
_AGE = re.compile(r"(\d{1,6})([hdwm])")
_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0}
_SYSTEM = (
    Path("/etc/gemini-cli/settings.json"),
    Path("/Library/Application Support/GeminiCli/settings.json"),
)


def gemini_keeps(environ: Mapping[str, str], worktree: Path) -> KeptDays | None:
    """How long, and by which file; None where it is switched off or not understood."""
    home = environ.get("GEMINI_CLI_HOME") or environ.get("HOME") or ""
    files = [Path(home) / ".gemini" / "settings.json"] if home else []
    found: KeptDays | None = KeptDays(_DEFAULT_DAYS)
    for path in [*files, worktree / ".gemini" / "settings.json", *_SYSTEM]:
        general = read_settings_file(path).get("general")
        told = general.get("sessionRetention") if isinstance(general, dict) else None
        if not isinstance(told, dict):
            continue
        if told.get("enabled") is False:
            found = None
        elif told.get("enabled") is True or "maxAge" in told:
            age = told.get("maxAge", "30d")
            match = _AGE.fullmatch(age) if isinstance(age, str) else None
            days = int(match[1]) * _DAYS[match[2]] if match is not None else 0.0
            found = KeptDays(days, os.fspath(path)) if days else None
    return found
