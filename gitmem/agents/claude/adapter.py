"""Claude Code behind the interface of all agents: a transcript read as a stream.

The transcript on disk is the record; nothing is spooled beside it.  It is read line by line and
only bounded texts are held, so that a file of any size fits (see :mod:`gitmem.agents.text_budget`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.claude.projects import find_transcript, projects_dirs, transcripts_for
from gitmem.agents.claude.records import Record, RecordReader, time_of
from gitmem.agents.lines import read_lines, seek_line
from gitmem.agents.sidechains import sidechain_files, time_before, woven
from gitmem.agents.text_budget import MAX_WEIGHT, Retention
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Event, Transcript, is_session_id

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEAD_BYTES = 1 << 16
_MAX_NAMES = 64


class ClaudeCode:
    """Claude Code behind the interface that all agents share."""

    name = "claude-code"
    session_variables = ("CLAUDE_CODE_SESSION_ID",)

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._projects = projects_dirs(environ)

    def owns(self, path: Path) -> bool:
        """Any file: a transcript given by hand may have any name."""
        return True

    def find(self, session: str) -> Path | None:
        """The transcript of a session, whatever directory it was started in."""
        return find_transcript(session, self._projects)

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Transcripts of sessions in a work tree or a folder below it."""
        found = []
        for path in transcripts_for(worktree, self._projects, since):
            with suppress(OSError):
                found.append(TranscriptFile(path.stem, path, path.stat().st_mtime))
        return found

    def parts(self, path: Path) -> list[Path]:
        """The transcript and its subagents' files."""
        return [path, *sidechain_files(path).values()]

    def read(
        self, path: Path, *, first: int = 0, first_byte: int = 0, until: float | None = None
    ) -> Transcript:
        """Read a transcript from record ``first`` on.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        return read_transcript(path, first=first, first_byte=first_byte, until=until)


def read_transcript(
    path: Path, *, first: int = 0, first_byte: int = 0, until: float | None = None
) -> Transcript:
    """Read a transcript from record ``first`` on; at most some tens of MB are held.

    ``first_byte`` is where that record begins, when known; a wrong one costs time, not truth.
    ``until`` (POSIX seconds) ends the reading before the first record that is later; a record
    without a time has that of the one before it.  What subagents did in the same span of time is
    among the events.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    subagents = sidechain_files(path)
    try:
        with path.open("rb") as file:
            start = seek_line(file, first, first_byte)
            since = time_before(file) if subagents and start else 0.0
            transcript = _read(file, path, start, until, subagents)
    except OSError as error:
        raise TranscriptMissing(f"cannot read the transcript '{path}': {error.strerror}") from error
    if not subagents:
        return transcript
    found = _sidechain_events(subagents.values(), since, until)
    return replace(transcript, events=tuple(woven(transcript.events, found)))


def _sidechain_events(paths: Iterable[Path], since: float, until: float | None) -> list[Event]:
    """The subagents' events later than ``since`` and not later than ``until``."""
    kept = Retention(MAX_WEIGHT // 3)
    for path in paths:
        try:
            with path.open("rb") as file:
                part = _read(file, path, 0, until, {})
        except OSError:
            continue
        for event in part.events:
            if event.time > since:
                kept.add(replace(event, is_sidechain=True))
    return kept.events


def _read(
    file: BinaryIO, path: Path, start: int, until: float | None, subagents: Collection[str]
) -> Transcript:
    reader, kept, seen = RecordReader(subagents), Retention(), _Seen(path.stem)
    number, end_byte, malformed, time = start, file.tell(), 0, 0.0
    for line in read_lines(file):
        records, is_malformed = parse_line(line.data)
        time = max([time, *(t for record in records if (t := time_of(record)) is not None)])
        if until is not None and time > until:
            break
        malformed += is_malformed
        for record in records:
            seen.look(record)
            for event in reader.events_of(record, number, time):
                kept.add(event)
        number, end_byte = number + 1, line.end_byte
    return Transcript(
        session=seen.session,
        agent=seen.agent,
        events=tuple(kept.events),
        first=start,
        end=number,
        end_byte=end_byte,
        malformed=malformed,
        cwds=tuple(seen.cwds),
        branches=tuple(seen.branches),
    )


def parse_line(data: bytes | None) -> tuple[list[Record], bool]:
    """The JSON objects of a line, and whether anything on it is none.

    Normally one; a resumed session can leave two on a line without a newline between them.
    """
    if data is None:
        return [], True
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return _several(data.decode("utf-8", "replace"))
    return ([value], False) if isinstance(value, dict) else ([], True)


def _several(text: str) -> tuple[list[Record], bool]:
    decoder = json.JSONDecoder()
    found: list[Record] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, True
        if not isinstance(value, dict):
            return found, True
        found.append(value)
        at = _skip_blanks(text, at)
    return found, not found


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


class _Seen:
    """What records say about the session as a whole.

    A transcript is named by its session; a file of another name is known by its records.
    """

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self._session = stem if _UUID.fullmatch(stem) else ""
        self._version = ""
        self.cwds: dict[str, None] = {}
        self.branches: dict[str, None] = {}

    @property
    def session(self) -> str:
        return self._session or self._stem

    @property
    def agent(self) -> str:
        return f"claude-code {self._version}".rstrip()

    def look(self, record: Record) -> None:
        """Take over what this record says."""
        if not self._session:
            self._session = _short(record.get("sessionId"))
        self._version = _short(record.get("version")) or self._version
        _note(self.cwds, record.get("cwd"))
        _note(self.branches, record.get("gitBranch"))


def _short(value: Any) -> str:
    """A name from a record, if it is a harmless one."""
    return value if isinstance(value, str) and is_session_id(value) else ""


def _note(names: dict[str, None], value: Any) -> None:
    if isinstance(value, str) and value and len(value) <= 4_096 and len(names) < _MAX_NAMES:
        names.setdefault(value)
