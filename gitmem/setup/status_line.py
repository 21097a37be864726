"""``gitmem status --line``: one line for Claude Code's status line, which asks for it often.

The client tells on stdin which session and folder it is about.  Nothing waits here: no worker is
started, and git is asked for settings only.  Standard library only.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo, guess_repo
from gitmem.model.session import is_session_id
from gitmem.setup.person_line import known_line
from gitmem.setup.trouble import BAD_SETTING, REMEDY, find_trouble, setting_trouble
from gitmem.state.context_history import ContextHistory
from gitmem.state.sessions import Registry
from gitmem.state.settings import read_settings

_MAX_BYTES = 1 << 20
_PATIENCE_SECONDS = 0.5
_SETTLED_MS = 60_000
_STRANGE = f"gitmem has not heard of this session: its hooks do not run here{REMEDY}"


def read_status_line() -> str:
    """The line for the session that stdin tells of, or for the current folder.

    Raises nothing, whatever happens: the place belongs to somebody else's program.
    """
    with suppress(Exception):
        return status_line(_parse(_read_stdin()), time.time())
    return ""


def status_line(asked: Mapping[str, Any], now: float) -> str:
    """What to show for a session (``asked`` is the client's JSON); empty where gitmem is not set up
    or switched off.  ``now`` is in POSIX seconds.

    Raises:
        GitFailed: git cannot be run.
    """
    workspace = asked.get("workspace")
    known = workspace if isinstance(workspace, dict) else {}
    folder = _text(known.get("project_dir")) or _text(asked.get("cwd")) or "."
    repo = _find(folder)
    if repo is None or not repo.is_initialised or repo.worktree is None:
        return ""
    try:
        settings = read_settings(repo)
    except GitmemError:
        return BAD_SETTING
    if not settings.enabled:
        return setting_trouble(settings)
    session = _text(asked.get("session_id"))
    trouble = find_trouble(repo, settings, now) or _stranger(repo, session, asked)
    if trouble:
        return trouble
    told = ContextHistory(repo).of(session) if is_session_id(session) else None
    return known_line(repo, len(told.ids) if told else None, now)


def _stranger(repo: Repo, session: str, asked: Mapping[str, Any]) -> str:
    """The session's hooks ought to have reported it by now, and did not."""
    cost = asked.get("cost")
    lived = cost.get("total_duration_ms") if isinstance(cost, dict) else 0
    is_young = not isinstance(lived, (int, float)) or lived < _SETTLED_MS
    if is_young or not is_session_id(session) or Registry(repo).get(session) is not None:
        return ""
    return _STRANGE


def _find(folder: str) -> Repo | None:
    with suppress(GitmemError):
        return guess_repo(folder) or find_enclosing_repo(folder)
    return None


def _read_stdin() -> bytes:
    """What the client has written; nothing from a terminal, and no waiting for what never ends."""
    data, end = b"", time.monotonic() + _PATIENCE_SECONDS
    if sys.stdin is None or sys.stdin.isatty():
        return data
    with suppress(OSError, ValueError):
        file = sys.stdin.fileno()
        while len(data) < _MAX_BYTES and (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([file], [], [], left)
            part = os.read(file, 1 << 16) if ready else b""
            data += part
            if not part or _parse(data):
                break
    return data


def _parse(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) and "\0" not in value else ""
