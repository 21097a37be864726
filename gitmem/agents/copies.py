"""Several files of one session: which of them holds what was done up to a moment.

A session that moves to another folder, is bridged or resumed leaves a copy of its beginning, or a
line that is no message, under its own id.  Only the head and the tail of each file are read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gitmem.agents.json_values import parse_time
from gitmem.git.regular_file import open_regular

_BYTES = 1 << 18
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"([^"]{1,40})"')
_MESSAGES = (b'"message"', b'"user.message"', b'"assistant.message"')


def choose_copy(paths: Iterable[Path], moment: float | None = None) -> Path | None:
    """The file that holds most of the session up to ``moment`` (POSIX seconds); the last written
    to without one.  One without a message is the last choice; None where there is no file.
    """
    found = sorted(dict.fromkeys(paths))
    if len(found) < 2:
        return next(iter(found), None)
    return max(found, key=lambda path: _rank(path, moment))


def _rank(path: Path, moment: float | None) -> tuple[bool, bool, float, int, float]:
    head, tail, size, written = b"", b"", 0, 0.0
    with suppress(OSError), open_regular(path) as file:
        head = file.read(_BYTES)
        size, written = file.seek(0, 2), os.fstat(file.fileno()).st_mtime
        file.seek(max(0, size - _BYTES))
        tail = file.read(_BYTES)
    first, last = min(_times(head), default=0.0), max(_times(tail), default=0.0)
    has_begun = moment is None or first <= moment
    reach = last if moment is None else min(last, moment)
    has_message = any(mark in part for mark in _MESSAGES for part in (head, tail))
    return has_message, has_begun, reach, size, written


def _times(data: bytes) -> list[float]:
    stamps = (parse_time(stamp.decode("ascii", "replace")) for stamp in _TIMESTAMP.findall(data))
    return [stamp for stamp in stamps if stamp]
