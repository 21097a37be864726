"""The part of a session that no memory covers yet.

Where memory of a session ends is told by the notes (the index knows); the mark kept beside them
makes finding that place fast, and makes it certain when the transcript was cut or rewritten.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitmem.agents.claude.forks import count_copied_records
from gitmem.capture.agent_work import SessionFile
from gitmem.capture.workspace import Workspace
from gitmem.git.regular_file import open_regular
from gitmem.index.cache import Index
from gitmem.index.sessions import last_record
from gitmem.model.session import Transcript
from gitmem.state.cursors import Mark, read_cursors, write_cursors
from gitmem.state.sessions import Registry

_CHECKED_BYTES = 512


def read_new_records(
    workspace: Workspace, index: Index, file: SessionFile, until: float | None = None
) -> Transcript:
    """The session's transcript from the end of what is remembered about it, up to ``until``.

    ``until`` is POSIX seconds.  A file that was rewritten meanwhile is read by time: what was
    remembered is older than the rest.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    last = last_record(index, file.session)
    if not last:
        return workspace.agents.read(file.path, first=own_start(workspace, file), until=until)
    mark = read_cursors(workspace.repo).marks.get(file.session)
    if mark is None or mark.record != last:
        return _read_from_record(workspace, file.path, last, until)
    if not is_intact(file.path, mark):
        return _read_later_than(workspace, file.path, mark, until)
    rest = workspace.agents.read(
        file.path, first=mark.record - mark.shift, first_byte=mark.byte, until=until
    )
    events = (e for e in rest.events if not (e.is_subagent and e.time <= mark.time))
    return _with_shift(replace(rest, events=tuple(events)), mark.shift)


def read_again(
    workspace: Workspace, file: SessionFile, first: int, end: int, until: float | None = None
) -> Transcript:
    """Records that are already remembered: from ``first`` to ``end``, or up to ``until`` instead.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    mark = read_cursors(workspace.repo).marks.get(file.session, Mark())
    rest = workspace.agents.read(file.path, first=first - mark.shift, until=until)
    rest = _with_shift(rest, mark.shift)
    if until is not None:
        return rest
    events = tuple(event for event in rest.events if event.record < end)
    return replace(rest, events=events, end=end, goes_on=rest.end > end)


def move_mark(
    workspace: Workspace, transcript: Transcript, path: Path, moment: float | None
) -> None:
    """The next slice of the session begins behind ``transcript``: all of it is in a note.

    ``moment`` (POSIX seconds) is when it was cut, None where it was read to the file's end.

    Raises:
        DiskFull, ReadOnlyRepository: the mark cannot be kept.
    """
    seen = read_cursors(workspace.repo)
    before = seen.marks.get(transcript.session, Mark())
    mark = _mark_behind(transcript, path, moment, before)
    write_cursors(workspace.repo, seen.with_mark(transcript.session, mark))


def _mark_behind(transcript: Transcript, path: Path, moment: float | None, before: Mark) -> Mark:
    last = max((event.time for event in transcript.events), default=0.0)
    return replace(
        before,
        record=transcript.end,
        byte=transcript.end_byte,
        time=last if moment is None else moment,
        check=_checksum(path, transcript.end_byte),
        shift=transcript.shift,
    )


def own_start(workspace: Workspace, file: SessionFile) -> int:
    """The file's record with which the session's own words begin: not 0 in a forked session.

    Looked for once, when the session is new: the one that it shares its beginning with, and that
    was registered earlier, keeps what both hold.

    Raises:
        DiskFull, ReadOnlyRepository: the start cannot be kept.
    """
    seen = read_cursors(workspace.repo)
    if file.session in seen.marks:
        return seen.marks[file.session].start
    forks = {name for name, mark in seen.marks.items() if mark.start}
    others = [other for other in Registry(workspace.repo).sessions() if other.session not in forks]
    names = [other.session for other in others]
    older = others[names.index(file.session) + 1 :] if file.session in names else others
    start = count_copied_records(file.path, [Path(other.transcript) for other in older])
    if start:
        write_cursors(
            workspace.repo, read_cursors(workspace.repo).with_mark(file.session, Mark(start=start))
        )
    return start


def _read_from_record(
    workspace: Workspace, path: Path, known: int, until: float | None
) -> Transcript:
    found = workspace.agents.read(path, first=known, until=until)
    if found.first >= known:
        return found
    # Shorter than what is remembered, and no mark tells when that was: nothing certain is new.
    return replace(found, events=(), first=known, end=known)


def _read_later_than(
    workspace: Workspace, path: Path, mark: Mark, until: float | None
) -> Transcript:
    """What a rewritten file contains beyond the mark, with its records numbered on."""
    found = workspace.agents.read(path, until=until)
    later = tuple(event for event in found.events if event.time > mark.time)
    own = [event.record for event in later if not event.is_subagent]
    first = min(own, default=found.end)
    return _with_shift(replace(found, events=later, first=first), mark.record - first)


def _with_shift(transcript: Transcript, shift: int) -> Transcript:
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
    with suppress(OSError), open_regular(path) as file:
        start = max(0, end - _CHECKED_BYTES)
        file.seek(start)
        data = file.read(end - start)
        return zlib.crc32(data) if end and len(data) == end - start else 0
    return 0
