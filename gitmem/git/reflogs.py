"""What the work trees' reflogs say about commits that are no longer reachable."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from gitmem.git.repo import Repo

_MAX_BYTES = 8 << 20
_LINE = re.compile(rb"([0-9a-f]{40}) ([0-9a-f]{40}) [^\t\n]*\t([^\n]*)\n")


class Reflogs:
    """The HEAD logs of all work trees, read once.

    ``amended`` are pairs of old and new; ``made`` is every commit that HEAD ever stood at here.
    """

    def __init__(self, repo: Repo) -> None:
        self.amended: list[tuple[str, str]] = []
        self.made: set[str] = set()
        self._left_by: dict[str, str] = {}
        for line in _lines(repo):
            old, new, said = line
            self.made.add(new)
            if said.startswith("commit (amend)"):
                self.amended.append((old, new))
            self._left_by[old] = said

    def what_left(self, commit: str) -> str:
        """In a word, what last moved HEAD away from the commit; empty if nothing did."""
        said = self._left_by.get(commit, "")
        word = re.match(r"[a-z-]+", said)
        return word[0] if word else ""


def _lines(repo: Repo) -> Iterator[tuple[str, str, str]]:
    paths = [repo.common_dir / "logs" / "HEAD", *repo.common_dir.glob("worktrees/*/logs/HEAD")]
    for path in paths:
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _MAX_BYTES))
                data = file.read()
        except OSError:
            continue
        for match in _LINE.finditer(data):
            yield match[1].decode(), match[2].decode(), match[3].decode("utf-8", "replace")
