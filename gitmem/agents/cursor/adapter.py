"""Cursor: the transcripts of its agent, in the editor and in the terminal.

The files have no ids and hardly any times (:mod:`gitmem.agents.cursor.times`), so an event says
between which moments it was; what is built on it then claims no more.  They are short, as the
answers of tools are left out, and are read from their beginning each time, because what stands
there tells when the rest was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.cursor.places import (
    SUFFIXES,
    TRANSCRIPTS,
    find_subagents,
    find_transcripts,
    folder_of,
    is_chat_of_terminal,
    is_only_in,
    is_project_in,
    list_transcripts,
    names_a_file_in,
    project_of,
)
from gitmem.agents.cursor.records import RecordReader
from gitmem.agents.cursor.text_records import draft_text, text_records
from gitmem.agents.cursor.times import Timeline, latest_of, parse_stamp
from gitmem.agents.draft import Draft
from gitmem.agents.extent import Extent
from gitmem.agents.folders import resolve_names
from gitmem.agents.line_session import LineReading, read_line_session
from gitmem.agents.lines import read_lines
from gitmem.agents.subagents import add_subagents
from gitmem.agents.text_budget import Retention
from gitmem.agents.unread import Unread, unread_below
from gitmem.git.regular_file import open_regular
from gitmem.model.session import Event, Transcript, is_session_id


class Cursor:
    """Cursor's agent behind the interface that all agents share."""

    name = "cursor"
    session_variables = ()
    resumes_anywhere = False
    usual_place = "~/.cursor/projects/*/agent-transcripts/{session}/{session}.jsonl"

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("HOME")
        self._folder = Path(home) / ".cursor" if home else None

    def owns(self, path: Path) -> bool:
        """Whether the file lies in a folder of agent transcripts."""
        return path.suffix in SUFFIXES and TRANSCRIPTS in path.parts[-5:-1]

    def copies(self, session: str) -> list[Path]:
        """The file of a session, the newer form if there are two."""
        if self._folder is None or not is_session_id(session):
            return []
        return find_transcripts(self._folder, session)[:1]

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions of the project that the work tree, or a folder below it, is to Cursor.

        Where a folder elsewhere has the same name, a session must name a file in this one.
        """
        roots = resolve_names(worktree)
        found = self.transcripts_since(since)
        names = {project_of(one.path) for one in found} - {""}
        ours = {name for name in names if any(is_project_in(name, root) for root in roots)}
        alone = {name for name in ours if is_only_in(name, roots)}
        return [
            one
            for one in found
            if (name := project_of(one.path)) in ours
            and (
                name in alone or any(names_a_file_in(part, roots) for part in self.parts(one.path))
            )
        ]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``."""
        found: dict[str, TranscriptFile] = {}
        for session, path in list_transcripts(self._folder) if self._folder else ():
            with suppress(OSError):
                mtime = path.stat().st_mtime
                if mtime >= since and is_session_id(session):
                    known = found.get(session)
                    if known is None or path.suffix == SUFFIXES[0]:
                        found[session] = TranscriptFile(session, path, mtime)
        return list(found.values())

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, [self._folder / "projects"] if self._folder else ())

    def parts(self, path: Path) -> list[Path]:
        """The session's file and its subagents'."""
        return [path, *find_subagents(path)]

    def started_in(self, path: Path) -> str:
        """The folder that the project's name stands for, where only one can be meant."""
        return folder_of(project_of(path))

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``cursor-agent --resume`` for a chat of the terminal; the editor has no command for its
        own.
        """
        if self._folder is None or not is_chat_of_terminal(self._folder, session):
            return ()
        return ("cursor-agent", f"--resume={session}")

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
        """Read a transcript, and keep what stands from record ``first`` on.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        extent = Extent(until, end, in_full)
        with translate_errors(path):
            reading, stamps = _read(path, extent)
        later = [event for event in reading.events if event.record >= first]
        before = [event.time for event in reading.events if event.record < first]
        folder = self.started_in(path)
        transcript = Transcript(
            session=path.stem,
            agent=self.name,
            events=tuple(later),
            first=min(first, reading.end),
            end=reading.end,
            end_byte=reading.end_byte,
            broken_lines=reading.broken_lines,
            cwds=(folder,) if folder else (),
            goes_on=reading.goes_on,
            is_thinned=reading.is_thinned,
        )
        extent = extent.before(reading.next_time if end is not None else 0.0).whole
        subagents = _read_subagents(find_subagents(path), stamps, extent)
        return add_subagents(transcript, subagents, max(before, default=0.0))


def _read(
    path: Path, extent: Extent, *, is_subagent: bool = False, begun: float = 0.0
) -> tuple[LineReading, Sequence[float]]:
    """What was read of a file, with the minutes that it tells."""
    with open_regular(path) as file:
        if path.suffix == ".txt":
            timeline = Timeline(begun)
            reading = _read_text(file, extent, timeline, is_subagent=is_subagent)
        else:
            readers: list[RecordReader] = []

            def make_reader() -> RecordReader:
                readers.append(RecordReader(is_subagent=is_subagent, begun=begun))
                return readers[-1]

            reading = read_line_session(file, 0, extent, make_reader)
            timeline = readers[-1].timeline
        written = os.fstat(file.fileno()).st_mtime
    events = _bounded(reading.events, timeline.stamps, written)
    return replace(reading, events=events), timeline.stamps


def _bounded(events: Sequence[Event], stamps: list[float], written: float) -> tuple[Event, ...]:
    return tuple(
        replace(event, latest=max(event.time, latest_of(event.time, stamps, written)))
        for event in events
    )


def _read_text(
    file: BinaryIO, extent: Extent, timeline: Timeline, *, is_subagent: bool
) -> LineReading:
    """The older form, whose records are of several lines."""
    kept, number, end_byte, goes_on, next_time = Retention(), 0, 0, False, 0.0
    decoded = (
        ((line.data or b"").decode("utf-8", "replace").rstrip("\r\n"), line.end_byte)
        for line in read_lines(file)
    )
    for record in text_records(decoded):
        stamp = parse_stamp("\n".join(record.lines[:3])) if record.kind == "user" else 0.0
        time = timeline.take(stamp)
        if number == extent.end or (extent.until is not None and time > extent.until):
            goes_on, next_time = True, time
            break
        draft = Draft(number, time, is_subagent=is_subagent, in_full=extent.in_full)
        for event in draft_text(record, number, draft):
            kept.add(event)
        number, end_byte = number + 1, record.offset
    return LineReading(
        events=tuple(kept.events),
        end=number,
        end_byte=end_byte,
        broken_lines=0,
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
        next_time=next_time,
    )


def _read_subagents(
    paths: Sequence[Path], stamps: Sequence[float], extent: Extent
) -> Iterator[Transcript]:
    """What subagents did: in the turn, as far as nothing else is told, in which they wrote last."""
    for path in paths:
        with suppress(OSError):
            written = path.stat().st_mtime
            begun = max((stamp for stamp in stamps if stamp <= written), default=0.0)
            reading, _ = _read(path, extent, is_subagent=True, begun=begun)
            yield Transcript(path.stem, Cursor.name, reading.events, 0, reading.end, 0)
