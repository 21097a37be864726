"""Where Codex CLI's rollouts are and what their first lines say; none is read in full."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from gitmem.agents.lines import read_head
from gitmem.git.regular_file import open_regular

ROLLOUT_NAME = re.compile(
    r"rollout-\d{4}-\d\d-\d\dT[\d-]{8}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl"
)
"""A rollout's file name, with its session."""

_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.){1,4096}")|<cwd>([^<]{1,4096})</cwd>')
_SUBAGENT = re.compile(rb'"source":\s*\{\s*"sub_?agent"', re.IGNORECASE)
_SPAWN = b"spawn_agent"
_HEAD_BYTES = 1 << 14
_MAX_SUBAGENTS = 200


def list_rollouts(folders: Iterable[Path]) -> Iterator[tuple[Path, float]]:
    """Each rollout below the folders, and when it was last written (POSIX seconds)."""
    for folder in folders:
        if not folder.is_dir():
            continue
        for pattern in ("*/*/*/rollout-*.jsonl", "rollout-*.jsonl"):
            with suppress(OSError):
                for path in folder.glob(pattern):
                    with suppress(OSError):
                        yield path, path.stat().st_mtime


def find_rollout(session: str, folders: Iterable[Path]) -> Path | None:
    """The rollout of a session; a subagent's is none."""
    for folder in folders:
        with suppress(OSError):
            for place in ("*/*/*/", ""):
                for path in sorted(folder.glob(f"{place}rollout-*-{session}.jsonl")):
                    return None if is_subagent(read_rollout_head(path)) else path
    return None


def read_rollout_head(path: Path) -> bytes:
    """The beginning of a rollout; empty when it cannot be read."""
    with suppress(OSError):
        return read_head(path, _HEAD_BYTES)
    return b""


def parse_folder(head: bytes) -> str:
    """The folder that the beginning of a rollout names; empty when it names none."""
    with suppress(ValueError):
        match = _CWD.search(head)
        if match is not None:
            return str(json.loads(match[1])) if match[1] else match[2].decode("utf-8", "replace")
    return ""


def is_subagent(head: bytes) -> bool:
    """Whether a rollout is a part of another session's work."""
    return _SUBAGENT.search(head.partition(b"\n")[0]) is not None


def find_subagents(path: Path, session: str) -> list[Path]:
    """The rollouts of a session's subagents: begun on a day on which the session went on."""
    if not _mentions(path, _SPAWN):
        return []
    name = f'"{session}"'.encode()
    found = []
    for folder in _list_days(path):
        with suppress(OSError):
            for other in sorted(folder.glob("rollout-*.jsonl")):
                head = read_rollout_head(other).partition(b"\n")[0] if other != path else b""
                if name in head and is_subagent(head):
                    found.append(other)
    return found[:_MAX_SUBAGENTS]


def _list_days(path: Path) -> list[Path]:
    """The date folders from the rollout's own to that of its last line, at most a month of them."""
    with suppress(OSError, ValueError):
        year, month, day = path.parts[-4:-1]
        begun, root = date(int(year), int(month), int(day)), path.parents[3]
        ended = datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
        count = max(0, min((ended - begun).days, 31)) + 2  # the client may live in another zone
        days = [begun + timedelta(number) for number in range(count)]
        return [root / f"{one:%Y/%m/%d}" for one in days]
    return [path.parent]


def _mentions(path: Path, word: bytes) -> bool:
    try:
        with (
            open_regular(path) as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return data.find(word) >= 0
    except (OSError, ValueError):  # gone, or empty
        return False
