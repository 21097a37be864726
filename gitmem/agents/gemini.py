"""Gemini CLI: its session files, in both forms that there have been.

``~/.gemini/tmp/<project>/chats/session-<time>-<id>.json``, one document that is written anew each
time, and since 0.40 or so ``….jsonl``, to which lines are added.  The project is a short name
with the folder in ``.project_root``, formerly the SHA-256 of the folder.  Either is read from its
beginning each time, as a message may have grown; byte offsets mean nothing here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.draft import mapping_of, mappings_of
from gitmem.agents.folders import is_below, names_of
from gitmem.agents.gemini_messages import Message, MessageReader, Numbered
from gitmem.agents.lines import read_lines
from gitmem.agents.retention import Retention
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Transcript, is_session_id

MAX_DOCUMENT_BYTES = 64 << 20
"""A larger document is not read: all of it would be held at once, twice."""

_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"')
_SUBAGENT = re.compile(rb'"kind"\s*:\s*"subagent"')
_MESSAGES = re.compile(r'(?<!\\)"messages"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
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
            for pattern in (f"session-*-{session[:8]}.json*", f"*/{session}.json*"):
                found += self._folder.glob(f"*/chats/{pattern}")
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

    def read(
        self, path: Path, *, first: int = 0, first_byte: int = 0, until: float | None = None
    ) -> Transcript:
        """Read a session from record ``first`` on; ``first_byte`` means nothing here.

        Raises:
            TranscriptMissing: the file is gone, cannot be read, or is a document of over 64 MB.
        """
        try:
            head = _read_head(path)
            root = _root_of(path)
            reader = MessageReader(root, is_subagent=_SUBAGENT.search(head) is not None)
            source = _Lines(path) if path.suffix == ".jsonl" else _Document(path)
            return _read(source, reader, _name_in(head) or path.stem, root, first, until)
        except OSError as error:
            raise TranscriptMissing(
                f"cannot read the transcript '{path}': {error.strerror}"
            ) from error

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
                        yield from project.glob("chats/*/*.jsonl")


class _Lines:
    """The newer form: each line a message, a rewriting of messages, or other news."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.malformed = 0

    def messages(self) -> Iterator[tuple[Message, bool]]:
        """Each message as often as it was written; none can still grow unseen."""
        with self._path.open("rb") as file:
            for line in read_lines(file):
                try:
                    record = json.loads(line.data) if line.data is not None else None
                except (ValueError, RecursionError):
                    record = None
                if not isinstance(record, dict):
                    self.malformed += 1
                elif "type" in record:
                    yield record, False
                else:
                    news = mapping_of(record.get("$set")) or record
                    for message in mappings_of(news.get("messages")):
                        yield message, False


class _Document:
    """The older form, parsed a message at a time; one that is half written ends early."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.malformed = 0

    def messages(self) -> Iterator[tuple[Message, bool]]:
        """Each message, and whether it is the last, which may still grow."""
        held: Message | None = None
        for message in self._parsed():
            if held is not None:
                yield held, False
            held = message
        if held is not None:
            yield held, True

    def _parsed(self) -> Iterator[Message]:
        with self._path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
        if len(data) > MAX_DOCUMENT_BYTES:
            limit = MAX_DOCUMENT_BYTES >> 20
            raise TranscriptMissing(
                f"cannot read the transcript '{self._path}': it has more than {limit} MB"
            )
        text = data.decode("utf-8", "replace")
        del data
        start = _MESSAGES.search(text)
        at, decoder = start.end() if start else len(text), json.JSONDecoder()
        self.malformed += start is None
        while (at := _after(_BETWEEN, text, at)) < len(text) and text[at] != "]":
            try:
                message, at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                self.malformed += 1
                return
            if isinstance(message, dict):
                yield message
            else:
                self.malformed += 1


def _read(
    source: _Lines | _Document,
    reader: MessageReader,
    session: str,
    root: str,
    first: int,
    until: float | None,
) -> Transcript:
    kept, time = Retention(), 0.0
    for record in _records(source, reader):
        time = max(time, record.time)
        if until is not None and time > until:
            reader.forget(record)
            break
        if record.number >= first:
            for event in reader.events_of(record, time):
                kept.add(event)
    return Transcript(
        session=session,
        agent=GeminiCli.name,
        events=tuple(kept.events),
        first=min(first, reader.count),
        end=reader.count,
        end_byte=0,
        malformed=source.malformed,
        cwds=(root,) if root else (),
    )


def _records(source: _Lines | _Document, reader: MessageReader) -> Iterator[Numbered]:
    for message, is_last in source.messages():
        yield from reader.records_of(message, is_last=is_last)


def _hash(root: str) -> str:
    return hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


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
    """The project's folder; empty where it is only known by its hash."""
    return next((_marked_root(up.parent) for up in path.parents if up.name == "chats"), "")


def _marked_root(project: Path) -> str:
    with suppress(OSError), (project / ".project_root").open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8", "surrogateescape").strip()
    return ""
