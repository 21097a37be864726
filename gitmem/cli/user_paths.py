"""Where the agent and gitmem keep files that belong to the user."""

from __future__ import annotations

import os
from pathlib import Path

from gitmem.state.known_repos import known_repos_folder


def user_settings() -> Path:
    """The user's own settings file for Claude Code."""
    folder = os.environ.get("CLAUDE_CONFIG_DIR")
    return (Path(folder) if folder else Path.home() / ".claude") / "settings.json"


def machine_folder() -> Path:
    """Where the repositories on this machine are listed."""
    return known_repos_folder(os.environ)
