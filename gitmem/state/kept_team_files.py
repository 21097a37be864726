"""The team's file of the default branch, kept in ``.git/gitmem``, so that it holds on every branch.

An old branch lacks the file, and in the middle of a rebase or a bisect it is not there; somebody's
branch may have another.  So what the default branch says, here and at the remote, holds besides
the file in the work tree, whatever is checked out; the worker, and whatever sends memories, brings
that up to date.  Standard library only.
"""

from __future__ import annotations

from contextlib import suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, may_lack_objects, try_git
from gitmem.state.state_file import StateFile
from gitmem.state.team_file import MAX_BYTES, TeamFile, parse_team_file, read_worktree_file
from gitmem.state.team_path import (
    NAME,
    has_kept_files,
    has_worktree_file,
    kept_path,
    worktree_path,
)

_USUAL = ("main", "master", "trunk", "develop")
_REMOTE = tuple(
    f"refs/remotes/{remote}/{name}"
    for remote in ("origin", "upstream")
    for name in ("HEAD", *_USUAL)
)
_LOCAL = tuple(f"refs/heads/{name}" for name in _USUAL)


def team_files(repo: Repo) -> list[TeamFile]:
    """Each version of the file that holds here: those of the default branch, then the work tree's.

    What was kept and cannot be read any more counts as unreadable.
    """
    found: list[TeamFile] = []
    if has_kept_files(repo):
        found += StateFile(kept_path(repo)).read_json(
            lambda texts: [parse_team_file(str(text).encode("latin-1")) for text in texts],
            [TeamFile(unreadable="the copy that gitmem keeps of it is damaged")],
        )
    path = worktree_path(repo)
    if path is not None and has_worktree_file(repo):
        here = read_worktree_file(path)
        found += [] if here in found else [here]
    return found


def keep_team_files(repo: Repo) -> None:
    """Keep what the default branch says now, with one git process.  Where git cannot say, or the
    disk refuses, what was kept stays.
    """
    texts = _read_branches(repo)
    if texts is None:
        return
    file = StateFile(kept_path(repo))
    wanted = [text.decode("latin-1") for text in texts]
    if wanted == file.read_json(list, []):
        return
    with suppress(GitmemError, OSError):
        if wanted:
            file.write_json(wanted)
        else:
            file.remove()


def _read_branches(repo: Repo) -> list[bytes] | None:
    """What the file is on the default branch: of the first remote's that there is, and of ours."""
    refs = (*_REMOTE, *_LOCAL) if repo.worktree is not None else ("HEAD", *_REMOTE, *_LOCAL)
    asked = "".join(f"{ref}^{{commit}}\n{ref}:{NAME}\n" for ref in refs)
    form = "--batch-check=%(objecttype) %(objectname)"
    done = try_git(repo, "cat-file", form, stdin=asked.encode())
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode != 0 or len(lines) != 2 * len(refs):
        return None
    there = {
        ref: lines[2 * place + 1].split()
        for place, ref in enumerate(refs)
        if lines[2 * place].startswith("commit ")
    }
    chosen = [next((r for r in some if r in there), "") for some in (_REMOTE, _LOCAL, ("HEAD",))]
    if may_lack_objects(repo) and any(ref and there[ref][-1] == "missing" for ref in chosen):
        return None  # it may be there, and not here yet
    oids = [there[ref][1] for ref in chosen if ref and there[ref][0] == "blob"]
    texts = [_read_blob(repo, oid) for oid in dict.fromkeys(oids)]
    return None if None in texts else [text for text in texts if text is not None]


def _read_blob(repo: Repo, oid: str) -> bytes | None:
    """Its bytes, as far as they can be a team's file; None where it is not here."""
    done = try_git(repo, "cat-file", "--batch", stdin=f"{oid}\n".encode())
    head, _, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or b" blob " not in head:
        return None
    return rest[:-1][: MAX_BYTES + 1]
