"""Real sessions tied to real commits, where the workplace has them; they never ship."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from gitmem.agents.adapters import Agents
from gitmem.agents.slice import slice_of
from gitmem.model.change import Change, FileChange
from gitmem.model.session import Slice, Transcript
from tests.bench.other_agents import CLAUDE, agent_of, file_of

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


def prompts_in(folder: Path) -> Iterator[str]:
    """What people typed in the transcripts of a folder, in whatever agent's format they are."""
    noise = load_eval("transcripts", folder).NOISE
    for file in sorted(folder.glob("transcripts/*.jsonl.gz")):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            with suppress(ValueError, AttributeError):
                text = _typed(json.loads(line))
                if text.strip() and not noise.search(text):
                    yield text


def _typed(record: Any) -> str:
    """The prompt that a transcript's record is, of Copilot, Codex or Claude Code; mostly none."""
    kind = record.get("type")
    if kind == "user.message":
        return str((record.get("data") or {}).get("content") or "")
    if kind == "event_msg" and (record.get("payload") or {}).get("type") == "user_message":
        return str(record["payload"].get("message") or "")
    if kind != "user" or record.get("isMeta") or record.get("isSidechain"):
        return ""
    content = (record.get("message") or {}).get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        if any(part.get("type") != "text" for part in parts):
            return ""
        content = "\n".join(str(part.get("text")) for part in parts)
    return content if isinstance(content, str) else ""


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
                texts[name] = gzip.decompress((Path(data.folder) / name).read_bytes()).splitlines(
                    True
                )
            first, end = row["lines"]
            agent = agent_of(b"".join(texts[name][:1]))
            head = texts[name][:1] if first and agent != CLAUDE else []  # where it says who it is
            lines = [*head, *texts[name][first:end]]
            path = file_of(folder / commit["commit"][:12], row["session_id"], agent)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(lines))
            yield Part(commit["commit"], row["session_id"], path, path.stat().st_size)


def read_part(part: Part, known: frozenset[str]) -> Slice:
    """The slice of a part; the work tree is told from the paths that the session edited."""
    transcript = Agents.from_environment({}).read(part.path)
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
