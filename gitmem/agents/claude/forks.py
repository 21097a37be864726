"""Where a forked session's own words begin: its transcript starts with a copy of another's.

``claude --resume ID --fork-session`` (and ``--resume`` of clients before 2.0) copies the records
with their ``uuid`` and time into a new file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gitmem.agents.lines import read_head, read_lines
from gitmem.git.regular_file import open_regular

_UUID = re.compile(rb'"uuid"\s*:\s*"([A-Za-z0-9.-]{8,64})"')
_HEAD_BYTES = 1 << 18


def count_copied_records(path: Path, others: Iterable[Path]) -> int:
    """How many of the file's first records end with one copied from one of the other files.

    0 when it shares its first message with none, or cannot be read.
    """
    first = _first_uuid(path)
    if not first:
        return 0
    for other in others:
        with suppress(OSError):
            if (
                other != path
                and other.parent == path.parent
                and first in read_head(other, _HEAD_BYTES)
            ):
                return _count_copies(path, set(_UUID.findall(_whole(other))))
    return 0


def _whole(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read()


def _first_uuid(path: Path) -> bytes:
    try:
        match = _UUID.search(read_head(path, _HEAD_BYTES))
    except OSError:
        return b""
    return match[1] if match else b""


def _count_copies(path: Path, uuids: set[bytes]) -> int:
    last = 0
    with open_regular(path) as file:
        for number, line in enumerate(read_lines(file), start=1):
            match = _UUID.search(line.data or b"")
            if match is None:
                continue
            if match[1] not in uuids:
                break
            last = number
    return last
