"""Commits that were made here and that no hook and no known line of a reflog tells of.

A program that writes commits without git's own commands (Jujutsu, ``commit-tree``, fast-import), a
reflog action of one's own, reflogs switched off: what is left are the branches, which have moved.
What came from elsewhere is in a remote's branch, unless we pushed it there, or is by somebody else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gitmem.git.log import ReflogCommit, committer_emails
from gitmem.git.reflogs import known_moves
from gitmem.git.repo import Repo, try_git

_REMOTES = "refs/remotes/"
_MAX_COMMITS = 200
_LINE = re.compile(rb"([0-9a-f]{40}) ([0-9a-f]{40}) [^\t\n]*(?:\t([^\n]*))?\n")
_MAX_BYTES = 1 << 20


def unreported_commits(
    repo: Repo, before: Mapping[str, str], now: Mapping[str, str], since: float
) -> list[tuple[str, ReflogCommit]]:
    """The commits that branches, and HEADs that are on none, have gained, oldest first; each with
    the ref (or ``HEAD of FOLDER``) that reached it.

    ``before`` and ``now`` are what each ref pointed to.  Only commits that somebody made who
    commits here, after ``since`` (POSIX seconds), merges left out, at most 200.
    """
    moved = {
        ref: commit
        for ref, commit in now.items()
        if not ref.startswith(_REMOTES) and before.get(ref) != commit
    }
    if not moved:
        return []
    known = [*before.values(), *_fetched(repo, now)]
    asked = "".join(f"{tip}\n" for tip in (*moved.values(), *(f"^{one}" for one in known)))
    options = ["--no-merges", f"--max-count={_MAX_COMMITS}"]
    printed = try_git(
        repo,
        *("rev-list", "--ignore-missing", "--format=%H %ct %ce", *options, "--stdin"),
        stdin=asked.encode(),
    ).stdout
    if not printed:
        return []
    emails, told = committer_emails(repo), known_moves(repo)
    found = []
    for line in os.fsdecode(printed).splitlines():
        commit, stamp, email = f"{line}  ".split(" ", 2)
        if commit == "commit":
            continue  # a line of git's own, which older versions cannot leave out
        if commit not in told and float(stamp) >= since and email.strip().lower() in emails:
            found.append(ReflogCommit(commit, float(stamp)))
    place = _places(repo, moved, [one.commit for one in found])
    return [(place.get(one.commit, ""), one) for one in reversed(found)]


def _places(repo: Repo, moved: Mapping[str, str], commits: Collection[str]) -> dict[str, str]:
    """For each commit a ref that reaches it; of several the first."""
    if len(moved) == 1 or not commits:
        return dict.fromkeys(commits, next(iter(moved)))
    places: dict[str, str] = {}
    for ref, tip in moved.items():
        left = [commit for commit in commits if commit not in places]
        done = try_git(repo, "rev-list", tip, "--not", *(f"{commit}^@" for commit in left))
        reached = set(done.stdout.decode("ascii", "replace").split())
        places.update({commit: ref for commit in left if commit in reached})
    return places


def _fetched(repo: Repo, now: Mapping[str, str]) -> Iterator[str]:
    """Where the remotes' branches stood before we pushed to them ourselves."""
    for ref, commit in now.items():
        if ref.startswith(_REMOTES) and not _is_symbolic(repo.common_dir / ref):
            yield from _before_pushes(repo.common_dir / "logs" / ref, commit)


def _is_symbolic(ref: Path) -> bool:
    """Whether it only names another one, as a remote's HEAD does."""
    try:
        with ref.open("rb") as file:
            return file.read(4) == b"ref:"
    except OSError:
        return False


def _before_pushes(log: Path, commit: str) -> Iterator[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _MAX_BYTES))
            moves = _LINE.findall(file.read())
    except OSError:
        moves = []
    at = commit
    for old, new, said in reversed(moves):
        if new.decode() != at or b"push" not in said:
            break
        at = old.decode()
    if at.strip("0"):
        yield at
