"""What OpenCode keeps of a session, whether rows of its database or files: the values of both.

Times are milliseconds since the epoch, as it writes them.  What is not of the shape that is asked
for reads as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gitmem.agents.json_values import JsonObject

_ID_TIME = re.compile(r"[a-z]{3}_([0-9a-f]{12})")
_CYCLE = 1 << 36  # milliseconds that the time in an id counts: a bit more than two years
_LAST = 253_402_300_799_000


@dataclass(frozen=True)
class SessionRow:
    """A session.  ``path`` addresses it; ``updated`` is when it was last written to, as far as
    anybody knows; ``revert`` says from which message on the person took back.
    """

    id: str
    path: Path
    parent: str = ""
    directory: str = ""
    version: str = ""
    created: int = 0
    updated: int = 0
    revert: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class PartRow:
    """A part of a message; ``data`` is None where it cannot be read.  ``created`` may be 0."""

    id: str
    created: int
    data: JsonObject | None


@dataclass(frozen=True)
class MessageRow:
    """A message with those of its parts that were written to since the time that was asked for."""

    id: str
    created: int
    data: JsonObject
    parts: Iterator[PartRow]


class Store(Protocol):
    """A database or a folder of files.  What is missing in it is none; it raises OSError where it
    cannot be read at all.
    """

    def sessions(self, since: int = 0) -> list[SessionRow]:
        """The sessions written to after ``since``, but no subagents'."""

    def session(self, session: str) -> SessionRow | None:
        """One session; None where it is not here."""

    def children(self, session: str) -> list[SessionRow]:
        """The sessions of its subagents."""


def as_milliseconds(value: object) -> int:
    """A time as it was written; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return 0
    return int(value) if 0 < value < _LAST else 0


def time_in_id(name: str, near: int) -> int:
    """When a message or part of this id was made: its first 48 bits count milliseconds by 4096, and
    start again every two years; the moment ``near`` the message's own time tells which.  0 if the
    id is of another form.

    **Source:** ``packages/opencode/src/id/id.ts`` of anomalyco/opencode, and what 1.18 wrote.
    """
    match = _ID_TIME.match(name)
    if match is None or not near:
        return 0
    told = int(match[1], 16) >> 12
    return near + (told - near + _CYCLE // 2) % _CYCLE - _CYCLE // 2
