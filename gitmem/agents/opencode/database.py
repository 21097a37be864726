"""OpenCode's database, read by its indices and never written.

A session is found by its id, its messages and parts by theirs, a value at a time: how large the
database is does not matter, and a picture of a hundred megabytes costs its own part alone.  Columns
and tables that are not there read as nothing, those that nobody knows are passed over.

**Source:** ``packages/core/src/session/sql.ts`` of anomalyco/opencode, and what 1.18.33 wrote.
"""

from __future__ import annotations

import errno
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gitmem.agents.foreign_database import columns_of
from gitmem.agents.json_values import JsonObject, parse_id, parse_object, parse_path
from gitmem.agents.opencode.rows import MessageRow, PartRow, SessionRow, as_milliseconds

DATABASE_NAME = re.compile(r"opencode[A-Za-z0-9._-]{0,64}\.db")
"""One for each channel of releases: ``opencode.db``, ``opencode-local.db``."""

_MAX_SESSIONS = 5_000
_MAX_CHILDREN = 200


class Rows:
    """The sessions in an open database; ``path`` is where it lies."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        self._session = columns_of(database, "session")
        self._message = columns_of(database, "message")
        self._part = columns_of(database, "part")

    @property
    def is_readable(self) -> bool:
        """Whether there are messages with parts, as this knows them."""
        return {"id", "session_id", "data"} <= self._message and {
            *("id", "message_id", "data"),
        } <= self._part

    def check(self) -> None:
        """See that sessions can be found and their words be read.

        Raises:
            OSError: there are tables, and not those that this knows.
            sqlite3.Error: it is damaged.
        """
        tables = "SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view')"
        if not self.is_readable and self._database.execute(tables).fetchone()[0]:
            raise OSError(errno.ENOTSUP, "it has a form that this version of gitmem does not know")
        self.sessions()

    def sessions(self, since: int = 0) -> list[SessionRow]:
        """The sessions written to after ``since``, the last of them first; no subagents'.

        Without a table of sessions they are those that have messages.
        """
        if "id" in self._session:
            own = "parent_id IS NULL" if "parent_id" in self._session else "1"
            order = "ORDER BY time_updated DESC" if "time_updated" in self._session else ""
            query = f"SELECT id FROM session WHERE {own} AND {self._is_later} {order}"  # noqa: S608
        elif self.is_readable:
            query = "SELECT DISTINCT session_id FROM message WHERE 0 <= :since"
        else:
            return []
        found = self._database.execute(f"{query} LIMIT {_MAX_SESSIONS}", {"since": since})
        names = [parse_id(row[0]) for row in found.fetchall()]
        rows = (self.session(name) for name in names if name)
        return [row for row in rows if row is not None and row.updated >= since]

    @property
    def _is_later(self) -> str:
        """A session's own time may stand still for a whole turn; those of its messages do not."""
        if "time_updated" not in self._session:
            return ":since >= 0"
        if not {"session_id", "time_created"} <= self._message:
            return "time_updated >= :since"
        later = "session_id = session.id AND time_created >= :since"
        return f"(time_updated >= :since OR EXISTS (SELECT 1 FROM message WHERE {later}))"  # noqa: S608

    def session(self, session: str) -> SessionRow | None:
        """One session; None where the database has nothing of it."""
        wanted = ("parent_id", "directory", "version", "time_created", "time_updated", "revert")
        told: dict[str, object] = {}
        if "id" in self._session:
            there = [name for name in wanted if name in self._session]
            query = f"SELECT {', '.join(['id', *there])} FROM session WHERE id = ?"  # noqa: S608
            row = self._database.execute(query, (session,)).fetchone()
            if row is None:
                return None
            told = dict(zip(there, row[1:], strict=True))
        first, last = self._span(session)
        if not told and not last:
            return None
        return SessionRow(
            id=session,
            path=self._path / session,
            parent=parse_id(told.get("parent_id")),
            directory=parse_path(told.get("directory")) or self._folder(session, told),
            version=parse_id(told.get("version")),
            created=as_milliseconds(told.get("time_created")) or first,
            updated=max(as_milliseconds(told.get("time_updated")), last),
            revert=_parse(told.get("revert")) or {},
        )

    def children(self, session: str) -> list[SessionRow]:
        """The sessions of its subagents, at most 200."""
        if not {"id", "parent_id"} <= self._session:
            return []
        query = f"SELECT id FROM session WHERE parent_id = ? LIMIT {_MAX_CHILDREN}"  # noqa: S608
        names = [parse_id(row[0]) for row in self._database.execute(query, (session,))]
        return [row for name in names if name and (row := self.session(name))]

    def messages(self, session: str, since: int = 0) -> Iterator[MessageRow]:
        """Its messages in order, each with the parts that were written to after ``since``."""
        if not self.is_readable:
            return
        order = "time_created, id" if "time_created" in self._message else "id"
        query = f"SELECT id FROM message WHERE session_id = ? ORDER BY {order}"  # noqa: S608
        for (name,) in self._database.execute(query, (session,)).fetchall():
            row = self._row("message", name, "time_created" in self._message)
            data = _parse(row[1]) or {}
            created = row[0] or as_milliseconds(parse_object(data.get("time")).get("created"))
            yield MessageRow(str(name), created, data, self._parts(name, since))

    def tool_bytes(self, session: str, limit: int) -> bytes:
        """What its tools were given and answered, as JSON, a line each; at most ``limit`` bytes."""
        kept, size = list[bytes](), 0
        for message in self._names("SELECT id FROM message WHERE session_id = ?", session):
            for part in self._names("SELECT id FROM part WHERE message_id = ?", message):
                data = self._row("part", part, has_time=False)[1]
                raw = data.encode("utf-8", "replace") if isinstance(data, str) else b""
                if b'"tool"' not in raw:
                    continue
                size += len(raw)
                if size > limit:
                    return b"\n".join(kept)
                kept.append(raw)
        return b"\n".join(kept)

    def _names(self, query: str, key: object) -> list[object]:
        if not self.is_readable:
            return []
        return [row[0] for row in self._database.execute(query, (key,)).fetchall()]

    def _parts(self, message: object, since: int) -> Iterator[PartRow]:
        updated = "time_updated" if "time_updated" in self._part else "NULL"
        query = f"SELECT id, {updated} FROM part WHERE message_id = ? ORDER BY id"  # noqa: S608
        for name, when in self._database.execute(query, (message,)).fetchall():
            if not since or not (time := as_milliseconds(when)) or time >= since:
                created, data = self._row("part", name, "time_created" in self._part)
                yield PartRow(str(name), created, _parse(data))

    def _row(self, table: str, name: object, has_time: bool) -> tuple[int, object]:
        """When a row was made, and its data; None where that is larger than can be held."""
        time = "time_created" if has_time else "NULL"
        query = f"SELECT {time}, data FROM {table} WHERE id = ?"  # noqa: S608
        try:
            row = self._database.execute(query, (name,)).fetchone()
        except sqlite3.DataError:
            return 0, None
        return (as_milliseconds(row[0]), row[1]) if row else (0, None)

    def _span(self, session: str) -> tuple[int, int]:
        """When its first and its last message were made; both are ends of an index."""
        if not {"session_id", "time_created"} <= self._message:
            return 0, 0
        found = [
            self._database.execute(
                f"SELECT {end}(time_created) FROM message WHERE session_id = ?",  # noqa: S608
                (session,),
            ).fetchone()[0]
            for end in ("min", "max")
        ]
        return as_milliseconds(found[0]), as_milliseconds(found[1])

    def _folder(self, session: str, told: dict[str, object]) -> str:
        """Where no session tells its folder, its messages may."""
        if "directory" in told:
            return ""
        folders = (folder_of(message.data) for message in self.messages(session))
        return next((folder for folder in folders if folder), "")


def folder_of(message: JsonObject) -> str:
    """The folder that an answer of the assistant names as its own."""
    path = message.get("path")
    return parse_path(path.get("cwd")) if isinstance(path, dict) else ""


def _parse(data: object) -> JsonObject | None:
    if not isinstance(data, (str, bytes)):
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
