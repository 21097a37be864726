"""What keeps a client from running our hooks, or Claude Code from starting our server, by its own
settings.

Claude Code asks a person once whether to use a project's server, and preselects not to.  A tool can
see the answer only in the client's files; they are the person's, and are read, never edited.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.setup import mcp_json
from gitmem.setup.client_files import hook_files, mentions_us
from gitmem.setup.clients import claude_code
from gitmem.setup.clients.client_setup import ClientSetup
from gitmem.setup.clients.clients import CLIENTS
from gitmem.state.refused_clients import read_refused_clients

_MAX_BYTES = 16 << 20
_LOCAL, _PROJECT = ".claude/settings.local.json", ".claude/settings.json"
_MANAGED = (
    "/etc/claude-code/managed-settings.json",
    "/Library/Application Support/ClaudeCode/managed-settings.json",
)
_RESET = (
    "If that was not meant: claude mcp reset-project-choices, and at its next start let the client"
    " use the server"
)


@dataclass(frozen=True)
class ClientChoice:
    """``what`` the client does not do for us, and what helps.  ``is_of_hooks``: without hooks
    sessions receive nothing, and what they say is remembered late; a server is optional.
    ``client`` is its name in :mod:`gitmem.setup.clients`.
    """

    what: str
    remedy: str
    is_of_hooks: bool = False
    client: str = claude_code.CLIENT.name


def find_client_choices(
    repo: Repo, environ: Mapping[str, str], managed: tuple[str, ...] = _MANAGED
) -> list[ClientChoice]:
    """The choices that count in this work tree; nothing where no client has been at work."""
    top = repo.worktree
    if top is None:
        return []
    folder = environ.get("CLAUDE_CONFIG_DIR")
    home = Path(folder) if folder else Path(environ.get("HOME", "/")) / ".claude"
    users = (home if folder else home.parent) / ".claude.json"
    files = [top / _LOCAL, top / _PROJECT, home / "settings.json", *map(Path, managed)]
    settings = {path: values for path in files if (values := _read(path))}
    project = _project(_read(users), top)
    found = list(_of_hooks(settings, [Path(name) for name in managed]))
    for client in CLIENTS:
        if client.name not in read_refused_clients(repo):
            found += _of_other(repo, client, environ)
    if _has_server(top):
        found += list(_of_server(settings, project, users))
    return found


def _of_hooks(
    settings: Mapping[Path, Mapping[str, Any]], managed: list[Path]
) -> Iterator[ClientChoice]:
    for path, values in settings.items():
        if values.get("disableAllHooks") is True:
            remedy = "Take 'disableAllHooks' out of that file"
        elif path in managed and values.get("allowManagedHooksOnly") is True:
            remedy = "Only hooks that an administrator configured run here: ask for gitmem's"
        else:
            continue
        what = f"Claude Code runs no hooks of gitmem, by its settings in '{path}'"
        yield ClientChoice(what, remedy, is_of_hooks=True)


def _of_other(
    repo: Repo, client: ClientSetup, environ: Mapping[str, str]
) -> Iterator[ClientChoice]:
    """The settings that switch off the hooks of a client that has ours."""
    if not client.hooks_off or client is claude_code.CLIENT:
        return
    files = list(hook_files(repo, client, environ))
    if not any(mentions_us(path, file) for path, file in files):
        return
    *holders, key = client.hooks_off
    for path, _ in files:
        values = _read(path)
        for holder in holders:
            values = _mapping(values.get(holder))
        if key not in values:
            continue
        if values[key] is client.hooks_off_value:
            what = f"{client.title} runs no hooks of gitmem, by its settings in '{path}'"
            remedy = f"Take '{'.'.join(client.hooks_off)}' out of that file"
            yield ClientChoice(what, remedy, is_of_hooks=True, client=client.name)
        return  # the nearer file decides


def _of_server(
    settings: Mapping[Path, Mapping[str, Any]], project: Mapping[str, Any], users: Path
) -> Iterator[ClientChoice]:
    every = {**settings, users: project}
    for path, values in every.items():
        if mcp_json.NAME in _names(values.get("disabledMcpjsonServers")):
            what = f"Claude Code does not start the MCP server: it is switched off in '{path}'"
            yield ClientChoice(what, _RESET)
            return
        if mcp_json.NAME in _names(values.get("disabledMcpServers")):
            what = f"Claude Code does not start the MCP server: it is switched off in '{path}'"
            remedy = f"If that was not meant: /mcp in Claude Code, then {mcp_json.NAME}, Enable"
            yield ClientChoice(what, remedy)
            return
    is_approved = any(
        values.get("enableAllProjectMcpServers") is True
        or mcp_json.NAME in _names(values.get("enabledMcpjsonServers"))
        for values in every.values()
    )
    if project and not is_approved:
        what = "Claude Code was not told yet to start the project's MCP server"
        yield ClientChoice(what, "It asks at its next start here: choose to use it")


def _has_server(top: Path) -> bool:
    return mcp_json.NAME in _mapping(_read(top / mcp_json.PROJECT_FILE).get("mcpServers"))


def _project(value: Mapping[str, Any], top: Path) -> Mapping[str, Any]:
    projects = _mapping(value.get("projects"))
    for name in (os.fspath(top), os.path.realpath(top)):
        if found := _mapping(projects.get(name)):
            return found
    return {}


def _read(path: Path) -> Mapping[str, Any]:
    """The object in the file; an empty one where it is not there, or is something else."""
    try:
        return _mapping(json.loads(read_regular(path, _MAX_BYTES)))
    except (OSError, ValueError, RecursionError):
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
