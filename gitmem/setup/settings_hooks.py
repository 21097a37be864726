"""Whether the settings of Claude Code already run one of our hooks, beside a plugin's.

The plugin's hook then leaves: what the team has committed counts.  Asked once for each event, so
the files are only searched for the line that we write, and never understood.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.setup.launcher_line import LAUNCHER

_MAX_BYTES = 1 << 20
_PROJECT = (".claude/settings.json", ".claude/settings.local.json")


def settings_with_hook(event: str, project: str, environ: Mapping[str, str]) -> Path | None:
    """The file whose hooks call us at this event; ``project`` is where the client was started."""
    line = re.compile(re.escape(LAUNCHER).encode() + rb"[^\n]*hook " + event.encode() + rb"\b")
    return next((path for path in _files(project, environ) if line.search(_read(path))), None)


def _files(project: str, environ: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(project, name) for name in _PROJECT)
    folder = environ.get("CLAUDE_CONFIG_DIR") or os.path.join(environ.get("HOME", "/"), ".claude")  # noqa: PTH118
    yield Path(folder, "settings.json")


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, _MAX_BYTES)
    except (OSError, ValueError):
        return b""
