"""What a person said about a memory that is still pending: it holds whatever the session goes on
to do, and moves nothing that is shared.

One file for each pending memory, gone when that memory is.  Standard library only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.digest import sha256_hex
from gitmem.model.memory import Memory, from_fields, to_fields
from gitmem.model.value import dataclass
from gitmem.state.recent_files import newest_first
from gitmem.state.sharing import private_mode
from gitmem.state.state_file import StateFile

FORGOTTEN, EDITED, WRONG = "forgotten", "edited", "wrong"


@dataclass(frozen=True)
class PendingWord:
    """What was said about what is pending under ``key``: that it is forgotten, edited or wrong
    (``how``; empty where it is only pinned).

    ``memory`` is told in its place (None: nothing is), ``original_id`` is the id that it had.
    """

    key: str
    original_id: str
    how: str = ""
    memory: Memory | None = None
    is_pinned: bool = False


class PendingWords:
    """What was said about the pending memories of one repository."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "pending-words"
        self._mode = private_mode(repo)

    def put(self, word: PendingWord) -> None:
        """Keep it; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        value = {
            "key": word.key,
            "id": word.original_id,
            "how": word.how,
            "memory": None if word.memory is None else to_fields(word.memory),
            "pinned": word.is_pinned,
        }
        data = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        StateFile(self._path(word.key), mode=self._mode).write(data)

    def drop(self, key: str) -> None:
        """Nothing is said about that any more."""
        StateFile(self._path(key)).remove()

    def get(self, key: str) -> PendingWord | None:
        """What was said about what is pending under this key."""
        return _read(self._path(key))

    def every(self) -> dict[str, PendingWord]:
        """All of them by key; unreadable files are skipped."""
        found = (_read(path) for path in newest_first(self._folder))
        return {word.key: word for word in found if word is not None}

    def _path(self, key: str) -> Path:
        return self._folder / f"{sha256_hex(key.encode())[:32]}.json"


def _read(path: Path) -> PendingWord | None:
    return StateFile(path, max_bytes=1 << 18).read_json(_parse, None)


def _parse(value: Any) -> PendingWord:
    fields = value.get("memory")
    return PendingWord(
        str(value["key"]),
        str(value["id"]),
        str(value["how"]),
        None if fields is None else from_fields(fields),
        value.get("pinned") is True,
    )
