"""Trying a client's hook as the client would, at a session's start.

The command is started in the work tree, with a mark by which the hook only says that it was reached
and changes nothing.  What comes back must be one JSON object: all else is an error to a client.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from gitmem.git.repo import Repo
from gitmem.process.child import run
from gitmem.setup.clients.client_setup import ClientSetup
from gitmem.setup.clients.json_hooks import is_ours
from gitmem.setup.launcher_line import native_command

_SECONDS = 15.0
_OF_AGENTS = ("CLAUDE", "CODEX", "COPILOT", "CURSOR", "GEMINI", "GITMEM_", "GIT_")


def probe_client(repo: Repo, client: ClientSetup, environ: Mapping[str, str]) -> str:
    """What is wrong with the answer to a session's start; empty if nothing is."""
    top = os.fspath(repo.need_worktree())
    said = json.dumps({**client.sample, "cwd": top, "hook_event_name": "SessionStart"}).encode()
    cleaned = {name: value for name, value in environ.items() if not name.startswith(_OF_AGENTS)}
    cleaned["GITMEM_PROBE"] = os.devnull  # a git hook would write there
    try:
        done = run(
            ["sh", "-c", _start_command(client)],
            said,
            seconds=_SECONDS,
            environ=cleaned,
            folder=repo.need_worktree(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode != 0:
        return f"it ends with code {done.returncode}"
    if not done.stdout.strip():
        return "it says nothing"
    return "" if _is_object(done.stdout) else "its answer is not one JSON object"


def _is_object(printed: bytes) -> bool:
    try:
        return isinstance(json.loads(printed), dict)
    except ValueError:
        return False


def _start_command(client: ClientSetup) -> str:
    """The text of the hook at a session's start, from the file that we give the client."""
    for file in client.files:
        if not file.is_server and file.path.endswith(".json"):
            for hook in _hooks(json.loads(file.with_us(None))):
                texts = [text for text in hook.values() if isinstance(text, str)]
                if found := next((text for text in texts if "hook SessionStart" in text), ""):
                    return found
    return native_command("SessionStart", client.name)


def _hooks(value: Any) -> Iterator[Mapping[str, Any]]:
    """All hooks of ours in a file's content, whatever they stand in."""
    if is_ours(value):
        yield value
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in held:
        yield from _hooks(one)
