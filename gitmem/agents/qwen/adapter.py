"""Qwen Code: its session files.

``~/.qwen/projects/<project>/chats/<session>.jsonl``, a record a line, and a subagent's in
``…/subagents/<session>/agent-<id>.jsonl``.  Early versions wrote, as Gemini CLI did, whose fork it
is, ``~/.qwen/tmp/<hash>/chats/session-<time>-<id>.json``, one document.  ``QWEN_HOME`` moves
``~/.qwen``, ``QWEN_RUNTIME_DIR`` what lies in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.chat_file import SessionDocument
from gitmem.agents.chat_messages import MessageReader
from gitmem.agents.chat_session import Chat, read_chat
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.line_session import read_line_session
from gitmem.agents.lines import read_head, seek_line
from gitmem.agents.qwen.records import RecordReader
from gitmem.agents.subagents import add_subagents, read_time_after, read_time_before
from gitmem.agents.unread import Unread, unread_below
from gitmem.git.regular_file import open_regular
from gitmem.model.session import Transcript, is_session_id

_FOLDER = ".qwen"
_HEAD_BYTES = 1 << 14
_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.){1,4096}")')
_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"')
_MAX_SUBAGENTS = 200


class QwenCode:
    """Qwen Code behind the interface that all agents share."""

    name = "qwen-code"
    session_variables = ("QWEN_CODE_SESSION_ID",)
    resumes_anywhere = False
    usual_place = "~/.qwen/projects/*/chats/{session}.jsonl"

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("HOME")
        place = environ.get("QWEN_RUNTIME_DIR") or environ.get("QWEN_HOME")
        self._folder = Path(place) if place else Path(home) / _FOLDER if home else None

    def owns(self, path: Path) -> bool:
        """Whether the file lies where sessions do: ``projects/*/chats``, or in its own folder."""
        if path.suffix == ".json":
            return _is_document(path) and _FOLDER in path.parts
        if path.suffix != ".jsonl":
            return False
        return path.parts[-4:-3] == ("projects",) and path.parent.name == "chats"

    def copies(self, session: str) -> list[Path]:
        """The files of a session, whatever folder it worked in."""
        if self._folder is None or not is_session_id(session):
            return []
        with suppress(OSError):
            found = sorted(self._folder.glob(f"projects/*/chats/{session}.jsonl"))
            older = self._folder.glob(f"tmp/*/chats/session-*-{session[:8]}.json")
            return [*found, *(path for path in sorted(older) if _read_session(path) == session)]
        return []

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions in a work tree or a folder below it."""
        roots = resolve_names(worktree)
        hashes = {
            hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest() for root in roots
        }
        return [
            one
            for one in self.transcripts_since(since)
            if one.path.parent.parent.name in hashes or is_below(self.started_in(one.path), roots)
        ]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``; of one in both forms, the newer."""
        found: dict[str, TranscriptFile] = {}
        for path in self._list():
            with suppress(OSError):
                mtime = path.stat().st_mtime
                session = path.stem if path.suffix == ".jsonl" else _read_session(path)
                if mtime >= since and is_session_id(session):
                    known = found.get(session)
                    if known is None or known.mtime <= mtime:
                        found[session] = TranscriptFile(session, path, mtime)
        return list(found.values())

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(
            self.name, [self._folder / name for name in ("projects", "tmp")] if self._folder else ()
        )

    def parts(self, path: Path) -> list[Path]:
        """The session's file and its subagents'."""
        return [path, *_find_subagents(path)]

    def started_in(self, path: Path) -> str:
        """The folder that the session's first records name; an early document names none."""
        with suppress(OSError, ValueError):
            match = _CWD.search(read_head(path, _HEAD_BYTES)) if path.suffix == ".jsonl" else None
            return str(json.loads(match[1])) if match else ""
        return ""

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``qwen --resume``, which knows the sessions of the folder it is called in."""
        return ("qwen", "--resume", session)

    def read(
        self,
        path: Path,
        *,
        first: int = 0,
        first_byte: int = 0,
        until: float | None = None,
        end: int | None = None,
        in_full: bool = False,
    ) -> Transcript:
        """Read a session from record ``first`` on, and what its subagents did in that time.

        Raises:
            TranscriptMissing: the file is gone, cannot be read, or is a document of over 32 MB.
        """
        extent = Extent(until, end, in_full)
        if path.suffix == ".json":
            return _read_document(path, first, extent)
        with translate_errors(path), open_regular(path) as file:
            start = seek_line(file, first, first_byte)
            since = read_time_before(file) if start else 0.0
            transcript = _read_lines(path, start, file.tell(), extent)
            if end is not None and transcript.goes_on:
                extent = extent.before(read_time_after(file, transcript.end_byte))
        subagents = _read_subagents(_find_subagents(path), extent.whole)
        return add_subagents(transcript, subagents, since)

    def _list(self) -> Iterator[Path]:
        if self._folder is not None and self._folder.is_dir():
            with suppress(OSError):
                yield from sorted(self._folder.glob("tmp/*/chats/session-*.json"))
                yield from sorted(self._folder.glob("projects/*/chats/*.jsonl"))


def _read_lines(
    path: Path, start: int, start_byte: int, extent: Extent, subagent: str = ""
) -> Transcript:
    made: list[RecordReader] = []

    def make_reader() -> RecordReader:
        made.append(RecordReader(subagent))
        return made[-1]

    with open_regular(path) as file:
        file.seek(start_byte)
        reading = read_line_session(file, start, extent, make_reader)
    reader = made[-1]
    agent = f"{QwenCode.name} {reader.version}".rstrip()
    return Transcript(
        session=_read_session(path) or path.stem,
        agent=agent,
        events=reading.events,
        first=start,
        end=reading.end,
        end_byte=reading.end_byte,
        broken_lines=reading.broken_lines,
        cwds=tuple(reader.cwds),
        branches=tuple(reader.branches),
        goes_on=reading.goes_on,
        is_thinned=reading.is_thinned,
    )


def _read_document(path: Path, first: int, extent: Extent) -> Transcript:
    """A session of an early version, whose form is Gemini CLI's."""
    with translate_errors(path):
        chat = Chat(_read_session(path) or path.stem, QwenCode.name)
        reader = MessageReader(in_full=extent.in_full)
        transcript, *_ = read_chat(SessionDocument(path), reader, chat, first, extent)
    return transcript


def _find_subagents(path: Path) -> list[Path]:
    if path.suffix != ".jsonl" or not is_session_id(path.stem):
        return []
    with suppress(OSError):
        folder = path.parent.parent / "subagents" / path.stem
        return sorted(folder.glob("agent-*.jsonl"))[:_MAX_SUBAGENTS]
    return []


def _read_subagents(paths: Iterable[Path], extent: Extent) -> Iterator[Transcript]:
    for path in paths:
        with suppress(OSError):
            yield _read_lines(path, 0, 0, extent, path.stem)


def _is_document(path: Path) -> bool:
    return path.parent.name == "chats" and path.name.startswith("session-")


def _read_session(path: Path) -> str:
    with suppress(OSError):
        match = _SESSION.search(read_head(path, _HEAD_BYTES))
        return match[1].decode() if match else ""
    return ""
