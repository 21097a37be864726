"""Where Claude Code keeps its transcripts: a folder for each directory it was started in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gitmem.model.session import is_session_id

_CWD = re.compile(rb'"cwd":("(?:[^"\\]|\\.){1,4096}")')
_SLUG_CHARACTERS = 200  # the client shortens longer ones
_HEAD_BYTES = 1 << 16


def projects_dirs(environ: Mapping[str, str]) -> list[Path]:
    """The folders that hold transcripts, the configured one first; they need not exist."""
    found = []
    if configured := environ.get("CLAUDE_CONFIG_DIR"):
        found.append(Path(configured) / "projects")
    if home := environ.get("HOME"):
        found.append(Path(home) / ".claude" / "projects")
        found.append(Path(environ.get("XDG_CONFIG_HOME") or f"{home}/.config") / "claude/projects")
    return list(dict.fromkeys(found))


def find_transcript(session_id: str, projects: Sequence[Path]) -> Path | None:
    """The transcript of a session, whatever directory it was started in."""
    if not is_session_id(session_id):
        return None
    for folder in projects:
        with suppress(OSError):
            for path in sorted(folder.glob(f"*/{session_id}.jsonl")):
                return path
    return None


def transcripts_for(worktree: Path, projects: Sequence[Path], since: float) -> list[Path]:
    """Transcripts of sessions in a work tree or a folder below it, last written first.

    ``since`` (POSIX seconds) leaves out those not written to after it.
    """
    roots = list(dict.fromkeys([str(worktree), os.path.realpath(worktree)]))
    dated: dict[Path, float] = {}
    for folder in _project_folders(roots, projects):
        with suppress(OSError):
            for path in folder.glob("*.jsonl"):
                modified = path.stat().st_mtime
                if modified >= since and not path.name.startswith("agent-"):
                    dated[path] = modified
    newest = sorted(dated, key=lambda path: (-dated[path], path))
    return [path for path in newest if _is_inside(path, roots)]


def _slug(folder: str) -> str:
    """The client's name of a folder: everything but ASCII letters and digits is a dash."""
    return re.sub(r"[^A-Za-z0-9]", "-", folder)[:_SLUG_CHARACTERS]


def _project_folders(roots: Sequence[str], projects: Sequence[Path]) -> Iterator[Path]:
    """Folders whose name may stand for a root or a folder below it."""
    slugs = tuple(_slug(root) for root in roots)
    for projects_dir in projects:
        with suppress(OSError):
            for folder in sorted(projects_dir.iterdir()):
                if folder.name.startswith(slugs) and folder.is_dir():
                    yield folder


def _is_inside(path: Path, roots: Sequence[str]) -> bool:
    """Whether the transcript's first working directory lies in a root; slugs are ambiguous."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        match = _CWD.search(file.read(_HEAD_BYTES))
        if match is None:
            return path.parent.name in {_slug(root) for root in roots}
        cwd = str(json.loads(match[1]))
        return any(
            f"{place}/".startswith(f"{root.rstrip('/')}/")
            for root in roots
            for place in (cwd, os.path.realpath(cwd))
        )
    return False
