"""Whether a commit removes or rewrites lines that an earlier one wrote: a fact that never changes.

git blames, in the parent of the newer commit, exactly the lines that its difference takes away,
and looks no further back than the older one.  Bounded in files, lines and seconds; standard
library only.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence

from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo, try_git

_DIFF = (
    *(
        "-c",
        "core.quotePath=false",
        "diff-tree",
        "--stdin",
        "-r",
        "-M",
        "-l200",
        "-p",
        "-U0",
        "-w",
        "--no-color",
    ),
    *("--no-ext-diff", "--no-textconv", "--no-commit-id", "--ignore-submodules"),
    *("--src-prefix=", "--dst-prefix="),
)
_MAX_DIFF_BYTES = 4 << 20
_MOST_FILES = 8
_MOST_LINES = 400  # of a file that are blamed
_SECONDS = 2.0  # for a pair
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? ")
# A line that says something: a word and more, or a long one.
_TELLING = re.compile(rb"\w{2,}\W+\w|\w{8,}")
# Every change has its entry here, and every release rewrites the head of the list.
_CHANGELOG = re.compile(
    rb"(?:^|/)(?:change(?:s|log)?|history|news|release[-_ ]?notes)\b[^/]*$", re.I
)


def rewrites(repo: Repo, newer: str, older: str) -> bool | None:
    """Whether ``newer`` removes or changes a line that ``older`` wrote, white space aside.

    A merge writes and removes nothing of its own.  What cannot be seen within the bounds (8 files,
    400 lines of each, 2 seconds) is not so; None where one of the commits is not here.
    """
    if newer == older:
        return False
    try:
        return _Question(repo, newer, older).answer()
    except subprocess.TimeoutExpired:
        return False


class _Question:
    """One pair, and a clock that all of git's answers share."""

    def __init__(self, repo: Repo, newer: str, older: str) -> None:
        self._repo = repo
        self._newer = newer
        self._older = older
        self._end = time.monotonic() + _SECONDS

    def answer(self) -> bool | None:
        parents = self._parents()
        if parents is None:
            return None
        before, above = parents
        if len(before) != 1 or len(above) > 1:
            return False
        if self._git("merge-base", "--is-ancestor", self._older, before[0]).returncode:
            return False
        touched = self._touched_names()
        removed = [
            (path, lines)
            for path, lines in _removed_lines(self._repo, self._newer).items()
            if _base_name(path) in touched
        ]
        removed.sort(key=lambda one: -len(one[1]))
        since = f"{self._older}^..{before[0]}" if above else before[0]
        return any(
            self._older.encode() in self._origins(since, path, lines[:_MOST_LINES])
            for path, lines in removed[:_MOST_FILES]
        )

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        left = max(self._end - time.monotonic(), 0.0)
        return try_git(self._repo, *arguments, timeout=left)

    def _parents(self) -> tuple[list[str], list[str]] | None:
        """The parents of both commits; None if one of the two is missing."""
        asked = [self._newer, self._older]
        done = self._git("rev-list", "--no-walk=unsorted", "--parents", *asked)
        rows = [line.split() for line in os.fsdecode(done.stdout).splitlines()]
        if done.returncode != 0 or [row[0] for row in rows] != asked:
            return None
        return rows[0][1:], rows[1][1:]

    def _touched_names(self) -> set[bytes]:
        """The names of the older commit's files, without their folders: those may change."""
        options = ["--root", "-r", "-z", "--name-only", "--no-commit-id"]
        done = self._git("diff-tree", *options, self._older)
        return {_base_name(path) for path in done.stdout.split(b"\0") if path}

    def _origins(self, since: str, path: bytes, lines: Sequence[int]) -> set[bytes]:
        """The commits in a range that wrote these lines."""
        spans = [f"-L{first},{last}" for first, last in _spans(lines)]
        # The same answer on every machine, whatever commits its user has blame look through.
        options = ["-l", "-s", "-w", "--root", "--no-textconv", "--ignore-revs-file=", *spans]
        done = self._git("blame", *options, since, "--", os.fsdecode(path))
        return {line[:40] for line in done.stdout.split(b"\n") if not line.startswith(b"^")}


def _base_name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _removed_lines(repo: Repo, commit: str) -> Mapping[bytes, list[int]]:
    """By path in its parent the numbers of the telling lines that a commit takes away."""
    data = GitPipe(repo, _DIFF, [commit]).output(_MAX_DIFF_BYTES)
    found: dict[bytes, list[int]] = {}
    path, number, left = b"", 0, 0
    for line in data.split(b"\n"):
        if left:
            if line.startswith(b"-"):
                if path and _TELLING.search(line):
                    found.setdefault(path, []).append(number)
                number, left = number + 1, left - 1
        elif line.startswith(b"--- "):
            name = line[4:].rstrip(b"\t")
            is_told = name != b"/dev/null" and not name.startswith(b'"')
            path = name if is_told and not _CHANGELOG.search(name) else b""
        elif line.startswith(b"diff --git "):
            path = b""
        elif match := _HUNK.match(line):
            number, left = int(match[1]), int(match[2] or 1)
    return found


def _spans(lines: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers in rising order as runs, first and last."""
    first = last = lines[0]
    for number in lines[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last
