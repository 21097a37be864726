"""What a file of the work tree has that its commit has not, for a hook that cannot wait.

Git compares the commit's blob with the file outside of any repository: a filter that the attributes
choose, or a monitor of the work tree, is a program that ``git diff`` runs and waits for, and what
is configured for people's differences changes ours.  Standard library only: agent hooks run this.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo, git_environment
from gitmem.model.value import dataclass
from gitmem.process.pipe import Pipe

_DIFF_SECONDS = 0.5
_DIFF_BYTES = 1 << 20
_FILE_BYTES = 4 << 20

_DIFF = (
    *("git", "diff", "--no-index", "-U0", "--inter-hunk-context=0", "-w"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--", "-"),
)
_NOWHERE = {"GIT_DIR": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Hunk:
    """A difference: lines ``old`` to ``old_end`` (not counted) became ``new`` to ``new_end``."""

    old: int
    old_end: int
    new: int
    new_end: int
    removed: tuple[bytes, ...]


def worktree_hunks(repo: Repo, head: str, path: str) -> list[Hunk] | None:
    """What is different from commit ``head`` in the work tree's file, from the top down; None where
    git cannot tell, or not soon enough.
    """
    file = os.path.join(repo.need_worktree(), path)  # noqa: PTH118
    now = _content(file)
    blob = GitPipe(repo, ("cat-file", "blob", f"{head}:{path}"), [])
    before = blob.output(_FILE_BYTES)
    is_known = blob.status in (0, 128)  # 128: the commit lacks the file, and all of it is new
    if now is None or not is_known or len(before) == _FILE_BYTES:
        return None
    if now == before:
        return []
    environ = {**git_environment(), **_NOWHERE}
    pipe = Pipe([*_DIFF, file], before, environ=environ, seconds=_DIFF_SECONDS)
    data = pipe.output(_DIFF_BYTES)
    is_answer = pipe.status in (0, 1) and len(data) < _DIFF_BYTES
    if not is_answer or b"\nBinary files " in data[:4096]:
        return None
    return list(_parse_diff(data))


def _content(file: str) -> bytes | None:
    """What a plain file of a fair size holds."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with open(descriptor, "rb") as opened:  # noqa: PTH123
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = opened.read(_FILE_BYTES) if is_plain else b""
    except OSError:
        return None
    return data if is_plain and len(data) < _FILE_BYTES else None


def _parse_diff(data: bytes) -> Iterator[Hunk]:
    lines, at = data.split(b"\n"), 0
    while at < len(lines):
        match = _HUNK.match(lines[at])
        at += 1
        if match is None:
            continue
        old, new = int(match[1]), int(match[3])
        removed, added = (1 if count is None else int(count) for count in (match[2], match[4]))
        texts = tuple(line[1:] for line in lines[at : at + removed])
        at += removed
        old += removed == 0  # of nothing the line before is told
        new += added == 0
        yield Hunk(old, old + removed, new, new + added, texts)
