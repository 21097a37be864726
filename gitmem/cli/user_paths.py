"""Where the agent and gitmem keep files that belong to the user."""

from __future__ import annotations

import os
from pathlib import Path


def user_settings() -> Path:
    """The user's own settings file for Claude Code."""
    folder = os.environ.get("CLAUDE_CONFIG_DIR")
    return (Path(folder) if folder else Path.home() / ".claude") / "settings.json"


def machine_folder() -> Path:
    """Where the repositories on this machine are listed."""
    folder = os.environ.get("XDG_STATE_HOME")
    state = Path(folder) if folder else Path.home() / ".local" / "state"
    return state / "gitmem" / "repositories"
