"""A session's subagents: Claude Code's files of them, and any agent's events among the session's.

Claude Code keeps them apart: ``<session>/subagents/agent-<id>.jsonl`` beside the transcript, before
2.1 ``agent-<id>.jsonl`` in the same folder.  Their records are in order of time but not in the
transcript's order of records, so an event of theirs stands at the record it was written after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from gitmem.agents.json_values import parse_time
from gitmem.model.session import Event

_PREFIX = "agent-"
_COMPACTION = "agent-acompact"  # the whole session once more, to be summarised
_HEAD_BYTES = 1 << 14
_BEFORE_BYTES = 1 << 16
_TIMESTAMP = re.compile(rb'"timestamp":"([^"]{1,40})"')
_WARM_UP = b'"content":"Warmup"'
_MAX_FILES = 500


def sidechain_files(transcript: Path) -> dict[str, Path]:
    """The subagents of a session: each one's id and file, in order of name; at most 500."""
    found: dict[str, Path] = {}
    with suppress(OSError):
        for path in sorted(transcript.with_suffix("").glob(f"subagents/{_PREFIX}*.jsonl")):
            found[path.stem[len(_PREFIX) :]] = path
    with suppress(OSError):
        for path in sorted(transcript.parent.glob(f"{_PREFIX}*.jsonl")):
            if _belongs(path, transcript.stem):
                found[path.stem[len(_PREFIX) :]] = path
    plain = [(name, path) for name, path in found.items() if not path.name.startswith(_COMPACTION)]
    return dict(plain[:_MAX_FILES])


def woven(events: Iterable[Event], sidechain: Iterable[Event]) -> Iterator[Event]:
    """Both by time, the session's own order kept; a subagent's event takes over a record number."""
    waiting = sorted(sidechain, key=lambda event: event.time)
    at, record = 0, None
    for event in events:
        while at < len(waiting) and waiting[at].time < event.time:
            yield replace(waiting[at], record=event.record if record is None else record)
            at += 1
        record = event.record
        yield event
    for left in waiting[at:]:
        yield left if record is None else replace(left, record=record)


def time_before(file: BinaryIO) -> float:
    """When the line before the one that is read next was written, POSIX seconds; 0 if unknown."""
    here = file.tell()
    start = max(0, here - _BEFORE_BYTES)
    file.seek(start)
    stamps = _TIMESTAMP.findall(file.read(here - start))
    times = (parse_time(stamp.decode("ascii", "replace")) for stamp in stamps)
    return max((time for time in times if time is not None), default=0.0)


def _belongs(path: Path, session: str) -> bool:
    """Whether an old client's subagent file is of this session, and more than a warm-up."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return f'"sessionId":"{session}"'.encode() in head and _WARM_UP not in head
