"""GitHub Copilot CLI: its session files, read line by line.

A line is a record: ``{type, data, id, timestamp, parentId}``.  A subagent's lines stand among those
of its session and name the subagent.  A rewind leaves its lines; one behind them says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.clock import Clock, TimesInDoubt, believed_times
from gitmem.agents.copilot.events import EventReader, is_of_subagent
from gitmem.agents.copilot.files import (
    EVENTS,
    PLACE,
    find_place,
    folder_of,
    list_sessions,
    parse_start,
    read_folder_now,
    read_start,
    session_of,
)
from gitmem.agents.draft import Draft
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.json_values import (
    JsonObject,
    collect_path,
    parse_id,
    parse_line,
    parse_name,
    parse_object,
    parse_time,
)
from gitmem.agents.lines import read_lines, seek_line
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.subagents import rough_times
from gitmem.agents.text_budget import Retention
from gitmem.agents.unread import Unread, unread_below
from gitmem.git.regular_file import open_regular
from gitmem.model.session import Transcript, is_session_id

_HEAD_BYTES = 1 << 14
_MAX_IDS = 100_000


class CopilotCli:
    """GitHub Copilot CLI behind the interface that all agents share."""

    name = "copilot-cli"
    session_variables = ("COPILOT_AGENT_SESSION_ID",)
    resumes_anywhere = True
    usual_place = "~/.copilot/session-state/{session}/events.jsonl"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._place = find_place(environ)

    def owns(self, path: Path) -> bool:
        """Whether the file is named as a session's events, or lies among the sessions."""
        is_session = path.suffix == ".jsonl" and path.parent.name == PLACE
        return path.name == EVENTS or is_session

    def copies(self, session: str) -> list[Path]:
        """The files of a session, whatever folder it worked in: most often one."""
        if self._place is None or not is_session_id(session):
            return []
        places = (self._place / session / EVENTS, self._place / f"{session}.jsonl")
        return [path for path in places if path.is_file()]

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions that began in a work tree or a folder below it, or work there now."""
        roots = resolve_names(worktree)
        return [
            TranscriptFile(session, path, mtime)
            for session, path, mtime in list_sessions(self._place)
            if mtime >= since
            and (is_below(self.started_in(path), roots) or is_below(read_folder_now(path), roots))
        ]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``."""
        return [
            TranscriptFile(session, path, mtime)
            for session, path, mtime in list_sessions(self._place)
            if mtime >= since
        ]

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, [self._place] if self._place else ())

    def parts(self, path: Path) -> list[Path]:
        """The session's file, in which its subagents' work stands, too."""
        return [path]

    def started_in(self, path: Path) -> str:
        """The folder that the first line names."""
        return folder_of(read_start(path))

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``copilot --resume=``, which finds the session wherever it is called."""
        return ("copilot", f"--resume={session}")

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
        """Read a session from line ``first`` on.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        with translate_errors(path), open_regular(path) as file:
            head = parse_start(file.read(_HEAD_BYTES))
            start = seek_line(file, first, first_byte)
            return _read(file, path, head, start, Extent(until, end, in_full))


def _read(file: BinaryIO, path: Path, head: JsonObject, start: int, extent: Extent) -> Transcript:
    beginning = file.tell()
    try:
        return _read_by(Clock(), file, path, head, start, extent)
    except TimesInDoubt:
        file.seek(beginning)
        times = [_time_of(parse_line(line.data) or {}) for line in read_lines(file)]
        file.seek(beginning)
        clock = Clock(believed=believed_times(times))
        return _read_by(clock, file, path, head, start, extent)


def _time_of(record: JsonObject) -> float:
    return parse_time(record.get("timestamp")) or 0.0


def _read_by(
    clock: Clock, file: BinaryIO, path: Path, head: JsonObject, start: int, extent: Extent
) -> Transcript:
    reader, kept, left = EventReader(folder_of(head)), Retention(), _Left(start)
    number, end_byte, broken_lines = start, file.tell(), 0
    cwds: dict[str, None] = {}
    branches: dict[str, None] = {}
    collect_path(cwds, reader.cwd)
    collect_path(branches, parse_object(head.get("context")).get("branch"))
    goes_on, until = False, extent.until
    for line in read_lines(file):
        if number == extent.end:
            goes_on = True
            break
        record = parse_line(line.data)
        time = clock.read([_time_of(record or {})])
        if until is not None and time > until:
            clock.end(rough_times(file), until)
            goes_on = True
            break
        broken_lines += record is None
        if record is not None:
            is_subagent = is_of_subagent(record)
            draft = Draft(number, time, is_subagent=is_subagent, in_full=extent.in_full)
            for event in reader.draft_events(record, draft):
                kept.add(event)
            left.note(record, number)
            collect_path(cwds, reader.cwd)
            collect_path(branches, reader.branch)
        number, end_byte = number + 1, line.end_byte
    version = parse_id(head.get("copilotVersion"))
    return Transcript(
        session=parse_id(head.get("sessionId")) or session_of(path),
        agent=f"{CopilotCli.name} {version}".rstrip(),
        events=left.rewinds.living(kept.events),
        first=start,
        end=number,
        end_byte=end_byte,
        broken_lines=broken_lines,
        cwds=tuple(cwds),
        branches=tuple(branches),
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
    )


class _Left:
    """What was rewound away: a line names the first event that was removed, and perhaps each."""

    def __init__(self, start: int) -> None:
        self.rewinds = Rewinds()
        self._start = start
        self._records: dict[str, int] = {}

    def note(self, record: JsonObject, number: int) -> None:
        """Called for each line in order."""
        if record.get("type") == "session.snapshot_rewind":
            data = parse_object(record.get("data"))
            names = data.get("eventIds")
            if isinstance(names, list) and names:
                found = (self._records.get(parse_name(name)) for name in names)
                for first, end in _runs(at for at in found if at is not None):
                    self.rewinds.drop(first, end)
            else:
                first = self._records.get(parse_name(data.get("upToEventId")), self._start)
                self.rewinds.drop(first, number)
        elif name := parse_name(record.get("id")):
            self._records[name] = number
            if len(self._records) > _MAX_IDS:
                del self._records[next(iter(self._records))]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The numbers as half-open spans, as few as there can be."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] >= number:
            runs[-1] = (runs[-1][0], max(runs[-1][1], number + 1))
        else:
            runs.append((number, number + 1))
    return runs
