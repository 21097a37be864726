"""OpenCode: its sessions, from a database that holds all of them or from its older files.

``$XDG_DATA_HOME/opencode/opencode*.db`` (``OPENCODE_DB`` names another), before version 1.2
``…/opencode/storage``.  A session in a database is addressed as if it were a file in it:
``opencode.db/SESSION``.  What was moved from files into the database is in both; the database
counts.  Records are numbered by time (:mod:`gitmem.agents.opencode.parts`), so byte offsets mean
nothing here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.foreign_database import read_database
from gitmem.agents.json_values import parse_name
from gitmem.agents.opencode.database import DATABASE_NAME, Rows, folder_of
from gitmem.agents.opencode.parts import PartReader
from gitmem.agents.opencode.rows import MessageRow, SessionRow
from gitmem.agents.opencode.storage import Files
from gitmem.agents.subagents import add_subagents
from gitmem.agents.text_budget import Retention
from gitmem.agents.unread import Unread, reason_of, unread_below, unread_place
from gitmem.model.session import Event, Transcript, is_session_id

_MAX_DEPTH = 3
_MAX_SUBAGENTS = 200
_MAX_DATABASES = 16
_MAX_SEARCHED = 64 << 20

_T = TypeVar("_T")


class OpenCode:
    """OpenCode behind the interface that all agents share."""

    name = "opencode"
    session_variables = ()
    resumes_anywhere = False
    usual_place = "~/.local/share/opencode/opencode.db, as {session}"

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("HOME")
        data = environ.get("XDG_DATA_HOME") or (f"{home}/.local/share" if home else "")
        self._folder = Path(data) / "opencode" if data else None
        named = environ.get("OPENCODE_DB", "")
        self._named = Path(data) / "opencode" / named if data and named else None

    def owns(self, path: Path) -> bool:
        """Whether it is a session in a database of OpenCode, such a database, or a session's
        file in its older storage.
        """
        if _is_in_database(path) or DATABASE_NAME.fullmatch(path.name):
            return True
        return path.suffix == ".json" and path.parts[-4:-2] == ("storage", "session")

    def copies(self, session: str) -> list[Path]:
        """Where the session is read: of several databases the one it went on in."""
        if not is_session_id(session):
            return []
        rows = (
            self._in_database(path, lambda rows: rows.session(session))
            for path in self._databases()
        )
        found = [row for row in rows if row is not None]
        if found:
            return [max(found, key=lambda row: row.updated).path]
        row = self._files().session(session)
        return [] if row is None else [row.path]

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions in a work tree or a folder below it; a subagent's is none."""
        roots = resolve_names(worktree)
        return [_as_file(row) for row in self._rows(since) if is_below(row.directory, roots)]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``."""
        return [_as_file(row) for row in self._rows(since)]

    def unread(self) -> Iterator[Unread]:
        """The databases that cannot be read or are of a form that this does not know, and what
        of the older files cannot be opened.
        """
        for path in self._databases():
            try:
                if path.is_symlink():
                    raise OSError(errno.ELOOP, "it is a link, which is not followed", str(path))
                if os.lstat(path).st_size or not path.is_file():
                    read_database(path, lambda one: Rows(one, path).check())  # noqa: B023
            except FileNotFoundError:
                continue
            except OSError as error:
                yield unread_place(self.name, path, reason_of(error))
        if self._folder is not None:
            yield from unread_below(self.name, [self._folder / "storage"])

    def parts(self, path: Path) -> list[Path]:
        """The session and those of its subagents; of older files each one."""
        with suppress(OSError):
            if _is_in_database(path):
                return read_database(
                    path.parent, lambda one: _list_family(Rows(one, path.parent), path)
                )
            files = Files(path.parents[2])
            family = _list_family(files, path)
            return [file for one in family for file in files.files_of(one.stem)] or [path]
        return [path]

    def searched_bytes(self, path: Path) -> bytes | None:
        """What the tools of a session in a database were given and answered, as JSON; None for a
        file, which can be searched itself.
        """
        if not _is_in_database(path):
            return None
        with suppress(OSError):
            return read_database(
                path.parent, lambda one: Rows(one, path.parent).tool_bytes(path.name, _MAX_SEARCHED)
            )
        return b""

    def started_in(self, path: Path) -> str:
        """The folder that the session names."""
        with suppress(OSError):
            return _with_rows(path, lambda rows, name: rows.session(name)).directory
        return ""

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``opencode --session``, which knows the sessions of the project it is called in."""
        return ("opencode", "--session", session)

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
        """Read a session from record ``first`` on; ``first_byte`` means nothing here.

        Raises:
            TranscriptMissing: it is gone, or its database cannot be read.
        """
        extent = Extent(until, end, in_full)
        with translate_errors(path):
            return _with_rows(path, lambda rows, name: _read_family(rows, name, first, extent))

    def _databases(self) -> list[Path]:
        found = [] if self._named is None else [self._named]
        if self._folder is not None:
            with suppress(OSError):
                found += sorted(
                    path
                    for path in self._folder.glob("opencode*.db")
                    if DATABASE_NAME.fullmatch(path.name)
                )
        return list(dict.fromkeys(found))[:_MAX_DATABASES]

    def _files(self) -> Files:
        return Files((self._folder or Path("/nonexistent")) / "storage")

    def _rows(self, since: float) -> list[SessionRow]:
        """Each session once: as the database has it that it went on in, else as files do."""
        moment = max(0, int(since * 1_000))
        newest: dict[str, SessionRow] = {}
        for path in self._databases():
            for row in self._in_database(path, lambda rows: rows.sessions(moment)) or ():
                if row.id not in newest or newest[row.id].updated < row.updated:
                    newest[row.id] = row
        if self._folder is not None and (self._folder / "storage" / "session").is_dir():
            moved = set(newest) if not moment else None
            for row in self._files().sessions(moment):
                if row.id not in newest and (
                    moved is not None or self.copies(row.id) == [row.path]
                ):
                    newest[row.id] = row
        return list(newest.values())

    def _in_database(self, path: Path, read: Callable[[Rows], _T]) -> _T | None:
        with suppress(OSError):
            return read_database(path, lambda database: read(Rows(database, path)))
        return None


