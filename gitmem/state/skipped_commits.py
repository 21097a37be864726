"""Commits that backfill looked at and found not worth a memory.

One full id a line under the name of the judge: a later judge, who may think otherwise, begins
with an empty list.  A cache: losing it, or the last line of it, costs time only.  Standard
library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gitmem.git.repo import Repo
from gitmem.state.state_file import StateFile

_ID = re.compile(rb"^[0-9a-f]{40}$", re.MULTILINE)


class SkippedCommits:
    """What the judge of this name found to be worth nothing."""

    def __init__(self, repo: Repo, judge: str) -> None:
        self._file = StateFile(repo.state_dir / "backfill" / "judged")
        self._head = f"{judge}\n".encode()

    def commits(self) -> set[str]:
        """Their ids; none when another judge wrote the list."""
        data = self._file.read() or b""
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
        if self._is_ours():
            self._file.append(lines, "note what was looked at")
        else:
            self._file.write(self._head + lines)

    def _is_ours(self) -> bool:
        return replace(self._file, max_bytes=len(self._head)).read() == self._head
