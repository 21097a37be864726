"""Claude Code's own memory of a project: ``MEMORY.md`` and the files that it lists.

They lie in ``<projects>/<name of the main work tree>/memory/``.  Each file beside ``MEMORY.md`` is
one memory: front matter with ``name``, ``description`` and a ``type`` (``user``, ``feedback``,
``project``, ``reference``; in ``metadata`` since some time, at the top before), and a body in which
lines begin with ``**Why:**`` and ``**How to apply:**``.  ``MEMORY.md`` lists them a line each; what
else it says, as early versions wrote it, is memory too.

**Source:** Claude Code 2.1.332 (its prompt for this memory, and what it writes).  No YAML parser
reads the front matter: names and plain values are all that is needed, and a file may be hostile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitmem.agents.claude.projects import (
    chosen_project_name,
    list_projects_dirs,
    project_slug,
)
from gitmem.git.regular_file import open_regular
from gitmem.model.instant import parse_any_iso_time

INDEX = "MEMORY.md"
_FOLDER = "memory"
_MAX_BYTES = 100 << 10
_MOST_FILES = 500
_MOST_DEPTH = 2
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_MAX_FRONT = 1 << 16
_VALUE = re.compile(r"^( {0,8})([A-Za-z_][\w-]{0,60}):[ \t]*(.*)$")
_POINTER = re.compile(r"^\s*[-*+]\s+\[([^\]\n]{1,200})\]\(([^)\s]{1,300})\)\s*(?:[-–—:]+\s*(.*))?$")
_BLOCK = re.compile(r"^[|>][+-]?\d?$")
TYPES = ("user", "feedback", "project", "reference")


@dataclass(frozen=True)
class AutoMemory:
    """One memory of the client: ``place`` is its file (and heading) below the folder.

    ``type`` is one of :data:`TYPES`, or empty; ``session`` the id of the session that wrote it,
    where it says; ``time`` when the file was last changed (POSIX seconds).
    """

    place: str
    title: str
    type: str
    body: str
    session: str
    time: float


def memory_folders(environ: Mapping[str, str], worktrees: Sequence[str]) -> list[Path]:
    """The folders that hold the client's memory of one of these work trees."""
    found = []
    for projects in list_projects_dirs(environ):
        names = [project_slug(os.path.realpath(place)) for place in worktrees]
        names += [name] if (name := chosen_project_name(environ)) else []
        found += [projects / name / _FOLDER for name in names]
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def read_auto_memory(folder: Path) -> tuple[list[AutoMemory], int]:
    """The memories in a folder, and how many files could not be read.

    Beside ``MEMORY.md`` only what it lists is a memory, and what has the front matter of one: a
    folder may hold other files.  Links are not followed, nor files that are no text or too large;
    at most 500 files are read.
    """
    found: list[AutoMemory] = []
    unreadable = 0
    index, _ = _read(folder / INDEX)
    hooks = _hooks(index or "")
    for path in _files(folder):
        place = path.relative_to(folder).as_posix()
        text, when = _read(path)
        if text is None:
            unreadable += 1
        elif place == INDEX:
            found += _of_index(text, when)
        elif place in hooks or _is_marked(text):
            found += _of_file(place, text, when, hooks.get(place, ("", "")))
    return found, unreadable


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for here, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = sorted(folders) if depth < _MOST_DEPTH else []
        for name in sorted(names):
            if name.lower().endswith(".md"):
                count += 1
                if count > _MOST_FILES:
                    return
                yield Path(here) / name


def _read(path: Path) -> tuple[str | None, float]:
    try:
        with open_regular(path, follow=False) as file:
            data, when = file.read(_MAX_BYTES + 1), os.fstat(file.fileno()).st_mtime
    except OSError:
        return None, 0.0
    if len(data) > _MAX_BYTES or b"\0" in data:
        return None, 0.0
    return data.decode("utf-8", "replace"), when


def _hooks(index: str) -> dict[str, tuple[str, str]]:
    """What the index says of each file: its title, and the words behind it."""
    matches = filter(None, map(_POINTER.match, index.splitlines()))
    return {match[2].removeprefix("./"): (match[1], match[3] or "") for match in matches}


def _of_file(place: str, text: str, when: float, hook: tuple[str, str]) -> Iterator[AutoMemory]:
    match = _FRONT.match(text[: _MAX_FRONT + 16])
    front = _front_matter(match[1]) if match is not None else {}
    body = (text[match.end() :] if match is not None else text).strip()
    slug = front.get("name", "") or Path(place).stem
    title = front.get("description", "") or hook[1] or hook[0] or _first_heading(body)
    title = title or slug.replace("-", " ").replace("_", " ")
    kind = front.get("metadata.type", "") or front.get("type", "")
    session = front.get("metadata.originSessionId", "") or front.get("originSessionId", "")
    moment = parse_any_iso_time(re.sub(r"\.\d+", "", front.get("metadata.modified", "")))
    if moment is not None and moment.tzinfo is not None:
        when = moment.timestamp()
    if body or front.get("description"):
        yield AutoMemory(place, title, kind if kind in TYPES else "", body, session, when)


def _is_marked(text: str) -> bool:
    """Whether the front matter is that of a memory."""
    match = _FRONT.match(text[: _MAX_FRONT + 16])
    front = _front_matter(match[1]) if match is not None else {}
    return (front.get("metadata.type", "") or front.get("type", "")) in TYPES


def _of_index(text: str, when: float) -> Iterator[AutoMemory]:
    """What the index says beyond its pointers: each heading with what stands below it."""
    title, lines = "", list[str]()
    for line in [*text.splitlines(), "# "]:
        if re.match(r"#{1,6} ", line):
            body = "\n".join(lines).strip()
            if title and body:
                yield AutoMemory(f"{INDEX}#{title}", title, "", body, "", when)
            title, lines = line.lstrip("#").strip(), []
        elif not _POINTER.match(line):
            lines.append(line)


def _first_heading(body: str) -> str:
    match = re.match(r"#{1,6} +(.+)", body)
    return match[1].strip() if match is not None else ""


def _front_matter(text: str) -> dict[str, str]:
    """Plain values by name, those of a mapping as ``metadata.type``; all else is left out."""
    found: dict[str, str] = {}
    parent, block = "", ""
    for line in text.split("\n")[:200]:
        match = _VALUE.match(line.rstrip("\r"))
        if block and (match is None or len(match[1]) > 2 * block.count(".")):
            found[block] = f"{found[block]} {line.strip()}".strip()
            continue
        block = ""
        if match is None:
            continue
        name, value = match[2], match[3].strip()
        if not match[1]:
            parent = name if not value else ""
        full = f"{parent}.{name}" if match[1] and parent else name
        if _BLOCK.match(value):
            block, found[full] = full, ""
        elif value:
            found.setdefault(full, _plain(value))
    return found


def _plain(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        inner = value[1:-1]
        return inner.replace("''", "'") if value[0] == "'" else inner.replace('\\"', '"')
    return value.partition(" #")[0].strip()
