"""What a session has been given, so that nothing is given twice and what it was given can lead
to more: the memories, the files it was told about, and the files its prompt made likely.

A cache, one file a session, a line for each thing given: hooks of one session run side by side,
and a line is appended in one step.  Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo, translated_os_errors
from gitmem.state.atomic import write_atomically
from gitmem.state.context_history_path import file_name
from gitmem.state.recent_files import keep_newest

_KEPT = 200
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Given:
    """What one session has been given.

    ``expected`` are the files that its last prompt made likely to be worked on, each with a
    probability; ``tokens`` is what the text given since the session's start took, and ``prompts``
    how many were weighed since.
    """

    ids: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    expected: Mapping[str, float] = field(default_factory=dict)
    tokens: int = 0
    prompts: int = 0


class Told:
    """The sessions of one repository and what each was given."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "told"

    def of(self, session: str) -> Given | None:
        """What it was given; None for a session that was given nothing that we know of."""
        try:
            with self._path(session).open("rb") as file:
                return _read(file.read(_MAX_BYTES))
        except OSError:
            return None

    def begin(self, session: str, given: Given) -> None:
        """This is all that the session knows: it has started, or lost what it was given.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        write_atomically(self._path(session), _line(given))
        keep_newest(self._folder, _KEPT)

    def add(self, session: str, given: Given) -> None:
        """The session has been given this as well.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        with translated_os_errors("write what a session was told"):
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path(session).open("ab", buffering=0) as file:
                file.write(_line(given))

    def _path(self, session: str) -> Path:
        return self._folder / file_name(session)


def _line(given: Given) -> bytes:
    value = {
        "ids": sorted(given.ids),
        "files": sorted(given.files),
        "expected": dict(given.expected),
        "tokens": given.tokens,
        "prompts": given.prompts,
    }
    return json.dumps({key: item for key, item in value.items() if item}).encode() + b"\n"


def _read(data: bytes) -> Given:
    """All lines as one; of what is expected the last.  A damaged line says nothing."""
    ids, files, tokens, prompts = set[str](), set[str](), 0, 0
    expected: Mapping[str, float] = {}
    for line in data.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, list):  # as an earlier version wrote
            ids |= _texts(value)
        if not isinstance(value, dict):
            continue
        ids |= _texts(value.get("ids"))
        files |= _texts(value.get("files"))
        expected = _weights(value.get("expected")) or expected
        tokens += _count(value.get("tokens"))
        prompts += _count(value.get("prompts"))
    return Given(frozenset(ids), frozenset(files), expected, tokens, prompts)


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Any) -> set[str]:
    items: Iterable[Any] = value if isinstance(value, list) else ()
    return {item for item in items if isinstance(item, str)}


def _weights(value: Any) -> Mapping[str, float]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {name: float(weight) for name, weight in pairs if isinstance(weight, (int, float))}
