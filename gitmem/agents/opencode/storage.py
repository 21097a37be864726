"""OpenCode's older files: a JSON document for each session, message and part.

``storage/session/<project>/<session>.json``, ``storage/message/<session>/<message>.json``,
``storage/part/<message>/<part>.json``.  Version 1.2 moved them into a database and left them there.

**Source:** ``packages/opencode/src/storage/json-migration.ts`` of anomalyco/opencode.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.agents.json_values import JsonObject, parse_id, parse_line, parse_object, parse_path
from gitmem.agents.lines import MAX_LINE_BYTES
from gitmem.agents.opencode.rows import MessageRow, PartRow, SessionRow, as_milliseconds
from gitmem.git.regular_file import read_regular

_MAX_FILES = 50_000


class Files:
    """The sessions below a folder ``storage``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sessions(self, since: int = 0) -> list[SessionRow]:
        """The sessions whose file was written after ``since``; no subagents'."""
        found = (self._read(path) for path in _list(self._folder, "session/*/*.json"))
        return [row for row in found if row and not row.parent and row.updated >= since]

    def session(self, session: str) -> SessionRow | None:
        """One session; None where it has no file."""
        paths = _list(self._folder, f"session/*/{session}.json")
        return next((row for row in map(self._read, paths) if row is not None), None)

    def children(self, session: str) -> list[SessionRow]:
        """The sessions of its subagents."""
        row = self.session(session)
        beside = _list(row.path.parent, "*.json") if row else []
        found = (self._read(path) for path in beside if row and path != row.path)
        return [one for one in found if one and one.parent == session]

    def messages(self, session: str, since: int = 0) -> Iterator[MessageRow]:
        """Its messages in order, each with the parts whose file was written after ``since``."""
        rows = list[tuple[int, str, JsonObject]]()
        for path in _list(self._folder, f"message/{session}/*.json"):
            data = _read_object(path) or {}
            time = as_milliseconds(parse_object(data.get("time")).get("created"))
            rows.append((time, path.stem, data))
        for time, name, data in sorted(rows, key=lambda row: row[:2]):
            yield MessageRow(name, time, data, self._parts(name, since))

    def files_of(self, session: str) -> list[Path]:
        """The files that hold the session, its own first; not those of its subagents."""
        row = self.session(session)
        messages = _list(self._folder, f"message/{session}/*.json")
        parts = [
            part for one in messages for part in _list(self._folder, f"part/{one.stem}/*.json")
        ]
        return [*([row.path] if row else []), *messages, *parts][:_MAX_FILES]

    def _parts(self, message: str, since: int) -> Iterator[PartRow]:
        for path in _list(self._folder, f"part/{message}/*.json"):
            if not since or _written(path) >= since:
                yield PartRow(path.stem, 0, _read_object(path))

    def _read(self, path: Path) -> SessionRow | None:
        data = _read_object(path)
        if data is None or not parse_id(path.stem):
            return None
        time = parse_object(data.get("time"))
        return SessionRow(
            id=path.stem,
            path=path,
            parent=parse_id(data.get("parentID")),
            directory=parse_path(data.get("directory")),
            version=parse_id(data.get("version")),
            created=as_milliseconds(time.get("created")),
            updated=max(as_milliseconds(time.get("updated")), _written(path)),
            revert=parse_object(data.get("revert")),
        )


def _list(folder: Path, pattern: str) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in folder.glob(pattern) if not path.is_symlink())
    return []


def _written(path: Path) -> int:
    with suppress(OSError):
        return int(path.stat().st_mtime * 1_000)
    return 0


def _read_object(path: Path) -> JsonObject | None:
    with suppress(OSError):
        data = read_regular(path, MAX_LINE_BYTES, follow=False)
        return parse_line(data) if len(data) < MAX_LINE_BYTES else None
    return None
