"""What the work trees' reflogs say about commits that are no longer reachable."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from gitmem.git.repo import Repo

_MAX_BYTES = 8 << 20
_GITS_OWN = re.compile(
    r"(?:commit|cherry-pick|am|revert|checkout|reset|clone|pull|fetch|rebase|merge|branch|initial)\b",
    re.IGNORECASE,
)
_LINE = re.compile(rb"([0-9a-f]{40}) ([0-9a-f]{40}) [^\t\n]*\t([^\n]*)\n")


class Reflogs:
    """The HEAD logs of all work trees, read once.

    ``amends`` are pairs of old and new; ``heads`` is every commit that HEAD ever stood at here.
    """

    def __init__(self, repo: Repo) -> None:
        self.amends: list[tuple[str, str]] = []
        self.heads: set[str] = set()
        self._last_moves: dict[str, str] = {}
        for line in _lines(repo):
            old, new, said = line
            self.heads.add(new)
            if said.startswith("commit (amend)"):
                self.amends.append((old, new))
            self._last_moves[old] = said

    def last_move_from(self, commit: str) -> str:
        """In a word, what last moved HEAD away from the commit; empty if nothing did."""
        said = self._last_moves.get(commit, "")
        word = re.match(r"[a-z-]+", said)
        return word[0] if word else ""


def known_moves(repo: Repo) -> set[str]:
    """The commits that a HEAD came to by a move that git's own commands tell in the reflog."""
    return {new for old, new, said in _lines(repo) if old != new and _GITS_OWN.match(said)}


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
