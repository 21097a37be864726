"""A chat's file read into a transcript: whole each time, as its messages may have grown.

What the agents that keep such files share: the order of reading, the clock, what was rewound, and
where a reading ends.  How a message becomes events is each agent's own (:class:`PartReader`).
Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from gitmem.agents.chat_file import REWIND, Source
from gitmem.agents.clock import Clock, TimesInDoubt, believed_times
from gitmem.agents.extent import Extent
from gitmem.agents.json_values import JsonObject
from gitmem.agents.rewinds import Rewinds
from gitmem.agents.text_budget import Retention
from gitmem.model.session import Event, Transcript


@dataclass(frozen=True)
class MessagePart:
    """A record: what is whole of a message once it is there, such as a ``call`` in it.

    ``time`` is POSIX seconds, 0.0 where the record has none.
    """

    number: int
    time: float
    message: JsonObject
    call: JsonObject | None = None


class PartReader(Protocol):
    """Turns messages, each as often as it was written, into records and their events."""

    @property
    def count(self) -> int:
        """How many records there were."""

    def afresh(self) -> PartReader:
        """Another, for reading from the beginning again."""

    def first_part(self, message_id: object) -> int:
        """The record with which a message begins."""

    def forget(self, part: MessagePart) -> None:
        """Take back the record that came last."""

    def new_parts(self, message: JsonObject, *, is_last: bool = False) -> Iterator[MessagePart]:
        """What is new in a message; the ``is_last`` one of a document may still grow."""

    def draft_events(self, part: MessagePart, time: float) -> Iterator[Event]:
        """The events of a record, as of ``time``."""


@dataclass(frozen=True)
class Chat:
    """Whose file it is: the session, the agent as provenance names it, the folder it was in."""

    session: str
    agent: str
    root: str = ""


def read_chat(
    source: Source, reader: PartReader, chat: Chat, first: int, extent: Extent
) -> tuple[Transcript, float, float]:
    """What was read from record ``first`` on, the time of what stands before it, and that of the
    record that ended the reading by its number, else 0.

    Raises:
        OSError: the file is gone or cannot be read.
        TranscriptMissing: it is a document that is too large.
    """
    try:
        return _read_by(Clock(), source, reader, chat, first, extent)
    except TimesInDoubt:
        times = [part.time for part in _parts(source, reader.afresh(), Rewinds())]
        clock = Clock(believed=believed_times(times))
        return _read_by(clock, source, reader.afresh(), chat, first, extent)


def _read_by(
    clock: Clock, source: Source, reader: PartReader, chat: Chat, first: int, extent: Extent
) -> tuple[Transcript, float, float]:
    kept, since, goes_on, rewinds = Retention(), 0.0, False, Rewinds()
    until, ended = extent.until, 0.0
    parts = _parts(source, reader, rewinds)
    for part in parts:
        time = clock.read([part.time])
        if until is not None and time > until:
            reader.forget(part)
            clock.end((later.time for later in parts), until)
            goes_on = True
            break
        if part.number == extent.end:
            reader.forget(part)
            goes_on, ended = True, part.time
            break
        rewinds.settle()
        if part.number >= first:
            for event in reader.draft_events(part, time):
                kept.add(event)
        else:
            since = time
    if not goes_on:
        rewinds.settle()
    transcript = Transcript(
        session=chat.session,
        agent=chat.agent,
        events=rewinds.living(kept.events),
        first=min(first, reader.count),
        end=reader.count,
        end_byte=0,
        broken_lines=source.broken_lines,
        cwds=(chat.root,) if chat.root else (),
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
    )
    return transcript, since, ended


def _parts(source: Source, reader: PartReader, rewinds: Rewinds) -> Iterator[MessagePart]:
    for message, is_last in source.messages():
        if REWIND in message:
            rewinds.wait(reader.first_part(message[REWIND]), reader.count)
        else:
            yield from reader.new_parts(message, is_last=is_last)
