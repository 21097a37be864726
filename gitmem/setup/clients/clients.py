"""The clients that gitmem can be set up for, in the order in which it is done.

To add one: its module beside this one, and its line in ``CLIENTS``.
"""

from __future__ import annotations

from pathlib import Path

from gitmem.setup.clients import claude_code, codex, copilot, cursor, gemini, opencode, qwen
from gitmem.setup.clients.client_setup import ClientFile, ClientSetup

CLIENTS: tuple[ClientSetup, ...] = (
    claude_code.CLIENT,
    codex.CLIENT,
    copilot.CLIENT,
    cursor.CLIENT,
    gemini.CLIENT,
    opencode.CLIENT,
    qwen.CLIENT,
)
"""Claude Code is the first, and is set up wherever nobody refused it."""


def client_names() -> tuple[str, ...]:
    """The names that ``gitmem init --agent`` takes."""
    return tuple(client.name for client in CLIENTS)


def find_client(name: str) -> ClientSetup | None:
    """The client of that name, in any case, or of its first word (``claude``)."""
    asked = name.casefold()
    return next((c for c in CLIENTS if asked in (c.name, c.name.partition("-")[0])), None)


def client_file_at(path: Path) -> ClientFile | None:
    """The client's file that a path ends with, in whatever work tree."""
    place = f"/{path.as_posix().lstrip('/')}"
    files = [file for client in CLIENTS for file in client.files]
    return next((file for file in files if place.endswith(f"/{file.path}")), None)
