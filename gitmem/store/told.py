"""Which memories a session has been told, so that a resumed one is not told them twice.

A cache, one file a session.  Standard library only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from gitmem.store.atomic import write_atomically
from gitmem.store.gitdir import Repo
from gitmem.store.newest import keep_newest

_KEPT = 200


class Told:
    """The sessions of one repository and the ids of the memories that each was told."""

    def __init__(self, repo: Repo) -> None:
        self._folder = repo.state_dir / "told"

    def of(self, session: str) -> frozenset[str] | None:
        """The ids; None for a session that was told nothing that we know of."""
        try:
            value = json.loads(self._path(session).read_bytes())
            return frozenset(str(name) for name in value)
        except (OSError, ValueError, TypeError):
            return None

    def put(self, session: str, ids: Iterable[str]) -> None:
        """These are what the session has been told.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        write_atomically(self._path(session), json.dumps(sorted(ids)).encode())
        keep_newest(self._folder, _KEPT)

    def _path(self, session: str) -> Path:
        # Hashed, because a session's name comes from outside and must not become a path.
        return self._folder / f"{hashlib.sha256(session.encode()).hexdigest()[:32]}.json"
