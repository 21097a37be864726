"""Codex CLI: its rollout files, found by date folder and read line by line.

``$CODEX_HOME/sessions/YYYY/MM/DD/rollout-<time>-<session>.jsonl``, and ``archived_sessions``.  The
first line tells the session, the client's version and the folder; a record is a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from gitmem.agents.adapter import TranscriptFile
from gitmem.agents.codex_items import ItemReader, Record, name_of_folder
from gitmem.agents.draft import Draft, mapping_of
from gitmem.agents.folders import is_below, names_of
from gitmem.agents.lines import read_lines, seek_line
from gitmem.agents.records import time_of
from gitmem.agents.retention import Retention
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Transcript, is_session_id

_NAME = re.compile(
    r"rollout-\d{4}-\d\d-\d\dT[\d-]{8}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl"
)
_CWD = re.compile(rb'"cwd":("(?:[^"\\]|\\.){1,4096}")|<cwd>([^<]{1,4096})</cwd>')
_COPY_SECONDS = 5.0
_HEAD_BYTES = 1 << 16
_MAX_NAMES = 64


class Codex:
    """Codex CLI behind the interface that all agents share."""

    name = "codex"
    session_variables = ("CODEX_THREAD_ID",)

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("CODEX_HOME") or (
            f"{environ['HOME']}/.codex" if environ.get("HOME") else ""
        )
        self._folders = [Path(home) / "sessions", Path(home) / "archived_sessions"] if home else []

    def owns(self, path: Path) -> bool:
        """Whether the file is named as a rollout."""
        return path.name.startswith("rollout-") and path.suffix == ".jsonl"

    def find(self, session: str) -> Path | None:
        """The rollout of a session, whatever folder it worked in."""
        if not is_session_id(session):
            return None
        name = f"rollout-*-{session}.jsonl"
        for folder in self._folders:
            with suppress(OSError):
                for pattern in (f"*/*/*/{name}", name):
                    for path in sorted(folder.glob(pattern)):
                        return path
        return None

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Rollouts of sessions in a work tree or a folder below it.

        A session that is resumed goes on in its old file: the date in the path tells when it
        began, the file's time when it was last written.
        """
        roots = names_of(worktree)
        return [
            TranscriptFile(match[1], path, modified)
            for path, modified in self._rollouts()
            if modified >= since
            and (match := _NAME.fullmatch(path.name))
            and is_below(_first_folder(path), roots)
        ]

    def read(
        self, path: Path, *, first: int = 0, first_byte: int = 0, until: float | None = None
    ) -> Transcript:
        """Read a rollout from line ``first`` on.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        try:
            with path.open("rb") as file:
                head = _read_head(file, path)
                start = seek_line(file, first, first_byte)
                return _read(file, head, start, until)
        except OSError as error:
            raise TranscriptMissing(
                f"cannot read the transcript '{path}': {error.strerror}"
            ) from error

    def _rollouts(self) -> Iterator[tuple[Path, float]]:
        for folder in self._folders:
            if not folder.is_dir():
                continue
            for pattern in ("*/*/*/rollout-*.jsonl", "rollout-*.jsonl"):
                with suppress(OSError):
                    for path in folder.glob(pattern):
                        with suppress(OSError):
                            yield path, path.stat().st_mtime


@dataclass(frozen=True)
class _Head:
    """What the first line tells.  ``is_copy`` when the session began with another's lines."""

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
    record = _record(line.data if line else None) or {}
    meta = mapping_of(record.get("payload")) if "payload" in record else record
    match = _NAME.fullmatch(path.name)
    told, source = meta.get("id"), mapping_of(meta.get("source"))
    session = match[1] if match else told if isinstance(told, str) else path.stem
    version = meta.get("cli_version")
    return _Head(
        session=session if is_session_id(session) else path.stem,
        version=version if isinstance(version, str) and is_session_id(version) else "",
        cwd=name_of_folder(meta.get("cwd")),
        branch=name_of_folder(mapping_of(meta.get("git")).get("branch")),
        time=time_of(record) or time_of(meta) or 0.0,
        is_subagent=any("subagent" in key.lower() for key in source),
        is_copy=isinstance(meta.get("forked_from_id"), str),
    )


def _read(file: BinaryIO, head: _Head, start: int, until: float | None) -> Transcript:
    items, kept, copied = ItemReader(head.cwd), Retention(), _Copied(head)
    number, end_byte, malformed, time = start, file.tell(), 0, head.time
    cwds: dict[str, None] = {head.cwd: None} if head.cwd else {}
    for line in read_lines(file):
        record = _record(line.data)
        time = max(time, time_of(record) or 0.0) if record else time
        if until is not None and time > until:
            break
        malformed += record is None
        if record is not None and not copied.covers(record, time):
            draft = Draft(number, time, is_sidechain=head.is_subagent)
            for event in items.events_of(record, draft):
                kept.add(event)
            if items.cwd and len(cwds) < _MAX_NAMES:
                cwds.setdefault(items.cwd)
        number, end_byte = number + 1, line.end_byte
    return Transcript(
        session=head.session,
        agent=head.agent,
        events=tuple(kept.events),
        first=start,
        end=number,
        end_byte=end_byte,
        malformed=malformed,
        cwds=tuple(cwds),
        branches=(head.branch,) if head.branch else (),
    )


class _Copied:
    """Which lines a forked session has from the one it was forked from.

    They carry the time of the copy.  Ids of turns rise with time (UUIDv7), so what comes before
    the first turn that is younger than the session itself is the other session's; without ids,
    what was written in the session's first seconds.
    """

    def __init__(self, head: _Head) -> None:
        self._session = head.session if head.is_copy else ""
        self._until = head.time + _COPY_SECONDS

    def covers(self, record: Record, time: float) -> bool:
        """Whether the line, written at ``time``, is a copy; called for each line in order."""
        if self._session:
            turn = mapping_of(record.get("payload")).get("turn_id")
            is_younger = isinstance(turn, str) and turn >= self._session
            if is_younger or time > self._until:
                self._session = ""
        return bool(self._session)


def _record(data: bytes | None) -> Mapping[str, Any] | None:
    try:
        value = json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first_folder(path: Path) -> str:
    """The folder that the beginning of a rollout names; empty when it names none."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        match = _CWD.search(file.read(_HEAD_BYTES))
        if match is not None:
            return str(json.loads(match[1])) if match[1] else match[2].decode("utf-8", "replace")
    return ""
