"""Where agents keep their files, as far as the environment says.  Standard library only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

_VARIABLES = (
    *("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME", "COPILOT_HOME"),
    *("QWEN_HOME", "QWEN_RUNTIME_DIR", "CLINE_DIR", "CLINE_DATA_DIR", "CLINE_SESSION_DATA_DIR"),
)
_BELOW_HOME = (
    *(".claude", ".config/claude", ".codex", ".gemini", ".copilot"),
    *(".cursor/projects", ".qwen", ".cline"),
    ".local/share/opencode",
)


def sees_agents(environ: Mapping[str, str]) -> bool:
    """Whether any agent has a folder here.  A service, a build or ``env -i`` may have another home
    than the person whose sessions made the commit, or none.
    """
    return any(folder.is_dir() for folder in _homes(environ))


def has_home(environ: Mapping[str, str]) -> bool:
    """Whether there is a home folder at all."""
    home = environ.get("HOME")
    return home is not None and home != "" and Path(home).is_dir()


def _homes(environ: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(folder) for name in _VARIABLES if (folder := environ.get(name)))
    if data := environ.get("XDG_DATA_HOME"):
        yield Path(data) / "opencode"
    if home := environ.get("HOME"):
        yield from (Path(home) / name for name in _BELOW_HOME)
