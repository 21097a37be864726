"""What a session's subagents did, among the session's own events.

Agents write what a subagent did to a file of its own.  Both files are in order of time, but records
are numbered in the session's alone: a subagent's event stands at the record it was written after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from gitmem.agents.json_values import parse_time
from gitmem.agents.lines import read_lines
from gitmem.agents.text_budget import MAX_WEIGHT, Retention
from gitmem.model.session import Event, Transcript

_BEFORE_BYTES = 1 << 16
_NEAR_SECONDS = 600.0
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"([^"]{1,40})"')


def add_subagents(
    transcript: Transcript, subagents: Iterable[Transcript], since: float
) -> Transcript:
    """The transcript with what its subagents did later than ``since`` (POSIX seconds).

    Together they may weigh a third of what a session may.
    """
    later = Retention(MAX_WEIGHT // 3)
    for subagent in subagents:
        for event in subagent.events:
            if event.time > since:
                later.add(replace(event, is_subagent=True))
    is_thinned = transcript.is_thinned or later.is_thinned
    events = tuple(weave(transcript.events, later.events))
    return replace(transcript, events=events, is_thinned=is_thinned)


def weave(events: Iterable[Event], others: Iterable[Event]) -> Iterator[Event]:
    """Both by time, the session's own order kept; another's event takes over a record number."""
    waiting = sorted(others, key=lambda event: event.time)
    at, record = 0, None
    for event in events:
        while at < len(waiting) and waiting[at].time < event.time:
            yield replace(waiting[at], record=event.record if record is None else record)
            at += 1
        record = event.record
        yield event
    for left in waiting[at:]:
        yield left if record is None else replace(left, record=record)


def read_time_before(file: BinaryIO) -> float:
    """When the line before the one that is read next was written, POSIX seconds; 0 if unknown."""
    here = file.tell()
    start = max(0, here - _BEFORE_BYTES)
    file.seek(start)
    times = _times_in(file.read(here - start))
    # A clock may have been wrong for a while: what is far later than the last counts for nothing.
    return max((time for time in times if time <= times[-1] + _NEAR_SECONDS), default=0.0)


def read_time_after(file: BinaryIO, offset: int) -> float:
    """When the line at this offset was written, POSIX seconds; 0 if unknown."""
    file.seek(offset)
    return next(iter(_times_in(file.readline(_BEFORE_BYTES))), 0.0)


def rough_times(file: BinaryIO) -> Iterator[float]:
    """The times, POSIX seconds, that the rest of the file names anywhere; nothing is parsed."""
    for line in read_lines(file):
        yield from _times_in(line.data or b"")


def _times_in(data: bytes) -> list[float]:
    stamps = (parse_time(stamp.decode("ascii", "replace")) for stamp in _TIMESTAMP.findall(data))
    return [stamp for stamp in stamps if stamp is not None]
