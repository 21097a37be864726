"""What a rewritten ref leaves behind: its reflog, and objects that nothing reaches any more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

from gitmem.errors import GitFailed
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import (
    Repo,
    git_command,
    local_environment,
    may_lack_objects,
    run_git,
    try_git,
)
from gitmem.process.child import ending, start

_NO_GIANTS = "--filter=blob:limit=64m"
_AT_ONCE = 2_000
_MAX_LOG_BYTES = 64 << 20
_ID_LENGTH = 40


@dataclass(frozen=True)
class Removal:
    """How many objects were removed, and how many stay in packs until git collects them."""

    count: int = 0
    in_pack: int = 0


def drop_ref(repo: Repo, ref: str) -> None:
    """Delete a ref and its reflog."""
    try_git(repo, "update-ref", "-d", ref)
    drop_reflog(repo, ref)


def drop_reflog(repo: Repo, ref: str) -> None:
    """Forget where a ref pointed before, whether it still exists or not."""
    try_git(repo, "reflog", "expire", "--expire=all", "--expire-unreachable=all", ref)
    if try_git(repo, "rev-parse", "--verify", "--quiet", ref).returncode != 0:
        with suppress(OSError):
            _log_path(repo, ref).unlink()


def read_reflog(repo: Repo, ref: str) -> set[str]:
    """Every commit that the ref pointed to, as far as its log knows."""
    try:
        lines = read_regular(_log_path(repo, ref), _MAX_LOG_BYTES).splitlines()
    except OSError:
        return set()
    ids = {oid.decode("ascii", "replace") for line in lines for oid in line.split(b" ", 2)[:2]}
    return {oid for oid in ids if len(oid) == _ID_LENGTH and oid.strip("0")}


def refs_reaching(repo: Repo, commits: Iterable[str]) -> list[str]:
    """The refs from which one of the commits can be reached, each once."""
    found: dict[str, None] = {}
    for commit in commits:
        listed = try_git(repo, "for-each-ref", "--format=%(refname)", f"--contains={commit}")
        found.update(dict.fromkeys(os.fsdecode(listed.stdout).splitlines()))
    return list(found)


def blobs_holding(
    repo: Repo, commits: Sequence[str], is_held: Callable[[bytes], bool]
) -> Iterator[str]:
    """The blobs in the commits' histories for whose bytes ``is_held`` says yes.

    One that is larger than anything of ours, which a stranger may have sent, is not read.
    """
    if not commits:
        return
    listed = run_git(repo, *_listing(repo), _NO_GIANTS, *commits).split()
    for first in range(0, len(listed), _AT_ONCE):
        some = b"\n".join(listed[first : first + _AT_ONCE]) + b"\n"
        printed = run_git(repo, "cat-file", "--batch", stdin=some)
        at = 0
        while at < len(printed):
            head, _, _ = printed[at : at + 200].partition(b"\n")
            words = head.split()
            at += len(head) + 1
            if len(words) != 3:
                continue  # missing in a partial clone
            size = int(words[2])
            if words[1] == b"blob" and is_held(printed[at : at + size]):
                yield words[0].decode()
            at += size + 1


def remove_unreachable(repo: Repo, commits: Sequence[str], *, unpack: bool) -> Removal:
    """Remove the objects of these histories that no ref, reflog or index reaches.

    Only loose objects can be removed one by one.  If some lie in packs, nothing is removed,
    unless ``unpack`` makes git rewrite its packs without them first.  Other unreachable
    objects, which a person may yet want back, are left alone.
    """
    objects = _unreachable(repo, commits)
    if not objects:
        return Removal()
    if unpack and _not_loose(repo, objects):
        run_git(repo, "repack", "-A", "-d", "--quiet")
    if in_pack := _not_loose(repo, objects):
        return Removal(in_pack=len(in_pack))
    for oid in objects:
        _loose_path(repo, oid).unlink(missing_ok=True)
    return Removal(count=len(objects))


def _unreachable(repo: Repo, commits: Sequence[str]) -> list[str]:
    """The objects of these histories that nothing else reaches, exactly.

    By listing everything that is reached: ``rev-list A --not B`` stops early and may name objects
    that B holds, which is good enough for a pack and not for removing them.
    """
    found = dict.fromkeys(_list_objects(repo, commits))
    if found:
        for oid in _list_objects(repo, ("--all", "--reflog", "--indexed-objects")):
            found.pop(oid, None)
    return list(found)


def _list_objects(repo: Repo, what: Sequence[str]) -> Iterator[str]:
    """The objects that git lists, as they come: there may be millions.

    Raises:
        GitFailed: git could not list them all.
    """
    asked = [*_listing(repo), *what]
    with ending(start(git_command(repo, asked), environ=local_environment(), stdout=PIPE)) as git:
        assert git.stdout is not None  # noqa: S101 - PIPE was asked for
        for line in git.stdout:
            yield line.decode("ascii").rstrip("\n")
        status = git.wait()
    if status != 0:
        raise GitFailed(
            "git could not list what it reaches, so no object was removed",
            "The notes are scrubbed. Run: git fsck; then: git gc --prune=now",
        )


def _listing(repo: Repo) -> list[str]:
    """The command that lists objects; what a partial clone lacks is not here to be removed."""
    lacking = ["--missing=allow-any"] if may_lack_objects(repo) else []
    return ["rev-list", "--objects", "--no-object-names", *lacking]


def _not_loose(repo: Repo, objects: Sequence[str]) -> list[str]:
    """Those that are not loose, or lie in a pack as well."""
    packs = {path.name for path in (repo.common_dir / "objects" / "pack").glob("*.idx")}
    in_packs: set[str] = set()
    for name in packs:
        index = (repo.common_dir / "objects" / "pack" / name).read_bytes()
        shown = run_git(repo, "show-index", stdin=index)
        in_packs.update(line.split()[1].decode() for line in shown.splitlines())
    return [oid for oid in objects if oid in in_packs or not _loose_path(repo, oid).exists()]


def _log_path(repo: Repo, ref: str) -> Path:
    return repo.common_dir / "logs" / ref


def _loose_path(repo: Repo, oid: str) -> Path:
    return repo.common_dir / "objects" / oid[:2] / oid[2:]
