"""Where Claude Code keeps its transcripts: a folder for each directory it was started in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.lines import read_head
from gitmem.model.session import is_session_id

_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.){1,4096}")')
_NO_NAME = re.compile(r"[^A-Za-z0-9]")
_SLUG_CHARACTERS = 200  # the client shortens longer ones
_HEAD_BYTES = 1 << 16
_CHOSEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def chosen_project_name(environ: Mapping[str, str]) -> str:
    """The name that a person chose for the project's folder; empty where the client ignores it.

    **Source:** Claude Code 2.1.234 and newer, which want ``CLAUDE_CONFIG_DIR`` set as well.
    """
    name = environ.get("CLAUDE_CODE_PROJECT_DIR_NAME", "")
    is_used = bool(environ.get("CLAUDE_CONFIG_DIR")) and _CHOSEN.fullmatch(name)
    return name if is_used else ""


def list_projects_dirs(environ: Mapping[str, str]) -> list[Path]:
    """The folders that hold transcripts, the configured one first; they need not exist."""
    folders = []
    if configured := environ.get("CLAUDE_CONFIG_DIR"):
        folders.append(Path(configured) / "projects")
    if home := environ.get("HOME"):
        config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
        folders += [Path(home) / ".claude" / "projects", Path(config) / "claude" / "projects"]
    return list(dict.fromkeys(folders))


def list_copies(session_id: str, projects: Sequence[Path]) -> list[Path]:
    """The files of a session, whatever directory it was started in or went to."""
    found: list[Path] = []
    for folder in projects if is_session_id(session_id) else ():
        with suppress(OSError):
            found += sorted(folder.glob(f"*/{session_id}.jsonl"))
    return found


def find_transcripts(
    worktree: Path, projects: Sequence[Path], since: float, chosen_name: str = ""
) -> list[TranscriptFile]:
    """Transcripts of sessions in a work tree or a folder below it, in no order.

    ``since`` (POSIX seconds) leaves out those not written to after it.  ``chosen_name`` is what
    ``CLAUDE_CODE_PROJECT_DIR_NAME`` calls the project's folder.
    """
    roots = resolve_names(worktree)
    files: dict[Path, TranscriptFile] = {}
    for folder in _project_folders(roots, projects, chosen_name):
        with suppress(OSError):
            for path in folder.glob("*.jsonl"):
                mtime = path.stat().st_mtime
                if mtime >= since and not path.name.startswith("agent-"):
                    files[path] = TranscriptFile(path.stem, path, mtime)
    return [file for path, file in files.items() if _is_inside(path, roots)]


def list_transcripts(projects: Sequence[Path], since: float) -> list[TranscriptFile]:
    """Transcripts of all sessions, in no order; ``since`` as above."""
    files: dict[Path, TranscriptFile] = {}
    for folder in projects:
        with suppress(OSError):
            for path in folder.glob("*/*.jsonl"):
                with suppress(OSError):
                    mtime = path.stat().st_mtime
                    if mtime >= since and not path.name.startswith("agent-"):
                        files[path] = TranscriptFile(path.stem, path, mtime)
    return list(files.values())


def find_started_in(path: Path) -> str:
    """The first of the transcript's folders that its project is named after; "" if none is.

    The client looks for a session below the name of the folder that it is called in.
    """
    with suppress(OSError, ValueError):
        for match in _CWD.finditer(read_head(path, _HEAD_BYTES)):
            folder = str(json.loads(match[1]))
            is_named = _slug(folder) == path.parent.name[:_SLUG_CHARACTERS]
            if is_named or _has_chosen_name(path.parent):
                return folder
    return ""


def project_slug(folder: str) -> str:
    """The client's name of a folder: all UTF-16 units but ASCII letters and digits are dashes, and
    of one over 200 characters what is cut off is told by a hash.

    **Source:** Claude Code 2.1.332; the hash is that of Java's strings, written to base 36.
    """
    whole = _NO_NAME.sub(lambda match: "-" * (1 + (match[0] > "\uffff")), folder)
    return whole if len(whole) <= _SLUG_CHARACTERS else f"{_slug(folder)}-{_hash(folder)}"


def _slug(folder: str) -> str:
    """The beginning of that name, which a folder below it shares."""
    return _NO_NAME.sub(lambda match: "-" * (1 + (match[0] > "\uffff")), folder)[:_SLUG_CHARACTERS]


def _hash(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    value = 0
    for place in range(0, len(units), 2):
        value = (31 * value + int.from_bytes(units[place : place + 2], "little")) & 0xFFFFFFFF
    value = abs(value - (1 << 32) if value >> 31 else value)
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _project_folders(
    roots: Sequence[str], projects: Sequence[Path], chosen_name: str
) -> Iterator[Path]:
    """Folders whose name may stand for a root or a folder below it, or was chosen by a person:
    such a name tells nothing of the place, and a git hook may not know that it was chosen.
    """
    slugs = tuple(_slug(root) for root in roots)
    for projects_dir in projects:
        with suppress(OSError):
            for folder in sorted(projects_dir.iterdir()):
                is_chosen = folder.name == chosen_name or _has_chosen_name(folder)
                if (is_chosen or folder.name.startswith(slugs)) and folder.is_dir():
                    yield folder


def _has_chosen_name(folder: Path) -> bool:
    """Whether the folder's name stands for no absolute path, whose first sign is a dash, or behind
    a drive's letter the second and third are.
    """
    return not folder.name.startswith("-") and folder.name[1:3] != "--"


def _is_inside(path: Path, roots: Sequence[str]) -> bool:
    """Whether the transcript's first working directory lies in a root; slugs are ambiguous."""
    with suppress(OSError, ValueError):
        match = _CWD.search(read_head(path, _HEAD_BYTES))
        if match is None:
            return path.parent.name in {_slug(root) for root in roots}
        return is_below(str(json.loads(match[1])), roots)
    return False
