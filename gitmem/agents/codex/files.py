"""Where Codex CLI's rollouts are and what their first lines say; none is read in full."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from gitmem.agents.codex import packed

ROLLOUT_NAME = re.compile(
    r"rollout-\d{4}-\d\d-\d\dT[\d-]{8}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl"
    r"(?:\.zst)?"
)
"""A rollout's file name, packed or not, with its session."""

_CWD = re.compile(rb'"cwd"\s*:\s*("(?:[^"\\]|\\.){1,4096}")|<cwd>([^<]{1,4096})</cwd>')
_SUBAGENT = re.compile(rb'"source":\s*\{\s*"sub_?agent"', re.IGNORECASE)
_SPAWN = b"spawn_agent"
_HEAD_BYTES = 1 << 14
_MAX_SUBAGENTS = 200
_CHUNK = 1 << 20


def list_rollouts(folders: Iterable[Path]) -> Iterator[tuple[Path, float]]:
    """Each rollout below the folders, and when it was last written (POSIX seconds).

    While it is packed a rollout is there twice; it is told once, by its plain file.
    """
    for path in _glob(folders, "rollout-*.jsonl*"):
        with suppress(OSError):
            yield path, path.stat().st_mtime


def find_rollouts(session: str, folders: Iterable[Path]) -> list[Path]:
    """The rollouts of a session: one, unless it was copied, or archived and taken up again.  A
    subagent's is none.
    """
    found = _glob(folders, f"rollout-*-{session}.jsonl*")
    return [path for path in sorted(found) if not is_subagent(read_rollout_head(path))]


def _glob(folders: Iterable[Path], name: str) -> Iterator[Path]:
    for folder in folders:
        for place in ("*/*/*/", ""):
            with suppress(OSError):
                for path in folder.glob(place + name):
                    if path.name.endswith((".jsonl", ".jsonl.zst")) and _is_told(path):
                        yield path


def _is_told(path: Path) -> bool:
    return not packed.is_packed(path) or packed.present_form(path) == path


def read_rollout_head(path: Path) -> bytes:
    """The beginning of a rollout; empty when it cannot be read."""
    return packed.read_rollout_head(path, _HEAD_BYTES)


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
            for other in sorted(_glob([folder], "rollout-*.jsonl*")):
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
    with suppress(OSError), packed.open_rollout(path) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            if word in tail + chunk:
                return True
            tail = chunk[-len(word) :]
    return False
