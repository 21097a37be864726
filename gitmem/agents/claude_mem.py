"""claude-mem's SQLite database, read row by row and never written.

Its tables gained columns over the years and two were renamed; a column that is not there reads
as nothing.  The database is another program's: every text is cut in SQLite, before it reaches us.

**Source:** the migrations in ``src/services/sqlite/SessionStore.ts`` of thedotmack/claude-mem,
versions 5 to 13.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gitmem.errors import GitmemError

_MAX_TEXT = 16_384
_MAX_LIST = 40
_MILLISECONDS_FROM = 100_000_000_000  # below, a time is in seconds: this is the year 5138

_SESSIONS = "sdk_sessions"
_OBSERVATIONS = "observations"
_SUMMARIES = "session_summaries"
_LISTS = ("facts", "concepts", "files_read", "files_modified", "files_edited")
_COLUMNS = {
    _OBSERVATIONS: (
        *("type", "title", "subtitle", "narrative", "text", "facts", "concepts"),
        *("files_read", "files_modified", "generated_by_model"),
    ),
    _SUMMARIES: (
        *("request", "investigated", "learned", "completed", "next_steps", "notes"),
        *("files_read", "files_edited"),
    ),
}


@dataclass(frozen=True)
class ClaudeMemRow:
    """One row: an observation, or (``type`` is ``summary``) the summary of a session.

    ``source`` names the row, ``session`` is the agent's own id of the session, ``time`` is in
    POSIX seconds.  A summary's request is its ``title``, what was learned its ``narrative``, what
    was completed or investigated its ``facts``.  Paths are as the agent gave them.
    """

    source: str
    session: str
    time: float
    type: str
    title: str = ""
    subtitle: str = ""
    narrative: str = ""
    facts: tuple[str, ...] = ()
    next_steps: str = ""
    concepts: tuple[str, ...] = ()
    files_read: tuple[str, ...] = ()
    files_modified: tuple[str, ...] = ()
    model: str = ""


class ClaudeMem:
    """The rows of some projects in a database, in the order they were made.

    A project is the name of a folder, or ``PARENT/FOLDER`` for a linked work tree.
    """

    def __init__(self, path: Path, projects: Sequence[str]) -> None:
        self._path = path
        self._projects = list(projects)

    def projects(self) -> list[str]:
        """The names of all projects in the database.

        Raises:
            GitmemError: there is no such database, or it is none of claude-mem's.
        """
        with self._open() as database:
            found: set[str] = set()
            for table in (_OBSERVATIONS, _SUMMARIES):
                if "project" in _columns(database, table):
                    query = f"SELECT DISTINCT substr(project, 1, 200) FROM {table}"  # noqa: S608
                    found |= {_text(row[0]) for row in database.execute(query)}
        return sorted(found)

    def rows(self) -> Iterator[ClaudeMemRow]:
        """All rows, oldest first; one at a time, however many there are.

        Raises:
            GitmemError: there is no such database, it is none of claude-mem's, or it is damaged.
        """
        with self._open() as database:
            yield from self._merge(database)

    def _merge(self, database: sqlite3.Connection) -> Iterator[ClaudeMemRow]:
        """Both tables by time: their own indices give that order, nothing is sorted."""
        cursors = []
        for table in (_OBSERVATIONS, _SUMMARIES):
            if query := self._select(database, table):
                given = self._projects * query.count("(?)")
                marks = ",".join("?" * len(self._projects))
                cursors.append(database.execute(query.replace("(?)", f"({marks})"), given))
        for row in heapq.merge(*cursors, key=lambda row: (_seconds(row[3]), row[1], row[0])):
            yield _observation(row) if row[1] == _OBSERVATIONS else _summary(row)

    def _select(self, database: sqlite3.Connection, table: str) -> str:
        """A query for the rows of a table; each ``(?)`` stands for the projects."""
        there = _columns(database, table)
        if not there:
            return ""
        link = "memory_session_id" if "memory_session_id" in there else "sdk_session_id"
        sessions = _columns(database, _SESSIONS)
        own = "content_session_id" if "content_session_id" in sessions else "claude_session_id"
        is_linked = {link, own} <= sessions
        session = f"coalesce(s.{own}, t.{link})" if is_linked else f"t.{link}"
        join = f"LEFT JOIN {_SESSIONS} s ON s.{link} = t.{link}" if is_linked else ""
        cells = [
            f"substr(t.{name}, 1, {_MAX_TEXT})" if name in there else "NULL"
            for name in _COLUMNS[table]
        ]
        merged = " OR t.merged_into_project IN (?)" if "merged_into_project" in there else ""
        return (
            f"SELECT t.id, '{table}', substr({session}, 1, 200), t.created_at_epoch,"  # noqa: S608
            f" {', '.join(cells)} FROM {table} t {join} WHERE t.project IN (?){merged}"
            " ORDER BY t.created_at_epoch, t.id"
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise GitmemError(
                f"there is no database '{self._path}'",
                "Nothing was changed. Name it with: gitmem import claude-mem --db PATH",
            )
        try:
            with closing(_connect(self._path)) as database:
                if not _columns(database, _OBSERVATIONS) and not _columns(database, _SUMMARIES):
                    raise GitmemError(
                        f"'{self._path}' holds no observations of claude-mem",
                        "Nothing was changed. Its database is usually ~/.claude-mem/claude-mem.db",
                    )
                yield database
        except sqlite3.Error as error:
            raise GitmemError(
                f"cannot read '{self._path}': {error}",
                "What was imported before is kept. Stop claude-mem, then run the command again",
            ) from error


def _connect(path: Path) -> sqlite3.Connection:
    """Open for reading; without the right to make its neighbours, as a file that never changes."""
    address = path.resolve().as_uri()
    database = sqlite3.connect(f"{address}?mode=ro", uri=True)
    try:
        database.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        database.close()
        database = sqlite3.connect(f"{address}?immutable=1", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.execute("PRAGMA query_only = ON")
    return database


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a table; none if it is missing, or is not a table."""
    is_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if database.execute(is_table, (table,)).fetchone() is None:
        return set()
    return {str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")}


def _observation(row: Sequence[object]) -> ClaudeMemRow:
    cells = dict(zip(_COLUMNS[_OBSERVATIONS], row[4:], strict=True))
    texts = {name: _text(cells[name]) for name in cells if name not in _LISTS}
    return ClaudeMemRow(
        source=f"observation {row[0]}",
        session=_text(row[2]),
        time=_seconds(row[3]),
        type=texts["type"],
        title=texts["title"],
        subtitle=texts["subtitle"],
        narrative=texts["narrative"] or texts["text"],
        facts=_list(cells["facts"]),
        concepts=_list(cells["concepts"]),
        files_read=_list(cells["files_read"]),
        files_modified=_list(cells["files_modified"]),
        model=texts["generated_by_model"],
    )


def _summary(row: Sequence[object]) -> ClaudeMemRow:
    cells = dict(zip(_COLUMNS[_SUMMARIES], row[4:], strict=True))
    texts = {name: _text(cells[name]) for name in cells if name not in _LISTS}
    done = (texts["completed"], texts["investigated"], texts["notes"])
    return ClaudeMemRow(
        source=f"summary {row[0]}",
        session=_text(row[2]),
        time=_seconds(row[3]),
        type="summary",
        title=texts["request"],
        narrative=texts["learned"],
        facts=tuple(text for text in done if text),
        next_steps=texts["next_steps"],
        files_read=_list(cells["files_read"]),
        files_modified=_list(cells["files_edited"]),
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip() if isinstance(value, str) else ""


def _list(value: object) -> tuple[str, ...]:
    """A JSON list of texts; anything else is one text, as claude-mem itself reads it."""
    text = _text(value)
    if not text:
        return ()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return (text,)
    items = found if isinstance(found, list) else [found]
    return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())[
        :_MAX_LIST
    ]


def _seconds(value: object) -> float:
    if not isinstance(value, (int, float)) or value != value:
        return 0.0
    seconds = value / 1_000 if abs(value) >= _MILLISECONDS_FROM else float(value)
    return min(max(seconds, 0.0), 253_402_300_799.0)
