"""Codex CLI: its rollout files, found by date folder and read line by line.

``$CODEX_HOME/sessions/YYYY/MM/DD/rollout-<time>-<session>.jsonl``, and ``archived_sessions``; what
is over may be packed.  The first line tells the session, the client's version and the folder; a
record is a line.  A subagent has a rollout of its own, which is read with that of its session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.clock import Clock, TimesInDoubt, believed_times
from gitmem.agents.codex.files import (
    ROLLOUT_NAME,
    find_rollouts,
    find_subagents,
    is_subagent,
    list_rollouts,
    parse_folder,
    read_rollout_head,
)
from gitmem.agents.codex.items import ItemReader
from gitmem.agents.codex.packed import open_rollout, plain_name
from gitmem.agents.draft import Draft
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.json_values import (
    JsonObject,
    collect_path,
    parse_id,
    parse_line,
    parse_object,
    parse_path,
    parse_time,
)
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
from gitmem.model.session import EventKind, Transcript, is_session_id

_COPY_SECONDS = 5.0


class Codex:
    """Codex CLI behind the interface that all agents share."""

    name = "codex"
    session_variables = ("CODEX_SESSION_ID", "CODEX_THREAD_ID")
    resumes_anywhere = True
    usual_place = "~/.codex/sessions/*/*/*/rollout-*-{session}.jsonl"

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("CODEX_HOME") or (
            f"{environ['HOME']}/.codex" if environ.get("HOME") else ""
        )
        self._folders = [Path(home) / "sessions", Path(home) / "archived_sessions"] if home else []

    def owns(self, path: Path) -> bool:
        """Whether the file is named as a rollout."""
        name = plain_name(path)
        return name.startswith("rollout-") and name.endswith(".jsonl")

    def copies(self, session: str) -> list[Path]:
        """The rollouts of a session, whatever folder it worked in; a subagent's is none."""
        return find_rollouts(session, self._folders) if is_session_id(session) else []

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Rollouts of sessions in a work tree or a folder below it.

        A session that is resumed goes on in its old file: the date in the path tells when it
        began, the file's time when it was last written.
        """
        roots = resolve_names(worktree)
        return [
            TranscriptFile(match[1], path, mtime)
            for path, mtime in list_rollouts(self._folders)
            if mtime >= since
            and (match := ROLLOUT_NAME.fullmatch(path.name))
            and (head := read_rollout_head(path))
            and not is_subagent(head)
            and is_below(parse_folder(head), roots)
        ]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """Rollouts of all sessions written to after ``since``."""
        return [
            TranscriptFile(match[1], path, mtime)
            for path, mtime in list_rollouts(self._folders)
            if mtime >= since
            and (match := ROLLOUT_NAME.fullmatch(path.name))
            and not is_subagent(read_rollout_head(path))
        ]

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, self._folders)

    def parts(self, path: Path) -> list[Path]:
        """The rollout and its subagents'."""
        match = ROLLOUT_NAME.fullmatch(path.name)
        return [path, *(find_subagents(path, match[1]) if match else ())]

    def started_in(self, path: Path) -> str:
        """The folder that the rollout's first line names."""
        return parse_folder(read_rollout_head(path))

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``codex resume``, which finds the session wherever it is called."""
        return ("codex", "resume", session)

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
        """Read a rollout from line ``first`` on, and what its subagents did in that time.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        with translate_errors(path), open_rollout(path) as file:
            head = _read_head(file, path)
            start = seek_line(file, first, first_byte)
            since = read_time_before(file) if start else 0.0
            extent = Extent(until, end, in_full)
            transcript = _read(file, head, start, extent)
            if end is not None and transcript.goes_on:
                extent = extent.before(read_time_after(file, transcript.end_byte))
        subagents = [] if head.is_subagent else find_subagents(path, head.session)
        return add_subagents(transcript, _read_subagents(subagents, extent.whole), since)


@dataclass(frozen=True)
class _Head:
    """What the first line says.  ``is_copy`` if the session began with another's lines."""

    session: str
    version: str = ""
    cwd: str = ""
    branch: str = ""
    time: float = 0.0
    is_subagent: bool = False
    is_copy: bool = False

    @property
    def agent(self) -> str:
        return f"codex {self.version}".rstrip()


