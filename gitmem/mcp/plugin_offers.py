"""What the server offers that a plugin starts, in every repository that its person works in.

It serves the plugin's hooks everywhere.  Where the project's own server is at work, it leaves the
rest to that one; where nothing is remembered, it says nothing of itself that costs a session words.
Read from files alone: a client waits for the greeting.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gitmem.errors import GitmemError
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo, find_enclosing_repo, guess_repo
from gitmem.mcp.hook_offers import HOOK_TOOLS
from gitmem.mcp.offers import INSTRUCTIONS, TOOLS, Schema
from gitmem.setup.launcher_line import LAUNCHER

_PROJECT_FILE = ".mcp.json"
_MAX_BYTES = 16 << 20
_REF = "refs/notes/claude-mem"


def plugin_offers(environ: Mapping[str, str]) -> tuple[Sequence[Schema], str]:
    """The tools to list, and the instructions; the latter may be empty."""
    place = environ.get("CLAUDE_PROJECT_DIR") or "."
    try:
        repo = guess_repo(place) or find_enclosing_repo(place)
    except GitmemError:
        return (*TOOLS, *HOOK_TOOLS), ""
    if repo.is_initialised and _is_served_by_project(repo, place, environ):
        return HOOK_TOOLS, ""
    told = INSTRUCTIONS if repo.is_initialised or _has_memories(repo) else ""
    return (*TOOLS, *HOOK_TOOLS), told


def _is_served_by_project(repo: Repo, place: str, environ: Mapping[str, str]) -> bool:
    """Whether Claude Code starts our server of the project's ``.mcp.json`` as well."""
    path = os.path.join(place, _PROJECT_FILE)  # noqa: PTH118
    if environ.get("GITMEM_PLUGIN") != "claude-code" or LAUNCHER.encode() not in _read(path):
        return False
    from gitmem.setup.client_choices import find_client_choices

    return all(choice.is_of_hooks for choice in find_client_choices(repo, environ))


def _has_memories(repo: Repo) -> bool:
    common = os.fspath(repo.common_dir)
    is_loose = os.path.exists(os.path.join(common, _REF))  # noqa: PTH110, PTH118
    packed = os.path.join(common, "packed-refs")  # noqa: PTH118
    return is_loose or f" {_REF}\n".encode() in _read(packed)


def _read(path: str) -> bytes:
    try:
        return read_regular(path, _MAX_BYTES)
    except (OSError, ValueError):
        return b""
