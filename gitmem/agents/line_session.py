"""A transcript that is a record a line, read from one of them on: what such agents share.

The order of reading, the clock, where a reading ends and what is held; how a record becomes events
is each agent's own (:class:`LineReader`).  Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from gitmem.agents.clock import Clock, TimesInDoubt, believed_times
from gitmem.agents.draft import Draft
from gitmem.agents.extent import Extent
from gitmem.agents.json_values import JsonObject, parse_line
from gitmem.agents.lines import read_lines
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.text_budget import Retention
from gitmem.model.session import Event


class LineReader(Protocol):
    """Turns the records of one file, in order, into events."""

    is_subagent: bool

    def time_of(self, record: JsonObject) -> float:
        """When the record was written, POSIX seconds; 0.0 where nothing tells.  Asked of each
        record once, in order.
        """

    def draft_events(self, record: JsonObject, draft: Draft) -> Iterator[Event]:
        """The events of a record."""

    def follow(self, record: JsonObject, number: int, rewinds: Rewinds) -> None:
        """Take note of a record that was read, and of what it rewinds away."""


@dataclass(frozen=True)
class LineReading:
    """What was read.  ``next_time`` is that of the record that ended the reading, else 0.0."""

    events: tuple[Event, ...]
    end: int
    end_byte: int
    broken_lines: int
    goes_on: bool
    is_thinned: bool
    next_time: float


def read_line_session(
    file: BinaryIO,
    start: int,
    extent: Extent,
    make_reader: Callable[[], LineReader],
    begun: float = 0.0,
) -> LineReading:
    """Read from where ``file`` stands, which is record ``start``.

    ``begun`` is when the record before was written, POSIX seconds.  The last reader made is the one
    that read.

    Raises:
        OSError: the file cannot be read.
    """
    beginning = file.tell()
    try:
        return _read(Clock(begun), file, start, extent, make_reader())
    except TimesInDoubt:
        file.seek(beginning)
        timer = make_reader()
        times = [timer.time_of(parse_line(line.data) or {}) for line in read_lines(file)]
        file.seek(beginning)
        clock = Clock(believed=believed_times(times))
        return _read(clock, file, start, extent, make_reader())


def _read(
    clock: Clock, file: BinaryIO, start: int, extent: Extent, reader: LineReader
) -> LineReading:
    kept, rewinds = Retention(), Rewinds()
    number, end_byte, broken_lines = start, file.tell(), 0
    goes_on, next_time = False, 0.0
    for line in read_lines(file):
        record = parse_line(line.data)
        time = clock.read([reader.time_of(record or {})])
        if number == extent.end:
            goes_on, next_time = True, time
            break
        if extent.until is not None and time > extent.until:
            rest = (reader.time_of(parse_line(one.data) or {}) for one in read_lines(file))
            clock.end(rest, extent.until)
            goes_on, next_time = True, time
            break
        broken_lines += record is None
        if record is not None:
            reader.follow(record, number, rewinds)
            draft = Draft(number, time, is_subagent=reader.is_subagent, in_full=extent.in_full)
            for event in reader.draft_events(record, draft):
                kept.add(event)
        number, end_byte = number + 1, line.end_byte
    return LineReading(
        events=rewinds.living(kept.events),
        end=number,
        end_byte=end_byte,
        broken_lines=broken_lines,
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
        next_time=next_time,
    )