def _read_head(file: BinaryIO, path: Path) -> _Head:
    line = next(read_lines(file), None)
    data = (line.data if line else None) or b""
    record = parse_line(data) or {}
    meta = parse_object(record.get("payload")) if "payload" in record else record
    match = ROLLOUT_NAME.fullmatch(path.name)
    session = match[1] if match else parse_id(meta.get("id"))
    return _Head(
        session=session or path.stem,
        version=parse_id(meta.get("cli_version")),
        cwd=parse_path(meta.get("cwd")),
        branch=parse_path(parse_object(meta.get("git")).get("branch")),
        time=parse_time(record.get("timestamp")) or parse_time(meta.get("timestamp")) or 0.0,
        is_subagent=is_subagent(data),
        is_copy=isinstance(meta.get("forked_from_id"), str),
    )


def _read(file: BinaryIO, head: _Head, start: int, extent: Extent) -> Transcript:
    beginning = file.tell()
    try:
        return _read_by(Clock(head.time), file, head, start, extent)
    except TimesInDoubt:
        file.seek(beginning)
        times = [_time_of(parse_line(line.data) or {}) for line in read_lines(file)]
        file.seek(beginning)
        return _read_by(Clock(believed=believed_times(times)), file, head, start, extent)


def _time_of(record: JsonObject) -> float:
    return parse_time(record.get("timestamp")) or 0.0


def _read_by(clock: Clock, file: BinaryIO, head: _Head, start: int, extent: Extent) -> Transcript:
    items, kept, prefix = ItemReader(head.cwd), Retention(), _ForkPrefix(head)
    number, end_byte, broken_lines = start, file.tell(), 0
    rewinds, prompts = Rewinds(), list[int]()
    cwds: dict[str, None] = {}
    collect_path(cwds, head.cwd)
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
        if record is not None and not prefix.covers(record, time):
            draft = Draft(number, time, is_subagent=head.is_subagent, in_full=extent.in_full)
            for event in items.draft_events(record, draft):
                kept.add(event)
                if event.kind is EventKind.PROMPT and prompts[-1:] != [number]:
                    prompts.append(number)
            collect_path(cwds, items.cwd)
            if turns := _turns_taken_back(record):
                left, prompts = prompts[-turns:], prompts[:-turns]
                rewinds.drop(left[0] if len(left) == turns else start, number)
        number, end_byte = number + 1, line.end_byte
    return Transcript(
        session=head.session,
        agent=head.agent,
        events=rewinds.living(kept.events),
        first=start,
        end=number,
        end_byte=end_byte,
        broken_lines=broken_lines,
        cwds=tuple(cwds),
        branches=(head.branch,) if head.branch else (),
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
    )


def _turns_taken_back(record: JsonObject) -> int:
    """How many of the person's last prompts the record takes back, with all that they led to."""
    payload = parse_object(record.get("payload"))
    if payload.get("type") != "thread_rolled_back":
        return 0
    turns = payload.get("num_turns")
    return turns if isinstance(turns, int) and turns > 0 else 0


class _ForkPrefix:
    """Which lines a forked session has from the one it was forked from; none in newer versions,
    which name that session's file instead.

    They carry the time of the copy.  Ids of turns rise with time (UUIDv7), so what comes before
    the first turn that is younger than the session itself is the other session's; without ids,
    what was written in the session's first seconds.
    """

    def __init__(self, head: _Head) -> None:
        self._session = head.session if head.is_copy else ""
        self._until = head.time + _COPY_SECONDS

    def covers(self, record: JsonObject, time: float) -> bool:
        """Whether the line, written at ``time``, is a copy; called for each line in order."""
        if self._session:
            turn = parse_object(record.get("payload")).get("turn_id")
            is_younger = isinstance(turn, str) and turn >= self._session
            if is_younger or time > self._until:
                self._session = ""
        return bool(self._session)


def _read_subagents(paths: Iterable[Path], extent: Extent) -> Iterator[Transcript]:
    for path in paths:
        with suppress(OSError), open_rollout(path) as file:
            head = _read_head(file, path)
            file.seek(0)
            yield _read(file, head, 0, extent)
