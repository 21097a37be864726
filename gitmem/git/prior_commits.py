"""What earlier commits took: when a path, and when a line, was last in a commit.

On any branch, by author time: what was committed elsewhere is as little pending here, and a
rebase makes commits young but not their work.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing

from gitmem.git.log import stream_git
from gitmem.git.repo import Repo, try_git
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
    asked = ["log", "-z", "--all", f"--since={int(since)}", "--format=tformat:%x01%H %at"]
    names = [f":(literal){path}" for path in paths]
    done = try_git(repo, *asked, "--name-only", "--no-renames", "--", *names)
    touched: dict[str, float] = {}
    for commit, when, name in _parse_log_paths(os.fsdecode(done.stdout)):
        if commit != change.commit and when <= change.time:
            touched[name] = max(when, touched.get(name, 0.0))
    return touched


def _parse_log_paths(printed: str) -> Iterator[tuple[str, float, str]]:
    """(commit, author time, path) of what ``git log -z --name-only`` prints with our format."""
    commit, when = "", 0.0
    for token in printed.split("\0"):
        name = token.strip("\n")
        if name.startswith("\x01"):
            head, _, name = name[1:].partition("\n")
            commit, _, stamp = head.partition(" ")
            when, name = float(stamp), name.strip("\n")
        if name:
            yield commit, when, name


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
    arguments = ["log", "--all", f"--since={int(since)}", "--format=tformat:%x01%H %at", *options]
    commit, when = "", 0.0
    with closing(stream_git(repo, [*arguments, "--", *names], b"\n")) as lines:
        for number, line in enumerate(lines):
            if number >= _MAX_LINES:
                break
            if line.startswith(b"\x01"):
                commit, _, stamp = line[1:].decode("ascii", "replace").partition(" ")
                when = float(stamp)
            elif line[:1] in wanted and commit != change.commit:
                marks, times = wanted[line[:1]]
                if when < change.time - _SAME_MOMENT_SECONDS:
                    for mark in line_marks([line[1:].decode("utf-8", "replace")]):
                        if mark in marks:
                            times[mark] = max(when, times.get(mark, 0.0))
    return taken
