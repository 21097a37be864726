"""What earlier commits took: when a path, and when a line, was last in a commit.

On any branch, by author time: what was committed elsewhere is as little pending here, and a
rebase makes commits young but not their work.  A commit that was amended here took what was there
then, though it keeps the date of its first making.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gitmem.errors import GitFailed
from gitmem.git.log import seconds_of, stream_git
from gitmem.git.repo import Repo, may_lack_objects, try_git
from gitmem.model.change import Change
from gitmem.model.line_marks import line_marks

_SAME_MOMENT_SECONDS = 1.0
_MAX_LINES = 2_000_000


def last_change_times(
    repo: Repo, change: Change, paths: Sequence[str], since: float
) -> dict[str, float]:
    """When each path was last changed by a commit older than this change (POSIX seconds).

    Only commits younger than ``since`` are looked at; a path that none of them touches is left
    out.
    """
    asked = ["log", "-z", "--all", f"--since={int(since)}", "--format=tformat:%x01%H %at %ct"]
    names = [f":(literal){path}" for path in paths]
    done = try_git(repo, *asked, "--name-only", "--no-renames", "--", *names)
    times = _Times(repo, change, since)
    touched: dict[str, float] = {}
    for head, name in _parse_log_paths(os.fsdecode(done.stdout)):
        if head.commit != change.commit and head.authored <= change.time:
            touched[name] = max(times.taken(head), touched.get(name, 0.0))
    return touched


@dataclass(frozen=True)
class _Head:
    """A commit and git's two times of it, POSIX seconds."""

    commit: str = ""
    authored: float = 0.0
    committed: float = 0.0


def _parse_head(line: str) -> _Head:
    commit, authored, committed = line.split(" ")
    return _Head(commit, float(seconds_of(authored)), float(seconds_of(committed)))


class _Times:
    """When commits took what they hold; the reflogs are asked once, if at all."""

    def __init__(self, repo: Repo, change: Change, since: float) -> None:
        self._repo = repo
        self._change = change
        self._since = int(since)
        self._made: frozenset[str] | None = None

    def taken(self, head: _Head) -> float:
        """The author time; the committer time if it was made of a work tree here (``--amend``,
        ``-C``) and not by moving it, before this change.
        """
        if not head.authored < head.committed <= self._change.commit_time:
            return head.authored
        if self._made is None:
            self._made = self._made_here()
        return head.committed if head.commit in self._made else head.authored

    def _made_here(self) -> frozenset[str]:
        asked = ["log", "-g", "--all", f"--since={self._since}", "--format=tformat:%H %gs"]
        lines = os.fsdecode(try_git(self._repo, *asked).stdout).splitlines()
        pairs = (line.partition(" ")[::2] for line in lines)
        return frozenset(commit for commit, how in pairs if how.startswith("commit"))


def _parse_log_paths(printed: str) -> Iterator[tuple[_Head, str]]:
    """(commit, path) of what ``git log -z --name-only`` prints with our format."""
    found = _Head()
    for token in printed.split("\0"):
        name = token.strip("\n")
        if name.startswith("\x01"):
            head, _, name = name[1:].partition("\n")
            found, name = _parse_head(head), name.strip("\n")
        if name:
            yield found, name


def _lines(repo: Repo, arguments: Sequence[str]) -> Generator[bytes, None, None]:
    """What git lists; in a partial clone up to the first commit whose contents are not here."""
    try:
        yield from stream_git(repo, arguments, b"\n")
    except GitFailed:
        if not may_lack_objects(repo):
            raise


def last_line_times(
    repo: Repo, change: Change, added: Collection[int], removed: Collection[int], since: float
) -> tuple[dict[int, float], dict[int, float]]:
    """When a commit older than this change last added, and last removed, each marked line.

    Looked at are commits younger than ``since`` (POSIX seconds) that touch the change's files,
    their first two million lines; lines that none of them holds are left out.

    Raises:
        GitFailed: git refused.
    """
    taken: tuple[dict[int, float], dict[int, float]] = {}, {}
    wanted = {b"+": (added, taken[0]), b"-": (removed, taken[1])}
    names = [f":(literal){path}" for path in change.paths]
    options = ["-p", "-U0", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv"]
    options += [f"--since={int(since)}", "--format=tformat:%x01%H %at %ct"]
    kept = _Times(repo, change, since)
    head = _Head()
    arguments = ["log", "--all", *options, "--", *names]
    with closing(_lines(repo, arguments)) as lines:
        for number, line in enumerate(lines):
            if number >= _MAX_LINES:
                break
            if line.startswith(b"\x01"):
                head = _parse_head(line[1:].decode("ascii", "replace").strip())
            elif line[:1] in wanted and head.commit != change.commit:
                marks, times = wanted[line[:1]]
                if head.authored < change.time - _SAME_MOMENT_SECONDS:
                    when = kept.taken(head)
                    for mark in line_marks([line[1:].decode("utf-8", "replace")]):
                        if mark in marks:
                            times[mark] = max(when, times.get(mark, 0.0))
    return taken
