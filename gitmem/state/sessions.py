"""The sessions that agents have reported: which transcript, which work tree.

A cache: what it holds can be found again from the agent's own folder and from the notes.
Standard library only.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.session import is_session_id
from gitmem.model.value import dataclass, replace, values_of
from gitmem.state.recent_files import keep_newest, newest_first
from gitmem.state.state_file import StateFile

_KEPT = 200


@dataclass(frozen=True)
class RegisteredSession:
    """A session as its agent announced it.  ``worktree`` is the top folder it works in."""

    session: str
    transcript: str
    worktree: str


class Registry:
    """The sessions of one repository, a file each."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "sessions"

    def add(self, registered: RegisteredSession) -> None:
        """Record a session; a name that is not a plain id is ignored, and where nobody says where
        its transcript lies, what was said before stands.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        if not is_session_id(registered.session):
            return
        file = StateFile(self._folder / f"{registered.session}.json")
        if not registered.transcript and (known := _read(file.path)):
            registered = replace(registered, transcript=known.transcript)
        data = json.dumps(values_of(registered)).encode()
        if file.read() == data:
            with suppress(OSError):
                file.path.touch()
                return
        file.write(data, is_durable=False)
        keep_newest(self._folder, _KEPT)

    def get(self, session: str) -> RegisteredSession | None:
        """The session of that id, if it is known."""
        if not is_session_id(session):
            return None
        return _read(self._folder / f"{session}.json")

    def sessions(self) -> list[RegisteredSession]:
        """All known sessions, last active first."""
        return [found for path in newest_first(self._folder) if (found := _read(path))]


def _read(path: Path) -> RegisteredSession | None:
    return StateFile(path).read_json(_parse_session, None)


def _parse_session(value: Any) -> RegisteredSession:
    return RegisteredSession(value["session"], value["transcript"], value["worktree"])
