"""Commits that backfill looked at and found not worth a memory.

One full id a line under the name of the judge: a later judge, who may think otherwise, begins
with an empty list.  A cache: losing it, or the last line of it, costs time only.  Standard
library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitmem.git.repo import Repo, translated_os_errors
from gitmem.state.atomic import write_atomically

_ID = re.compile(rb"^[0-9a-f]{40}$", re.MULTILINE)


class Judged:
    """What the judge of this name found to be worth nothing."""

    def __init__(self, repo: Repo, judge: str) -> None:
        self._path = repo.state_dir / "backfill" / "judged"
        self._head = f"{judge}\n".encode()

    def commits(self) -> set[str]:
        """Their ids; none when another judge wrote the list."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return set()
        if not data.startswith(self._head):
            return set()
        return {match.decode() for match in _ID.findall(data)}

    def add(self, commits: Iterable[str]) -> None:
        """Add some, behind those that are there.

        Raises:
            DiskFull, ReadOnlyRepository: they could not be written.
        """
        lines = b"".join(commit.encode() + b"\n" for commit in commits)
        if not lines:
            return
        with translated_os_errors("note what was looked at"):
            if not self._is_ours():
                write_atomically(self._path, self._head + lines)
                return
            with self._path.open("r+b") as file:
                # A line that was cut short by a kill must not swallow the next one.
                file.seek(-1, 2)
                is_torn = file.read(1) != b"\n"
                file.write(b"\n" + lines if is_torn else lines)

    def _is_ours(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(len(self._head)) == self._head
        except OSError:
            return False
