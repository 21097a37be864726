"""Whether Claude Code has gitmem's plugin enabled, for its person or in the project.

Then the plugin's hooks and server do what files of ours in the project would.  Read from the
client's settings, which are the person's and the team's; never edited.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gitmem.git.regular_file import read_regular
from gitmem.setup.clients.claude_code import PROJECT_FILE, user_settings

NAME = "gitmem"
_LOCAL_FILE = ".claude/settings.local.json"
_MAX_BYTES = 4 << 20


def has_plugin(top: Path, environ: Mapping[str, str]) -> bool:
    """Whether a plugin of our name, from any market, is enabled where the client is started at
    ``top``; the nearer settings decide.
    """
    places = (user_settings(environ), top / PROJECT_FILE, top / _LOCAL_FILE)
    enabled: dict[str, bool] = {}
    for path in places:
        enabled.update(_choices(path))
    return any(enabled.values())


def _choices(path: Path) -> Iterator[tuple[str, bool]]:
    try:
        value: Any = json.loads(read_regular(path, _MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return
    plugins = value.get("enabledPlugins") if isinstance(value, dict) else None
    for name, choice in plugins.items() if isinstance(plugins, dict) else ():
        if name.partition("@")[0] == NAME:
            yield name, choice is not False and bool(choice)
