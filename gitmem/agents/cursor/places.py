"""Where Cursor keeps the transcripts of its agent, and which folder a project's name stands for.

``~/.cursor/projects/<project>/agent-transcripts/<session>/<session>.jsonl``, formerly
``<session>.jsonl`` or ``<session>.txt`` there; without a folder ``projects/agent-transcripts``.  A
project is named by its folder, in which every character but letters and digits became ``-``:
several folders may have one name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from gitmem.agents.folders import is_below
from gitmem.git.regular_file import open_regular
from gitmem.model.session import is_session_id

TRANSCRIPTS = "agent-transcripts"
SUFFIXES = (".jsonl", ".txt")

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_MAX_SUBAGENTS = 200
_ARGUMENT = re.compile(r"  [A-Za-z_]{1,40}: ?(.*)")  # of a tool, in the older form
_MAX_LOOKS = 20_000
_MAX_BYTES = 32 << 20


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


def is_only_in(name: str, roots: Sequence[str]) -> bool:
    """Whether no folder outside of ``roots`` has this project's name now.

    Where there are too many folders to know, it does not count as the only one.
    """
    found = _folders_named(name, "/", "") if name else None
    return found is not None and all(is_below(folder, roots) for folder in found)


def names_a_file_in(path: Path, roots: Sequence[str]) -> bool:
    """Whether a tool in the transcript was given the path of something in the folders ``roots``."""
    begins = tuple(f"{root.rstrip('/')}/" for root in roots)
    with suppress(OSError, ValueError), open_regular(path) as file:
        for line in file.read(_MAX_BYTES).decode("utf-8", "replace").splitlines():
            if any(text.startswith(begins) for text in _given_to_tools(path, line)):
                return True
    return False


def _given_to_tools(path: Path, line: str) -> Iterator[str]:
    if path.suffix != SUFFIXES[0]:
        if argument := _ARGUMENT.fullmatch(line):
            yield argument[1]
        return
    with suppress(ValueError, RecursionError):
        waiting = [(json.loads(line), False)]
        while waiting:
            value, is_input = waiting.pop()
            if isinstance(value, dict):
                is_call = value.get("type") == "tool_use"
                waiting += [
                    (held, is_input or (is_call and key == "input")) for key, held in value.items()
                ]
            elif isinstance(value, list):
                waiting += [(held, is_input) for held in value]
            elif is_input and isinstance(value, str):
                yield value


def folder_of(name: str) -> str:
    """The one folder that a project's name stands for; empty where none is there, or several."""
    found = _folders_named(name, "/", "") if name else None
    return found[0] if found and len(found) == 1 else ""


def _folders_named(name: str, root: str, begins: str) -> list[str] | None:
    """The folders below ``root`` with that name, each under one path; None where there are too
    many to look at.
    """
    found: dict[str, str] = {}
    waiting, looks = [(root, begins)], 0
    while waiting:
        folder, so_far = waiting.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                looks += 1
                if looks > _MAX_LOOKS:
                    return None
                part = _NOT_PLAIN.sub("-", entry.name).strip("-")
                whole = f"{so_far}-{part}".strip("-")
                if part and f"{name}-".startswith(f"{whole}-") and entry.is_dir():
                    if whole == name:
                        found.setdefault(os.path.realpath(entry.path), entry.path)
                    else:
                        waiting.append((entry.path, whole))
    return list(found.values())


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
