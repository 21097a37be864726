"""Claude Code behind the interface of all agents: a transcript read as a stream.

The transcript on disk is the record; nothing is spooled beside it.  It is read line by line and
only bounded texts are held, so that a file of any size fits (see :mod:`gitmem.agents.text_budget`).
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.claude.chain import Chain
from gitmem.agents.claude.projects import (
    chosen_project_name,
    find_started_in,
    find_transcripts,
    list_copies,
    list_projects_dirs,
    list_transcripts,
)
from gitmem.agents.claude.records import RecordReader
from gitmem.agents.claude.subagents import find_subagents
from gitmem.agents.clock import Clock, TimesInDoubt, believed_times
from gitmem.agents.extent import Extent
from gitmem.agents.json_values import JsonObject, collect_path, parse_id, parse_line, parse_time
from gitmem.agents.lines import read_lines, seek_line
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.subagents import (
    add_subagents,
    read_time_after,
    read_time_before,
    rough_times,
)
from gitmem.agents.text_budget import Retention
from gitmem.agents.unread import Unread, unread_below
from gitmem.git.regular_file import open_regular
from gitmem.model.session import Transcript

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ClaudeCode:
    """Claude Code behind the interface that all agents share."""

    name = "claude-code"
    session_variables = ("CLAUDE_CODE_SESSION_ID",)
    resumes_anywhere = False
    usual_place = "~/.claude/projects/*/{session}.jsonl"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._projects = list_projects_dirs(environ)
        self._chosen_name = chosen_project_name(environ)

    def owns(self, path: Path) -> bool:
        """Any file: a transcript given by hand may have any name."""
        return True

    def copies(self, session: str) -> list[Path]:
        """The files of a session, whatever directory it was started in or went to."""
        return list_copies(session, self._projects)

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Transcripts of sessions in a work tree or a folder below it."""
        return find_transcripts(worktree, self._projects, since, self._chosen_name)

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """Transcripts of all sessions written to after ``since``."""
        return list_transcripts(self._projects, since)

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, self._projects)

    def parts(self, path: Path) -> list[Path]:
        """The transcript and its subagents' files."""
        return [path, *find_subagents(path).values()]

    def started_in(self, path: Path) -> str:
        """The folder that the transcript's own is named after."""
        return find_started_in(path)

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``claude --resume``, which looks for the session in the folder it is called in."""
        return ("claude", "--resume", session)

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
        """Read a transcript from record ``first`` on.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        return read_transcript(
            path, first=first, first_byte=first_byte, until=until, end=end, in_full=in_full
        )


def read_transcript(
    path: Path,
    *,
    first: int = 0,
    first_byte: int = 0,
    until: float | None = None,
    end: int | None = None,
    in_full: bool = False,
) -> Transcript:
    """Read a transcript from record ``first`` on; at most some tens of MB are held.

    ``first_byte`` is where that record begins, when known; a wrong one costs time, not truth.
    ``until`` (POSIX seconds) ends the reading before the first record that is later, ``end`` before
    the record of that number; a record without a time has that of the one before it.  What
    subagents did in the same span of time is among the events.  ``in_full`` as for
    :meth:`gitmem.agents.adapter.Adapter.read`.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    subagents = find_subagents(path)
    with translate_errors(path), open_regular(path) as file:
        start = seek_line(file, first, first_byte)
        since = read_time_before(file) if subagents and start else 0.0
        extent = Extent(until, end, in_full)
        transcript = _read(file, path, start, extent, subagents)
        if end is not None and transcript.goes_on and subagents:
            extent = extent.before(read_time_after(file, transcript.end_byte))
    return add_subagents(transcript, _read_subagents(subagents.values(), extent.whole), since)


def _read_subagents(paths: Iterable[Path], extent: Extent) -> Iterator[Transcript]:
    for path in paths:
        with suppress(OSError), open_regular(path) as file:
            yield _read(file, path, 0, extent, {})


def _read(
    file: BinaryIO, path: Path, start: int, extent: Extent, subagents: Collection[str]
) -> Transcript:
    beginning = file.tell()
    try:
        return _read_by(Clock(), file, path, start, extent, subagents)
    except TimesInDoubt:
        file.seek(beginning)
        times = [_time_of(records) for records, _ in _parse_lines(file)]
        file.seek(beginning)
        clock = Clock(believed=believed_times(times))
        return _read_by(clock, file, path, start, extent, subagents)


def _read_by(
    clock: Clock,
    file: BinaryIO,
    path: Path,
    start: int,
    extent: Extent,
    subagents: Collection[str],
) -> Transcript:
    reader, kept = RecordReader(subagents, in_full=extent.in_full), Retention()
    facts = _SessionFacts(path.stem)
    until = extent.until
    beginning = file.tell()
    number, end_byte, broken_lines = start, beginning, 0
    rewinds = Rewinds()
    chain = Chain(start, rewinds, lambda name: _has_record(path, name, end=beginning))
    goes_on = False
    for line in read_lines(file):
        if number == extent.end:
            goes_on = True
            break
        records, is_malformed = _parse_records(line.data)
        time = clock.read(parse_time(record.get("timestamp")) for record in records)
        if until is not None and time > until:
            clock.end(rough_times(file), until)
            goes_on = True
            break
        broken_lines += is_malformed
        for record in records:
            facts.add(record)
            chain.follow(record, number)
            for event in reader.draft_events(record, number, time):
                kept.add(event)
        number, end_byte = number + 1, line.end_byte
    return Transcript(
        session=facts.session,
        agent=facts.agent,
        events=rewinds.living(kept.events),
        first=start,
        end=number,
        end_byte=end_byte,
        broken_lines=broken_lines,
        cwds=tuple(facts.cwds),
        branches=tuple(facts.branches),
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
    )


def _has_record(path: Path, name: str, end: int) -> bool:
    """Whether a record of this id stands in the file's first ``end`` bytes."""
    wanted = re.compile(rb'"uuid"\s*:\s*' + re.escape(json.dumps(name).encode()))
    with open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return wanted.search(data, 0, end) is not None


def _parse_lines(file: BinaryIO) -> Iterator[tuple[list[JsonObject], bool]]:
    for line in read_lines(file):
        yield _parse_records(line.data)


def _time_of(records: Iterable[JsonObject]) -> float:
    """The latest time of the records of a line; 0.0 without one."""
    times = (parse_time(record.get("timestamp")) or 0.0 for record in records)
    return max(times, default=0.0)


def _parse_records(data: bytes | None) -> tuple[list[JsonObject], bool]:
    """The JSON objects of a line, and whether anything on it is none.

    Normally one; a resumed session can leave two on a line without a newline between them.
    """
    record = parse_line(data)
    if record is None:
        return _parse_several(data.decode("utf-8", "replace")) if data is not None else ([], True)
    return [record], False


def _parse_several(text: str) -> tuple[list[JsonObject], bool]:
    decoder = json.JSONDecoder()
    records: list[JsonObject] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return records, True
        if not isinstance(value, dict):
            return records, True
        records.append(value)
        at = _skip_blanks(text, at)
    return records, not records


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


class _SessionFacts:
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

    def add(self, record: JsonObject) -> None:
        """Take what this record tells."""
        if not self._session:
            self._session = parse_id(record.get("sessionId"))
        self._version = parse_id(record.get("version")) or self._version
        collect_path(self.cwds, record.get("cwd"))
        collect_path(self.branches, record.get("gitBranch"))
