"""Real sessions tied to real commits, where the workplace has them; they never ship."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.slice import slice_of
from gitmem.model.change import Change, FileChange
from gitmem.model.session import Slice, Transcript

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "sessions"


@dataclass(frozen=True)
class Part:
    """The lines of one session that belong to one commit, as a file of their own."""

    commit: str
    session: str
    path: Path
    size: int


def require_sessions(folder: Path = FOLDER) -> Path:
    """The folder of real sessions; ends the bench with a clear word where there is none."""
    if not (folder / "manifest.jsonl").is_file():
        raise SystemExit(f"../shared/{folder.name} is not here: nothing to measure against")
    return folder


def load_eval(name: str, folder: Path = FOLDER) -> ModuleType:
    """A scoring script, as a module; a data set without its own has those of ``sessions``."""
    own = require_sessions(folder) / "eval"
    sys.path.insert(0, str(own if own.is_dir() else folder.parent / FOLDER.name / "eval"))
    return import_module(name)


def write_parts(data: Any, folder: Path, commits: Sequence[Any]) -> Iterator[Part]:
    """Write each commit's own transcript lines below ``folder``."""
    texts: dict[str, list[bytes]] = {}
    for commit in commits:
        for row in commit["sessions"]:
            if not row["lines"]:
                continue
            name = row["transcript"]
            if name not in texts:
                texts.clear()  # commits come in order of time, and so mostly by session
                texts[name] = gzip.decompress((FOLDER / name).read_bytes()).splitlines(True)
            lines = texts[name][row["lines"][0] : row["lines"][1]]
            path = folder / commit["commit"][:12] / f"{row['session_id']}.jsonl"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"".join(lines))
            yield Part(commit["commit"], row["session_id"], path, path.stat().st_size)


def read_part(part: Part, known: frozenset[str]) -> Slice:
    """The slice of a part; the work tree is told from the paths that the session edited."""
    transcript = read_transcript(part.path)
    return slice_of(transcript, "/nowhere", worktrees_of(transcript, known))


def worktrees_of(transcript: Transcript, known: frozenset[str]) -> list[str]:
    """The folders that a session's paths lie in, when ``known`` are the repository's paths."""
    roots: dict[str, None] = {}
    for event in transcript.events:
        parts = event.path.strip("/").split("/")
        for start in range(1, len(parts)):
            if event.path.startswith("/") and "/".join(parts[start:]) in known:
                roots.setdefault("/" + "/".join(parts[:start]))
                break
    return list(roots)


def change_of(commit: Any, message: str) -> Change:
    """A change from the data set's row, where no clone is at hand to ask."""
    moment = int(commit["t"])
    return Change(
        commit=commit["commit"],
        parents=tuple(commit["parents"]),
        subject=commit["subject"],
        message=message,
        author="",
        committer_name="",
        committer_email="",
        time=moment,
        commit_time=moment,
        files=tuple(FileChange(path, "M") for path in commit["files"]),
    )