def _is_in_database(path: Path) -> bool:
    return path.parent.suffix == ".db" and is_session_id(path.name) and not path.is_file()


def _as_file(row: SessionRow) -> TranscriptFile:
    return TranscriptFile(row.id, row.path, row.updated / 1_000)


def _with_rows(path: Path, read: Callable[[Rows | Files, str], _T | None]) -> _T:
    """What ``read`` finds where a path leads, given the session's name.

    Raises:
        OSError: it leads nowhere, or to something that cannot be read.
    """
    if _is_in_database(path):
        found = read_database(path.parent, lambda one: read(Rows(one, path.parent), path.name))
    elif DATABASE_NAME.fullmatch(path.name):
        raise OSError(
            errno.EISDIR, f"it holds many sessions: name one as '{path}/SESSION'", str(path)
        )
    else:
        found = read(
            Files(path.parents[2]) if len(path.parents) > 2 else Files(path.parent), path.stem
        )
    if found is None:
        raise OSError(errno.ENOENT, "there is no such session", str(path))
    return found


def _list_family(rows: Rows | Files, path: Path) -> list[Path]:
    session = rows.session(path.name if _is_in_database(path) else path.stem)
    children = _descendants(rows, session.id) if session else ()
    return [path, *(child.path for child in children)]


def _descendants(rows: Rows | Files, session: str) -> list[SessionRow]:
    """The sessions of its subagents, and of theirs."""
    found: dict[str, SessionRow] = {}
    level = [session]
    for _ in range(_MAX_DEPTH):
        children = [child for name in level for child in rows.children(name)]
        level = [child.id for child in children if child.id not in found and child.id != session]
        found.update({child.id: child for child in children if child.id in level})
    return list(found.values())[:_MAX_SUBAGENTS]


def _read_family(rows: Rows | Files, name: str, first: int, extent: Extent) -> Transcript | None:
    session = rows.session(name)
    if session is None:
        return None
    transcript = _read(rows, session, first, extent, is_subagent=bool(session.parent))
    beginning = session.created / 1_000
    since = beginning + (first - 1) / 1_000 if first else 0.0
    if extent.end is not None and transcript.goes_on:
        extent = extent.before(beginning + extent.end / 1_000)
    subagents = (
        _read(rows, child, 0, extent.whole, is_subagent=True) for child in _descendants(rows, name)
    )
    return add_subagents(transcript, subagents, since)


def _read(
    rows: Rows | Files, session: SessionRow, first: int, extent: Extent, *, is_subagent: bool
) -> Transcript:
    reader = PartReader(session, is_subagent=is_subagent, in_full=extent.in_full)
    folders = dict.fromkeys([session.directory] if session.directory else [])
    since = session.created + first if first else 0
    messages = _noting_folders(rows.messages(session.id, since), folders)
    kept, last, goes_on = Retention(), first, False
    limit = _limit(session, extent)
    for record in reader.records(_living(messages, session, extent.until)):
        if record.number < first:
            continue
        if limit is not None and record.number >= limit:
            goes_on = True
            continue
        last = max(last, record.number + 1)
        for event in record.events:
            kept.add(event)
    events: Iterable[Event] = kept.events
    if reader.open_at is not None and reader.open_at < last:
        last, goes_on = max(first, reader.open_at), True
        events = (event for event in events if event.record < last)
    return Transcript(
        session=session.id,
        agent=f"{OpenCode.name} {session.version}".rstrip(),
        events=tuple(sorted(events, key=lambda event: event.record)),
        first=first,
        end=last,
        end_byte=0,
        broken_lines=reader.broken,
        cwds=tuple(folders),
        goes_on=goes_on,
        is_thinned=kept.is_thinned,
    )


def _limit(session: SessionRow, extent: Extent) -> int | None:
    """The first number that is not read any more."""
    limits = [] if extent.end is None else [extent.end]
    if extent.until is not None:
        limits.append(int(extent.until * 1_000) - session.created + 1)
    return min(limits, default=None)


def _living(
    messages: Iterable[MessageRow], session: SessionRow, until: float | None
) -> Iterator[MessageRow]:
    """The messages without those that the person took back; those are there until the next prompt.

    They were alive up to then, which the session's last change tells: a commit that was made
    before keeps the words that led to it.
    """
    left, part = (
        parse_name(session.revert.get("messageID")),
        parse_name(session.revert.get("partID")),
    )
    if not left or (until is not None and until * 1_000 < session.updated):
        yield from messages
        return
    for message in messages:
        if message.id < left:
            yield message
        elif message.id == left and part:
            yield replace(message, parts=(one for one in message.parts if one.id < part))


def _noting_folders(
    messages: Iterable[MessageRow], folders: dict[str, None]
) -> Iterator[MessageRow]:
    for message in messages:
        if (folder := folder_of(message.data)) and len(folders) < 64:
            folders.setdefault(folder)
        yield message
