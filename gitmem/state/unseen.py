"""Commits that a worker looked at where no agent's files could be seen: without a home, or in
another person's.

Kept until a worker that sees some looks again; a line each, the newest 200.  A cache: losing it
costs what ``gitmem backfill`` finds.  Standard library only.
"""

from __future__ import annotations

from gitmem.git.repo import Repo
from gitmem.model.value import dataclass
from gitmem.state.state_file import StateFile

_KEPT = 200
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class UnseenCommit:
    """A commit, when it was made (POSIX seconds), and in which work tree."""

    commit: str
    time: float
    worktree: str


def add_unseen(repo: Repo, unseen: UnseenCommit) -> None:
    """Look at this commit again when agents' files can be seen.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be noted.
    """
    kept = [one for one in read_unseen(repo) if one.commit != unseen.commit]
    lines = [f"{one.commit} {one.time} {one.worktree}\n" for one in (*kept, unseen)[-_KEPT:]]
    _file(repo).write("".join(lines).encode("utf-8", "surrogateescape"))


def read_unseen(repo: Repo) -> list[UnseenCommit]:
    """Those that wait, oldest first."""
    found = []
    text = (_file(repo).read() or b"").decode("utf-8", "surrogateescape")
    for line in text.split("\n"):
        commit, _, rest = line.partition(" ")
        time, _, worktree = rest.partition(" ")
        try:
            found.append(UnseenCommit(commit, float(time), worktree))
        except ValueError:
            continue
    return [one for one in found if len(one.commit) == 40 and one.worktree]


def has_unseen(repo: Repo) -> bool:
    """Whether any wait."""
    return _file(repo).path.is_file()


def drop_unseen(repo: Repo) -> None:
    """They have been queued again."""
    _file(repo).remove()


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "unseen", _MAX_BYTES)
