"""What a session has been given, so that nothing is given twice and what it was given can lead
to more: the memories, the files and lines it was told about, and the files its prompt made
likely.

A cache, one file a session, a line for each thing given: hooks of one session run side by side,
and a line is appended in one step.  Standard library only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.line_ranges import Ranges, join
from gitmem.model.value import dataclass, field
from gitmem.state.context_history_path import file_name
from gitmem.state.recent_files import keep_newest
from gitmem.state.state_file import StateFile

_KEPT = 200
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class SessionContext:
    """What one session has been given.

    ``files`` are those that it was told about when it read them whole, ``lines`` the parts of
    files that it was told about, and ``spent`` the files of which nothing is left to tell.
    ``likely_files`` are the files that its last prompt made likely to be worked on, each with a
    probability; ``tokens`` is what the text given since the session's start took, and ``prompts``
    how many were weighed since.
    """

    ids: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    likely_files: Mapping[str, float] = field(default_factory=dict)
    tokens: int = 0
    prompts: int = 0
    lines: Mapping[str, Ranges] = field(default_factory=dict)
    spent: frozenset[str] = frozenset()


class ContextHistory:
    """The sessions of one repository and what each was given."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "told"

    def of(self, session: str) -> SessionContext | None:
        """What it was given; None for a session that was given nothing that we know of."""
        lines = self._file(session).read_json_lines(_parse_line)
        return None if lines is None else _join_lines(lines)

    def begin(self, session: str, given: SessionContext) -> None:
        """This is all that the session knows: it has started, or lost what it was given.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        self._file(session).write(_line(given), is_durable=False)
        keep_newest(self._folder, _KEPT)

    def add(self, session: str, given: SessionContext) -> None:
        """The session has been given this as well.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        self._file(session).append(_line(given), "write what a session was told")

    def reserve(self, session: str, tokens: int, limit: int, divisor: int = 1) -> int:
        """Count ``tokens`` for the session before it is known what they will be spent on; returns
        how many of them it may spend: of what is left of ``limit``, the part that ``divisor``
        names.

        Many may ask at once: each sees what stands before its own line, and nobody's is left out.
        Whoever asks gives back by :meth:`settle` what was not spent.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        mark = os.urandom(8).hex()
        file = self._file(session)
        line = json.dumps({"tokens": tokens, "mark": mark}).encode() + b"\n"
        file.append(line, "write what a session was told")
        before, ours, _ = (file.read() or b"").partition(line)
        if not ours:
            return 0  # the session has just begun anew, or the file is full
        values = StateFile.json_lines(before, _parse_line)
        return max(0, min(tokens, (limit - _join_lines(values).tokens) // divisor))

    def settle(self, session: str, reserved: int, spent: int) -> None:
        """Of the tokens that were reserved so many were spent; as :meth:`add`."""
        if spent != reserved:
            self.add(session, SessionContext(tokens=spent - reserved))

    def _file(self, session: str) -> StateFile:
        return StateFile(self._folder / file_name(session), max_bytes=_MAX_BYTES)


def _line(given: SessionContext) -> bytes:
    value = {
        "ids": sorted(given.ids),
        "files": sorted(given.files),
        "expected": dict(given.likely_files),
        "tokens": given.tokens,
        "prompts": given.prompts,
        "lines": {path: [list(pair) for pair in ranges] for path, ranges in given.lines.items()},
        "spent": sorted(given.spent),
    }
    return json.dumps({key: item for key, item in value.items() if item}).encode() + b"\n"


def _parse_line(value: Any) -> SessionContext:
    if isinstance(value, list):  # as an earlier version wrote
        return SessionContext(_texts(value))
    return SessionContext(
        _texts(value.get("ids")),
        _texts(value.get("files")),
        _weights(value.get("expected")),
        _count(value.get("tokens")),
        _count(value.get("prompts")),
        _ranges(value.get("lines")),
        _texts(value.get("spent")),
    )


def _join_lines(lines: Sequence[SessionContext]) -> SessionContext:
    """All lines as one; of what is expected the last."""
    likely_files: Mapping[str, float] = {}
    for line in lines:
        likely_files = line.likely_files or likely_files
    return SessionContext(
        frozenset[str]().union(*(line.ids for line in lines)),
        frozenset[str]().union(*(line.files for line in lines)),
        likely_files,
        max(0, sum(line.tokens for line in lines)),  # what is given back may come after a new start
        sum(line.prompts for line in lines),
        _join_ranges(lines),
        frozenset[str]().union(*(line.spent for line in lines)),
    )


def _join_ranges(lines: Sequence[SessionContext]) -> Mapping[str, Ranges]:
    found: dict[str, list[tuple[int, int]]] = {}
    for line in lines:
        for path, ranges in line.lines.items():
            found.setdefault(path, []).extend(ranges)
    return {path: join(ranges) for path, ranges in found.items()}


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Any) -> frozenset[str]:
    items: Iterable[Any] = value if isinstance(value, list) else ()
    return frozenset(item for item in items if isinstance(item, str))


def _ranges(value: Any) -> Mapping[str, Ranges]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {path: [(int(first), int(last)) for first, last in ranges] for path, ranges in pairs}


def _weights(value: Any) -> Mapping[str, float]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {name: float(weight) for name, weight in pairs if isinstance(weight, (int, float))}
