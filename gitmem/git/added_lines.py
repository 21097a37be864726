"""The lines that a commit added, with their numbers in the files as it left them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from gitmem.git.blame import unquote_path
from gitmem.git.log import stream_git
from gitmem.git.repo import Repo

MAX_LINES = 50_000
"""Of one commit no more are read: what added more was generated, or brought in from elsewhere."""

_MAX_CHARACTERS = 2_000
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_OPTIONS = (
    *("-c", "core.quotePath=true", "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false"),
    *("diff-tree", "--root", "-r", "-M", "-l200", "-p", "-U0", "--no-color", "--no-commit-id"),
    *("--no-ext-diff", "--no-textconv", "--ignore-submodules", "--src-prefix=a/"),
    *("--dst-prefix=b/", "--full-index"),
)


def added_lines(repo: Repo, commit: str) -> dict[str, list[tuple[int, str]]]:
    """For each file the numbers (from 1) and texts of the lines added, in the file's order.

    A merge adds none of its own, a binary file has none; of a long line a beginning is kept.

    Raises:
        UnknownRevision: there is no such commit.
        GitFailed: git refused otherwise.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    left = MAX_LINES
    with closing(stream_git(repo, [*_OPTIONS, "--end-of-options", commit], b"\n")) as lines:
        for path, number, text in _parse(lines):
            if left == 0:
                break
            left -= 1
            line = text[:_MAX_CHARACTERS].decode("utf-8", "replace")
            found.setdefault(path, []).append((number, line))
    return found


def _parse(lines: Iterator[bytes]) -> Iterator[tuple[str, int, bytes]]:
    path, number, is_head = "", 0, True
    for line in lines:
        if line.startswith(b"diff --git "):
            path, is_head = "", True
        elif is_head and line.startswith(b"+++ "):
            path = _path(line[4:])
        elif match := _HUNK.match(line):
            number, is_head = int(match[1]), False
        elif not is_head and line.startswith(b"+") and path:
            yield path, number, line[1:]
            number += 1


def _path(name: bytes) -> str:
    plain = unquote_path(name.rstrip(b"\t"))
    return plain[2:] if plain.startswith("b/") else ""
