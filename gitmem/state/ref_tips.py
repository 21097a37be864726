"""Where the branches are, here and as last seen on the remotes, and where they were before.

What moved between the two tells which commits are new and which may be reached no more, without
a walk of the whole history.  Standard library only: agent hooks ask whether anything moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from gitmem.git.repo import Repo, try_git
from gitmem.model.value import dataclass, field
from gitmem.state.state_file import StateFile

REFS = ("refs/heads/", "refs/remotes/")
"""The refs that are watched; what only a tag or a stash reaches counts as reached, too."""

_REWRITING = ("rebase-merge", "rebase-apply")


@dataclass(frozen=True)
class Tips:
    """Ref → commit.  A work tree whose HEAD is detached counts as a ref ``HEAD of FOLDER``."""

    refs: Mapping[str, str] = field(default_factory=dict)

    @property
    def commits(self) -> frozenset[str]:
        """Each commit that a ref points to."""
        return frozenset(self.refs.values())


def read_tips(repo: Repo) -> Tips:
    """Where the refs point now."""
    listed = try_git(repo, "for-each-ref", "--format=%(objectname) %(refname)", *REFS)
    return tips_of(repo, os.fsdecode(listed.stdout).splitlines())


def tips_of(repo: Repo, lines: Iterable[str]) -> Tips:
    """The same where the refs have been listed already, a line ``COMMIT REF`` each."""
    refs = {}
    for line in lines:
        commit, _, ref = line.partition(" ")
        if ref.startswith(REFS):
            refs[ref] = commit
    return Tips({**refs, **_detached_heads(repo)})


def read_last_tips(repo: Repo) -> Tips | None:
    """Where the refs were when last looked at; None if nobody has looked yet."""
    data = _file(repo).read()
    if data is None:
        return None
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    pairs = (line.partition(" ")[::2] for line in lines)
    return Tips({ref: commit for commit, ref in pairs})


def write_last_tips(repo: Repo, tips: Tips) -> None:
    """Remember where the refs stand.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    lines = [f"{commit} {ref}\n" for ref, commit in sorted(tips.refs.items())]
    _file(repo).write("".join(lines).encode("utf-8", "surrogateescape"))


def is_rewriting(repo: Repo) -> bool:
    """Whether git is in the middle of a rebase in any work tree: its commits still move."""
    folders = [repo.common_dir, *repo.common_dir.glob("worktrees/*")]
    return any((folder / name).exists() for folder in folders for name in _REWRITING)


def head_name(git_dir: Path) -> str:
    """What the HEAD of that git directory is called among the tips, where it is on no branch."""
    return f"HEAD of {git_dir.name}"


def _detached_heads(repo: Repo) -> dict[str, str]:
    """The HEADs that name no branch, read as files: git lists only this work tree's own."""
    found = {}
    heads = [repo.common_dir / "HEAD", *repo.common_dir.glob("worktrees/*/HEAD")]
    for head in heads:
        try:
            text = head.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        if len(text) == 40 and not text.startswith("ref:"):
            found[head_name(head.parent)] = text
    return found


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "tips")
