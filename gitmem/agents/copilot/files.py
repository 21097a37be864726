"""Where GitHub Copilot CLI's sessions are and what they begin with; none is read in full.

``$COPILOT_HOME/session-state/<session>/events.jsonl``; versions before 0.0.389 or so wrote
``session-state/<session>.jsonl``.  The first line names the session and the folder it began in,
``workspace.yaml`` beside it the folder it works in now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.json_values import JsonObject, parse_line, parse_object, parse_path
from gitmem.agents.lines import read_head
from gitmem.model.session import is_session_id

EVENTS = "events.jsonl"
"""The name of a session's file in the folder that is named by the session."""

PLACE = "session-state"
"""The folder of all sessions, in the client's own."""

_HEAD_BYTES = 1 << 14
_CWD = re.compile(rb"^cwd:[ \t]*(.{1,4096}?)[ \t]*\r?$", re.MULTILINE)


def find_place(environ: Mapping[str, str]) -> Path | None:
    """The folder of all sessions, as far as the environment tells."""
    if home := environ.get("COPILOT_HOME"):
        return Path(home) / PLACE
    return Path(home) / ".copilot" / PLACE if (home := environ.get("HOME")) else None


def list_sessions(place: Path | None) -> Iterator[tuple[str, Path, float]]:
    """Each session below the folder: its id, its file, and when that was last written (POSIX
    seconds).
    """
    if place is None or not place.is_dir():
        return
    for pattern in (f"*/{EVENTS}", "*.jsonl"):
        with suppress(OSError):
            for path in place.glob(pattern):
                session = session_of(path)
                with suppress(OSError):
                    if is_session_id(session):
                        yield session, path, path.stat().st_mtime


def session_of(path: Path) -> str:
    """The session that a file's name or folder names."""
    return path.parent.name if path.name == EVENTS else path.stem


def read_start(path: Path) -> JsonObject:
    """What the first line says of the session; empty where it says nothing."""
    with suppress(OSError):
        return parse_start(read_head(path, _HEAD_BYTES))
    return {}


def parse_start(head: bytes) -> JsonObject:
    """The data of ``session.start`` at the beginning of a file."""
    record = parse_line(head.partition(b"\n")[0]) or {}
    return parse_object(record.get("data")) if record.get("type") == "session.start" else {}


def folder_of(data: JsonObject) -> str:
    """The folder that ``session.start`` or a later event of that kind names."""
    context = parse_object(data.get("context"))
    return parse_path(context.get("cwd")) or parse_path(context.get("gitRoot"))


def read_folder_now(path: Path) -> str:
    """The folder that ``workspace.yaml`` names; empty without one, or where it is quoted."""
    if path.name != EVENTS:
        return ""
    with suppress(OSError):
        match = _CWD.search(read_head(path.with_name("workspace.yaml"), _HEAD_BYTES))
        if match is not None:
            return parse_path(match[1].decode("utf-8", "surrogateescape"))
    return ""
