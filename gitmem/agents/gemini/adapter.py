"""Gemini CLI: its session files.

``~/.gemini/tmp/<project>/chats/session-<time>-<id>.json``, one document that is written anew each
time, and in newer versions ``….jsonl``, to which lines are added.  The project is a short name
with the folder in ``.project_root``, formerly the SHA-256 of the folder.  A subagent's file lies
in a folder that is named by its session.  A file is read from its beginning each time, as a
message may have grown; byte offsets mean nothing here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.folders import is_below, names_of
from gitmem.agents.gemini.files import Source, open_source
from gitmem.agents.gemini.messages import MessageReader, Numbered
from gitmem.agents.sidechains import woven
from gitmem.agents.text_budget import Retention
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Event, Transcript, is_session_id

_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"')
_SUBAGENT = re.compile(rb'"kind"\s*:\s*"subagent"')
_HEAD_BYTES = 4_096
_SUFFIXES = (".json", ".jsonl")


class GeminiCli:
    """Gemini CLI behind the interface that all agents share."""

    name = "gemini-cli"
    session_variables = ()

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("GEMINI_CLI_HOME") or environ.get("HOME")
        self._folder = Path(home) / ".gemini" / "tmp" if home else None

    def owns(self, path: Path) -> bool:
        """Whether the file lies in a folder of chats, or is named as a session's."""
        is_chat = "chats" in path.parts[-3:-1] or path.name.startswith("session-")
        return is_chat and path.suffix in _SUFFIXES

    def find(self, session: str) -> Path | None:
        """The newest file of a session, whatever folder it worked in."""
        if self._folder is None or not is_session_id(session) or not self._folder.is_dir():
            return None
        found: list[Path] = []
        with suppress(OSError):
            found += self._folder.glob(f"*/chats/session-*-{session[:8]}.json*")
        found = [path for path in found if self.owns(path) and _session_of(path) == session]
        return max(found, key=_age, default=None)

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions in a work tree or a folder below it, each with its newest file."""
        newest: dict[str, TranscriptFile] = {}
        for path in sorted(self._chats(names_of(worktree)), key=_age):
            modified, _ = _age(path)
            if modified >= since and self.owns(path) and (session := _session_of(path)):
                newest[session] = TranscriptFile(session, path, modified)
        return list(newest.values())

    def parts(self, path: Path) -> list[Path]:
        """The session's file and its subagents'."""
        return [path, *_subagents(path, _session_of(path))]

    def read(
        self, path: Path, *, first: int = 0, first_byte: int = 0, until: float | None = None
    ) -> Transcript:
        """Read a session from record ``first`` on; ``first_byte`` means nothing here.

        Raises:
            TranscriptMissing: the file is gone, cannot be read, or is a document of over 32 MB.
        """
        try:
            head = _read_head(path)
            root = _root_of(path)
            reader = MessageReader(root, is_subagent=_SUBAGENT.search(head) is not None)
            session = _name_in(head) or path.stem
            found, since = _read(open_source(path), reader, session, root, first, until)
        except OSError as error:
            raise TranscriptMissing(
                f"cannot read the transcript '{path}': {error.strerror}"
            ) from error
        subagents = _subagents(path, session)
        done = [event for other in subagents for event in _done(other, root, since, until)]
        return replace(found, events=tuple(woven(found.events, done))) if done else found

    def _chats(self, roots: list[str]) -> Iterator[Path]:
        if self._folder is None or not self._folder.is_dir():
            return
        hashes = {
            hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest() for root in roots
        }
        with suppress(OSError):
            for project in sorted(self._folder.iterdir()):
                if project.name in hashes or is_below(_marked_root(project), roots):
                    with suppress(OSError):
                        yield from project.glob("chats/session-*.json*")


def _read(
    source: Source,
    reader: MessageReader,
    session: str,
    root: str,
    first: int,
    until: float | None,
) -> tuple[Transcript, float]:
    """What was read, and the time of what stands before it."""
    kept, time, since = Retention(), 0.0, 0.0
    for record in _records(source, reader):
        time = max(time, record.time)
        if until is not None and time > until:
            reader.forget(record)
            break
        if record.number >= first:
            for event in reader.events_of(record, time):
                kept.add(event)
        else:
            since = time
    transcript = Transcript(
        session=session,
        agent=GeminiCli.name,
        events=tuple(kept.events),
        first=min(first, reader.count),
        end=reader.count,
        end_byte=0,
        malformed=source.malformed,
        cwds=(root,) if root else (),
    )
    return transcript, since


def _subagents(path: Path, session: str) -> list[Path]:
    if not is_session_id(session):
        return []
    with suppress(OSError):
        return sorted(path.parent.glob(f"{session}/*.jsonl"))
    return []


def _done(path: Path, root: str, since: float, until: float | None) -> list[Event]:
    """A subagent's events later than ``since`` and not later than ``until``."""
    try:
        reader = MessageReader(root, is_subagent=True)
        found, _ = _read(open_source(path), reader, path.stem, root, 0, until)
    except OSError:
        return []
    return [event for event in found.events if event.time > since]


def _records(source: Source, reader: MessageReader) -> Iterator[Numbered]:
    for message, is_last in source.messages():
        yield from reader.records_of(message, is_last=is_last)


def _hash(root: str) -> str:
    return hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()


def _age(path: Path) -> tuple[float, str]:
    """When last written; of two equally old, the newer form."""
    try:
        return path.stat().st_mtime, path.suffix
    except OSError:
        return 0.0, path.suffix


def _session_of(path: Path) -> str:
    with suppress(OSError):
        return _name_in(_read_head(path))
    return ""


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _name_in(head: bytes) -> str:
    match = _SESSION.search(head)
    return match[1].decode() if match else ""


def _root_of(path: Path) -> str:
    """The project's folder; empty if it is only known by its hash."""
    return next((_marked_root(up.parent) for up in path.parents if up.name == "chats"), "")


def _marked_root(project: Path) -> str:
    with suppress(OSError), (project / ".project_root").open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8", "surrogateescape").strip()
    return ""
