"""Which client runs a hook: by the name in its own hook's command, else by what it says.

To add a client: its name in ``_CLIENTS`` with what imports its module, and only then.  A native
hook's command names its client (``gitmem hook Stop --client codex``).  The hooks in
``.claude/settings.json`` name none, and other clients than Claude Code run them, too: they are told
from it by their payload, never by one variable of the environment alone, for one client's command
may start another, which inherits them.
Standard library only: an agent waits for its hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitmem.agents.hook_client import HookClient


def _claude(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.claude.hook_output import ClaudeHooks

    return ClaudeHooks(environ)


def _opencode(environ: Mapping[str, str]) -> HookClient:
    from gitmem.agents.opencode.hook_output import OpenCodeHooks

    return OpenCodeHooks(environ)


_CLIENTS: dict[str, Callable[[Mapping[str, str]], HookClient]] = {
    "claude-code": _claude,
    "opencode": _opencode,
}
CLIENT_NAMES = tuple(_CLIENTS)
"""The names that ``--client`` takes."""


def choose_client(name: str, data: bytes, environ: Mapping[str, str]) -> HookClient | None:
    """The client of that name, or, where the command gives none, the one whose payload this is.

    None where nobody knows how to speak to it: then nothing is said.
    """
    make = _CLIENTS.get(name or recognise(data, environ))
    return make(environ) if make else None


def recognise(data: bytes, environ: Mapping[str, str]) -> str:
    """The name of the client whose payload this is, of those that run Claude Code's hooks."""
    return "claude-code"
