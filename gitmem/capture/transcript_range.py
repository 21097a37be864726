"""The part of a session that no memory covers yet.

Where memory of a session ends is told by the notes (the index knows); the mark kept beside them
makes finding that place fast, and makes it certain when the transcript was cut or rewritten.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitmem.agents.claude.forks import copied_records
from gitmem.capture.workspace import Means
from gitmem.index.cache import Index
from gitmem.model.session import Transcript
from gitmem.state.cursors import Mark, read_seen, write_seen
from gitmem.state.sessions import Registry

_CHECKED_BYTES = 512


def read_unread(
    means: Means, index: Index, session: str, path: Path, until: float | None
) -> Transcript:
    """The session's transcript from the end of what is remembered about it, up to ``until``.

    ``until`` is POSIX seconds.  A file that was rewritten meanwhile is read by time: what was
    remembered is older than the rest.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    known = index.last_record(session)
    if not known:
        return means.agents.read(path, first=own_start(means, session, path), until=until)
    mark = read_seen(means.repo).marks.get(session)
    if mark is None or mark.record != known:
        return _from_record(means, path, known, until)
    if not is_intact(path, mark):
        return _later_than(means, path, mark, until)
    found = means.agents.read(
        path, first=mark.record - mark.shift, first_byte=mark.byte, until=until
    )
    events = (e for e in found.events if not (e.is_sidechain and e.time <= mark.time))
    return _shifted(replace(found, events=tuple(events)), mark.shift)


def read_again(
    means: Means, session: str, path: Path, first: int, end: int, until: float | None
) -> Transcript:
    """Records that are already remembered: from ``first`` to ``end``, or up to ``until`` instead.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    mark = read_seen(means.repo).marks.get(session, Mark())
    found = _shifted(means.agents.read(path, first=first - mark.shift, until=until), mark.shift)
    if until is not None:
        return found
    events = tuple(event for event in found.events if event.record < end)
    return replace(found, events=events, end=end)


def mark_behind(transcript: Transcript, path: Path, moment: float | None, before: Mark) -> Mark:
    """The mark after all of ``transcript`` was remembered; ``before`` is the session's old one."""
    last = max((event.time for event in transcript.events), default=0.0)
    return replace(
        before,
        record=transcript.end,
        byte=transcript.end_byte,
        time=last if moment is None else moment,
        check=_checksum(path, transcript.end_byte),
        shift=transcript.shift,
    )


def own_start(means: Means, session: str, path: Path) -> int:
    """The file's record with which the session's own words begin: not 0 in a forked session.

    Looked for once, when the session is new: the one it shares its beginning with, and which
    is known longer, keeps what both hold.

    Raises:
        DiskFull, ReadOnlyRepository: what was found cannot be kept.
    """
    seen = read_seen(means.repo)
    if session in seen.marks:
        return seen.marks[session].start
    forked = {name for name, mark in seen.marks.items() if mark.start}
    known = [found for found in Registry(means.repo).sessions() if found.session not in forked]
    names = [found.session for found in known]
    older = known[names.index(session) + 1 :] if session in names else known
    start = copied_records(path, [Path(found.transcript) for found in older])
    if start:
        write_seen(means.repo, read_seen(means.repo).with_mark(session, Mark(start=start)))
    return start


def _from_record(means: Means, path: Path, known: int, until: float | None) -> Transcript:
    found = means.agents.read(path, first=known, until=until)
    if found.first >= known:
        return found
    # Shorter than what is remembered, and no mark tells when that was: nothing certain is new.
    return replace(found, events=(), first=known, end=known)


def _later_than(means: Means, path: Path, mark: Mark, until: float | None) -> Transcript:
    """What a rewritten file contains beyond the mark, with its records numbered on."""
    found = means.agents.read(path, until=until)
    later = tuple(event for event in found.events if event.time > mark.time)
    own = [event.record for event in later if not event.is_sidechain]
    first = min(own, default=found.end)
    return _shifted(replace(found, events=later, first=first), mark.record - first)


def _shifted(transcript: Transcript, shift: int) -> Transcript:
    if not shift:
        return transcript
    events = (replace(event, record=event.record + shift) for event in transcript.events)
    return replace(
        transcript,
        events=tuple(events),
        first=transcript.first + shift,
        end=transcript.end + shift,
        shift=shift,
    )


def is_intact(path: Path, mark: Mark) -> bool:
    """Whether the file still contains what the mark vouches for."""
    return not mark.check or _checksum(path, mark.byte) == mark.check


def _checksum(path: Path, end: int) -> int:
    """Of the last bytes before ``end``; 0 if there are none: some agents' files are no lines."""
    with suppress(OSError), path.open("rb") as file:
        start = max(0, end - _CHECKED_BYTES)
        file.seek(start)
        data = file.read(end - start)
        return zlib.crc32(data) if end and len(data) == end - start else 0
    return 0
