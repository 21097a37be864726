"""Where the agent, and where gitmem, keep what is the user's own."""

from __future__ import annotations

import os
from pathlib import Path


def user_settings() -> Path:
    """Claude Code's settings file of the user."""
    folder = os.environ.get("CLAUDE_CONFIG_DIR")
    return (Path(folder) if folder else Path.home() / ".claude") / "settings.json"


def machine_folder() -> Path:
    """Where the repositories of this machine are listed."""
    folder = os.environ.get("XDG_STATE_HOME")
    state = Path(folder) if folder else Path.home() / ".local" / "state"
    return state / "gitmem" / "repositories"
