"""Whether the settings of Claude Code already run one of our hooks, beside a plugin's.

The plugin's hook then leaves: what the team has committed counts.  A file that only speaks of such
a hook, or that is no JSON, runs none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitmem.agents.native_hooks import hook_commands
from gitmem.git.regular_file import read_regular
from gitmem.setup.launcher_line import LAUNCHER

_MAX_BYTES = 1 << 20
_PROJECT = (".claude/settings.json", ".claude/settings.local.json")


def settings_with_hook(event: str, project: str, environ: Mapping[str, str]) -> Path | None:
    """The file whose hooks call us at this event; ``project`` is where the client was started."""
    line = re.compile(re.escape(LAUNCHER) + rf"[^\n]*hook {event}\b")
    return next(
        (path for path in _files(project, environ) if any(map(line.search, _commands(path)))), None
    )


def _files(project: str, environ: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(project, name) for name in _PROJECT)
    folder = environ.get("CLAUDE_CONFIG_DIR") or os.path.join(environ.get("HOME", "/"), ".claude")  # noqa: PTH118
    yield Path(folder, "settings.json")


def _commands(path: Path) -> Iterator[str]:
    try:
        data = read_regular(path, _MAX_BYTES)
    except (OSError, ValueError):
        return
    if LAUNCHER.encode() in data:  # most have none
        yield from hook_commands(data)
