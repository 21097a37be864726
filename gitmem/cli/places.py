"""Where the agent keeps what is the user's own."""

from __future__ import annotations

import os
from pathlib import Path


def user_settings() -> Path:
    """Claude Code's settings file of the user."""
    folder = os.environ.get("CLAUDE_CONFIG_DIR")
    return (Path(folder) if folder else Path.home() / ".claude") / "settings.json"
