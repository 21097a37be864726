"""Pending memories: uncommitted work, one file per session, and agents' own notes.

Written when a turn ends, replaced by the next, gone when a commit of the session is captured.
A note has a file of its own, and waits for the commit of what it is about.
Never a cache: nothing else keeps this work once the agent's transcript is gone.  Standard
library only, so that the agent's hook can read it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.digest import sha256_hex
from gitmem.model.memory import Memory, from_fields, to_fields
from gitmem.model.value import dataclass, replace
from gitmem.state.pending_words import FORGOTTEN, PendingWords
from gitmem.state.recent_files import newest_first
from gitmem.state.sharing import private_mode
from gitmem.state.state_file import StateFile

_MAX_BYTES = 1 << 18


@dataclass(frozen=True)
class Pending:
    """A memory that waits for its commit, and the work tree its work was done in.

    ``has_ended``: its session is over, so nothing but a commit of its edits can claim it.
    ``note`` names an agent's own note, which was written in ``session`` (empty: nobody knows);
    the memory of a note does not name the session, for it is not made of its transcript.
    ``commit`` is the one that a note was written about: the worker makes it that commit's memory.
    """

    memory: Memory
    worktree: str
    has_ended: bool = False
    note: str = ""
    session: str = ""
    commit: str = ""

    @property
    def key(self) -> str:
        """What it is kept under."""
        return self.note or self.memory.provenance.session


class PendingStore:
    """The pending memories of one repository."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "pending"
        self._mode = private_mode(repo)
        self._words = PendingWords(repo)

    def put(self, pending: Pending) -> None:
        """Keep this as what is pending of its session, or as that note; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written; what was there stays.
        """
        value = {
            "worktree": pending.worktree,
            "memory": to_fields(pending.memory),
            "ended": pending.has_ended,
        }
        if pending.note:
            value.update(note=pending.note, session=pending.session, commit=pending.commit)
        data = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        StateFile(self._path(pending.key), mode=self._mode).write(data)

    def drop(self, key: str) -> None:
        """Nothing is pending of that session, or under that note's name, any more."""
        _file(self._path(key)).remove()
        self._words.drop(key)

    def get(self, session: str) -> Pending | None:
        """What is pending of that session."""
        return _read(self._path(session))

    def newest_first(self) -> list[Pending]:
        """All pending memories, last written first, as people left them: what was forgotten is not
        there, and what was edited or is wrong has that in its place.  Unreadable files are skipped.
        """
        words = self._words.every()
        return [
            found if word is None or word.memory is None else replace(found, memory=word.memory)
            for found in self.as_written()
            if (word := words.get(found.key)) is None or word.how != FORGOTTEN
        ]

    def as_written(self) -> list[Pending]:
        """The same as sessions and notes left them, whatever was said about them since."""
        return [found for path in newest_first(self._folder) if (found := _read(path))]

    def _path(self, session: str) -> Path:
        # Hashed, because a session's name comes from outside and must not become a path.
        return self._folder / f"{sha256_hex(session.encode())[:32]}.json"


def _file(path: Path) -> StateFile:
    return StateFile(path, max_bytes=_MAX_BYTES)


def _read(path: Path) -> Pending | None:
    return _file(path).read_json(_parse_pending, None)


def _parse_pending(value: Any) -> Pending:
    memory, ended = from_fields(value["memory"]), value.get("ended") is True
    note, session = str(value.get("note", "")), str(value.get("session", ""))
    commit = str(value.get("commit", ""))
    return Pending(memory, str(value["worktree"]), ended, note, session, commit)
