"""Where Cursor keeps the transcripts of its agent, and which folder a project's name stands for.

``~/.cursor/projects/<project>/agent-transcripts/<session>/<session>.jsonl``, formerly
``<session>.jsonl`` or ``<session>.txt`` there; without a folder ``projects/agent-transcripts``.  A
project is named by its folder, in which every character but letters and digits became ``-``:
several folders may have one name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.model.session import is_session_id

TRANSCRIPTS = "agent-transcripts"
SUFFIXES = (".jsonl", ".txt")

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_MAX_SUBAGENTS = 200
_MAX_LOOKS = 2_000


def project_name(folder: str) -> str:
    """What Cursor calls the project of a folder."""
    return _NOT_PLAIN.sub("-", folder).strip("-")


def project_of(path: Path) -> str:
    """The name of the project that a transcript lies in; empty for one without a folder."""
    for up in path.parents:
        if up.name == TRANSCRIPTS:
            return up.parent.name if up.parent.name != "projects" else ""
    return ""


def is_project_in(name: str, root: str) -> bool:
    """Whether a project of this name lies in the folder ``root`` or below it, as far as the folders
    there now can tell.
    """
    begins = project_name(root)
    if name == begins:
        return True
    return name.startswith(f"{begins}-") and bool(_folders_named(name, root, begins))


def folder_of(name: str) -> str:
    """The one folder that a project's name stands for; empty where none is there, or several."""
    found = _folders_named(name, "/", "") if name else []
    return found[0] if len(found) == 1 else ""


def _folders_named(name: str, root: str, begins: str) -> list[str]:
    found, waiting, looks = [], [(root, begins)], 0
    while waiting and looks < _MAX_LOOKS:
        folder, so_far = waiting.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                looks += 1
                part = _NOT_PLAIN.sub("-", entry.name).strip("-")
                whole = f"{so_far}-{part}".strip("-")
                if part and f"{name}-".startswith(f"{whole}-") and entry.is_dir():
                    if whole == name:
                        found.append(entry.path)
                    else:
                        waiting.append((entry.path, whole))
    return found


def list_transcripts(folder: Path) -> Iterator[tuple[str, Path]]:
    """The transcripts of all sessions below ``~/.cursor``, each with its session's id."""
    for place in _places(folder):
        with suppress(OSError):
            for entry in sorted(place.iterdir()):
                if entry.suffix in SUFFIXES and entry.is_file():
                    yield entry.stem, entry
                elif is_session_id(entry.name):
                    for suffix in SUFFIXES:
                        path = entry / f"{entry.name}{suffix}"
                        if path.is_file():
                            yield entry.name, path
                            break


def find_transcripts(folder: Path, session: str) -> list[Path]:
    """The files of one session, the newer form before the older."""
    forms = (f"{session}/{session}", session)
    names = [f"{form}{suffix}" for suffix in SUFFIXES for form in forms]
    return [path for name in names for place in _places(folder) if (path := place / name).is_file()]


def find_subagents(path: Path) -> list[Path]:
    """The transcripts of a session's subagents."""
    if path.parent.name != path.stem:
        return []
    with suppress(OSError):
        found = sorted((path.parent / "subagents").iterdir())
        return [one for one in found if one.suffix in SUFFIXES and one.is_file()][:_MAX_SUBAGENTS]
    return []


def is_chat_of_terminal(folder: Path, session: str) -> bool:
    """Whether the command line client, which can take it up again, has a chat of that id."""
    with suppress(OSError):
        return any(True for _ in (folder / "chats").glob(f"*/{session}"))
    return False


def _places(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted((folder / "projects").glob(f"*/{TRANSCRIPTS}"))
    yield folder / "projects" / TRANSCRIPTS
