"""Sessions of other agents, laid down where the agents keep them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.model.session import Event, EventKind, Transcript

FIXTURES = Path(__file__).parents[1] / "fixtures"
_PARENT = {"0.61-subagent": "0.61-parent"}
_WORKTREE = "/home/dev/stats"


def codex_session(home: Path, worktree: Path, version: str) -> Path:
    """A rollout that Codex of that version wrote, as if it had worked in ``worktree``."""
    text = _moved(FIXTURES / "codex" / f"{version}.jsonl", worktree)
    head = json.loads(text.partition("\n")[0])
    head = head.get("payload", head)
    day, time = head["timestamp"][:10], head["timestamp"][11:19].replace(":", "-")
    folder = home / ".codex" / "sessions" / Path(*day.split("-"))
    return _laid(folder / f"rollout-{day}T{time}-{head['id']}.jsonl", text)


def pack(path: Path) -> Path:
    """Pack a rollout as Codex does when its session is over; skips the test where nothing can."""
    packed = path.with_name(path.name + ".zst")
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            packed.write_bytes(import_module(name).compress(path.read_bytes()))
            path.unlink()
            return packed
    pytest.skip("neither Python 3.14 nor backports.zstd is here")


def gemini_session(home: Path, worktree: Path, version: str) -> Path:
    """A session that Gemini CLI of that version wrote, as if it had worked in ``worktree``."""
    (source,) = (FIXTURES / "gemini").glob(f"{version}.json*")
    text = _moved(source, worktree)
    match = re.search(r'"sessionId": ?"([^"]+)"', text)
    assert match is not None
    projects = home / ".gemini" / "tmp"
    if source.suffix == ".json":
        project = projects / hashlib.sha256(os.fsencode(worktree)).hexdigest()
    else:
        project = projects / "stats"
        project.mkdir(parents=True, exist_ok=True)
        (project / ".project_root").write_text(str(worktree))
    chats = project / "chats"
    if parent := _PARENT.get(version):
        head = (FIXTURES / "gemini" / f"{parent}.jsonl").read_text().partition("\n")[0]
        return _laid(chats / json.loads(head)["sessionId"] / f"{match[1]}.jsonl", text)
    name = f"session-2026-11-21T01-42-{match[1][:8]}{source.suffix}"
    return _laid(chats / name, text)


def copilot_session(home: Path, worktree: Path, version: str) -> Path:
    """A session that Copilot CLI of that version wrote, as if it had worked in ``worktree``."""
    text = _moved(FIXTURES / "copilot" / f"{version}.jsonl", worktree)
    session = json.loads(text.partition("\n")[0])["data"]["sessionId"]
    return _laid(home / ".copilot" / "session-state" / session / "events.jsonl", text)


def qwen_session(home: Path, worktree: Path, version: str) -> Path:
    """A session that Qwen Code of that version wrote, as if it had worked in ``worktree``."""
    (source,) = (FIXTURES / "qwen").glob(f"{version}.json*")
    text = _moved(source, worktree)
    match = re.search(r'"sessionId": ?"([^"]+)"', text)
    assert match is not None
    if source.suffix == ".json":
        project = home / ".qwen" / "tmp" / hashlib.sha256(os.fsencode(worktree)).hexdigest()
        return _laid(project / "chats" / f"session-2026-11-29T09-38-{match[1][:8]}.json", text)
    project = home / ".qwen" / "projects" / re.sub(r"[^A-Za-z0-9]", "-", str(worktree))
    if version.endswith("-subagent"):
        return _laid(project / "subagents" / match[1] / "agent-general-purpose-1.jsonl", text)
    return _laid(project / "chats" / f"{match[1]}.jsonl", text)


def cline_session(home: Path, worktree: Path, version: str) -> Path:
    """A session that the Cline CLI of that version wrote, as if it had worked in ``worktree``."""
    source = FIXTURES / "cline" / f"{version}.messages.json"
    text = _moved(source, worktree)
    session = json.loads(text)["sessionId"].partition("__")[0]
    folder = home / ".cline" / "data" / "sessions" / session
    if version.endswith("-subagent"):
        return _laid(folder / "agent_1795944986203_8j93r4.messages.json", text)
    _laid(folder / f"{session}.json", _moved(source.with_name(f"{version}.json"), worktree))
    return _laid(folder / f"{session}.messages.json", text)


def cursor_session(home: Path, worktree: Path, *records: object, session: str = "") -> Path:
    """A transcript in the form of Cursor's agent: ``records`` are its lines."""
    session = session or "7d1c7a52-0000-4000-8000-00000000000a"
    project = home / ".cursor" / "projects" / re.sub(r"[^A-Za-z0-9]+", "-", str(worktree)[1:])
    text = "".join(json.dumps(record) + "\n" for record in records)
    return _laid(project / "agent-transcripts" / session / f"{session}.jsonl", text)


def read(path: Path, **part: float) -> Transcript:
    """The session, read by whichever agent wrote it."""
    return Agents.from_environment({}).read(path, **part)  # type: ignore[arg-type]


def told(events: tuple[Event, ...]) -> list[str]:
    """Each event in short, as a reader of a failing test wants to see it."""
    return [_told(event) for event in events]


def _told(event: Event) -> str:
    kind = event.kind.value + ("!" if event.is_error else "")
    words = (event.text.strip().splitlines() or [""])[-1 if event.is_error else 0]
    if event.kind is EventKind.CALL and event.path:
        return f"{kind} {event.tool} {event.path.removeprefix(_WORKTREE + '/')}"
    return " ".join(part for part in (kind, event.tool, words[:60]) if part)


def _moved(source: Path, worktree: Path) -> str:
    return source.read_text(encoding="utf-8").replace(_WORKTREE, str(worktree))


def _laid(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def opencode_session(home: Path, worktree: Path, version: str, name: str = "") -> Path:
    """The sessions that OpenCode of that version wrote, as if it had worked in ``worktree``; the
    path of the one whose title or first prompt has ``name``.
    """
    path = opencode_database(home / ".local" / "share" / "opencode", worktree, version)
    with closing(sqlite3.connect(path)) as database:
        query = (
            "SELECT s.id FROM session s JOIN part p ON p.session_id = s.id"
            " WHERE s.parent_id IS NULL AND instr(p.data, ?) ORDER BY p.id LIMIT 1"
        )
        (session,) = database.execute(query, (name or "crashes on an empty list",)).fetchone()
    return path / str(session)


def opencode_database(folder: Path, worktree: Path, version: str) -> Path:
    """The database itself, with its write-ahead log put away, as after a clean end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "opencode.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_moved(FIXTURES / "opencode" / f"{version}.sql", worktree))
        database.execute("PRAGMA journal_mode = WAL")
    return path


def opencode_files(home: Path, worktree: Path, version: str) -> Path:
    """The session that a version of OpenCode before 1.2 wrote, in files; the path of its own."""
    folder = home / ".local" / "share" / "opencode" / "storage"
    documents = json.loads(_moved(FIXTURES / "opencode" / f"{version}.json", worktree))
    for name, value in documents.items():
        _laid(folder / name, json.dumps(value))
    (path,) = folder.glob("session/*/*.json")
    return path
