"""What of agents' sessions lies there and cannot be read, with why: locked, damaged, of a form that
nobody knows, not ours to read, or too large.

Whoever makes memories of old commits must know: a session that cannot be read now may have made
them, and be readable tomorrow.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

_DAY = 86_400.0
_BEFORE, _AFTER = 30 * _DAY, 14 * _DAY
_FIRST = datetime(2025, 1, 1, tzinfo=timezone.utc).timestamp()
"""No agent that is read here kept transcripts earlier."""

_MAX_DEPTH = 4
_MAX_ENTRIES = 100_000
_SUFFIXES = (".json", ".jsonl", ".zst")


@dataclass(frozen=True)
class Unread:
    """A file or folder of an agent, and why its sessions cannot be read.

    They may have worked from ``first`` to ``last`` (POSIX seconds).
    """

    agent: str
    path: Path
    reason: str
    first: float
    last: float

    def covers(self, moment: float) -> bool:
        """Whether one of its sessions may have been at work then."""
        return self.first <= moment <= self.last


def unread_place(agent: str, path: Path, reason: str) -> Unread:
    """One that may hold sessions of any age: a folder, or a database."""
    return Unread(agent, path, reason, _FIRST, _written(path) + _AFTER)


def unread_session(agent: str, path: Path, reason: str) -> Unread:
    """A single session; nobody can look when it began."""
    last = _written(path)
    return Unread(agent, path, reason, last - _BEFORE, last + _AFTER)


def unread_below(agent: str, folders: Iterable[Path]) -> Iterator[Unread]:
    """The folders that cannot be listed and the transcripts that cannot be opened, of those below
    ``folders``.  A folder that is not there is none; nothing is read.
    """
    waiting = [(folder, 0) for folder in folders]
    looks = 0
    while waiting and looks < _MAX_ENTRIES:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                last = datetime.now(timezone.utc).timestamp()  # its own time tells nothing of them
                yield Unread(agent, folder, reason_of(error), _FIRST, last)
            continue
        for entry in listed:
            looks += 1
            if entry.name.endswith(_SUFFIXES):
                why = _why_unopened(entry)
                if why is not None:
                    yield unread_session(agent, Path(entry.path), reason_of(why))
            elif depth < _MAX_DEPTH and _is_folder(entry):
                waiting.append((Path(entry.path), depth + 1))


def reason_of(error: OSError) -> str:
    """Why something could not be read, as the system says it."""
    told = error.strerror or str(error)
    return told.removeprefix("the database cannot be read: ")


def _why_unopened(entry: os.DirEntry[str]) -> OSError | None:
    """The error of opening a transcript; what is gone, or is no file, is none."""
    try:
        if entry.is_symlink() or not entry.is_file():
            return None
        os.close(os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except FileNotFoundError:
        return None
    except OSError as error:
        return error
    return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        return entry.is_dir()
    return False


def _written(path: Path) -> float:
    """When it was written to last, or what lies beside a database."""
    times = [0.0]
    for name in (f"{path}", f"{path.parent}", f"{path}-wal", f"{path.parent}-wal"):
        with suppress(OSError):
            found = os.lstat(name)
            times.append(found.st_mtime if stat.S_ISREG(found.st_mode) else 0.0)
    return max(times) or datetime.now(timezone.utc).timestamp()
