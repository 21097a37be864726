"""A person's preferences on several machines: fetched, joined without loss, and pushed.

Each is a file of its own, named by what it says, so joining is a union: what one machine added is
there, what one dropped is gone, and where both have changed the same file both texts stay.  Two
folders that were begun apart have no common history, and are joined the same way.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from gitmem.errors import GitFailed, RemoteUnavailable
from gitmem.git.own_folder import check_out, commit_all, commit_tree, head_of, talk
from gitmem.git.repo import Repo, try_git
from gitmem.guard.untrusted import clean_line
from gitmem.model.preference import (
    file_name,
    is_file_name,
    parse_document,
    preference_id,
    render_document,
)
from gitmem.model.value import replace

_SECONDS = 60.0
_TRIES = 6
_FILE_MODES = ("100644", "100755")

Entries = dict[str, tuple[str, str, str]]
"""What a tree holds: mode, kind and object of each name."""


@dataclass(frozen=True)
class PreferenceSync:
    """The remote that was asked, and whether that changed what is here, or what is there."""

    remote: str
    is_received: bool
    is_sent: bool


def sync_preferences(repo: Repo) -> PreferenceSync | None:
    """Exchange with the repository's remote: ``origin``, or the only one; None where there is none.

    Raises:
        RemoteUnavailable: it does not answer, refuses, or kept changing.
        GitFailed, DiskFull, ReadOnlyRepository: the folder cannot be written.
    """
    names = os.fsdecode(try_git(repo, "remote").stdout).splitlines()
    remote = "origin" if "origin" in names else names[0] if len(names) == 1 else ""
    if not remote:
        return None
    commit_all(repo, "what was changed by hand")
    before = head_of(repo)
    branch = os.fsdecode(try_git(repo, "symbolic-ref", "--short", "HEAD").stdout).strip() or "main"
    theirs_ref = f"refs/remotes/{remote}/{branch}"
    refused = ""
    for _ in range(_TRIES):
        theirs = _fetch(repo, remote, branch, theirs_ref)
        if theirs:
            _join(repo, theirs)
        ours = head_of(repo)
        if not ours or ours == theirs:
            return PreferenceSync(remote, ours != before, is_sent=False)
        done = _talk(repo, remote, ["push", "-q", remote, f"HEAD:refs/heads/{branch}"])
        if done.returncode == 0:
            return PreferenceSync(remote, ours != before, is_sent=True)
        refused = _reason(done.stderr)
        if b"fetch first" not in done.stderr and b"non-fast-forward" not in done.stderr:
            break
    raise RemoteUnavailable(f"cannot send your preferences to '{remote}': {refused}")


def _fetch(repo: Repo, remote: str, branch: str, ref: str) -> str:
    """The commit that the remote's branch is at; empty where it has none yet."""
    done = _talk(repo, remote, ["fetch", "-q", "--no-tags", remote, f"+refs/heads/{branch}:{ref}"])
    if done.returncode == 0:
        return os.fsdecode(try_git(repo, "rev-parse", "--verify", "--quiet", ref).stdout).strip()
    if b"couldn't find remote ref" in done.stderr:
        return ""
    raise RemoteUnavailable(f"cannot fetch from '{remote}': {_reason(done.stderr)}")


def _join(repo: Repo, theirs: str) -> None:
    """Bring what they have into the branch and the folder."""
    ours = head_of(repo)
    if not ours:
        try_git(repo, "update-ref", "HEAD", theirs)
        check_out(repo, theirs)
        return
    base = os.fsdecode(try_git(repo, "merge-base", ours, theirs).stdout).strip()
    if base == theirs:
        return
    if base == ours:
        tree, parents = _entries(repo, theirs), []
    else:
        tree, parents = _union(repo, _entries(repo, base), ours, theirs), [ours, theirs]
    oid = _write_tree(repo, tree)
    if parents:
        commit_tree(repo, oid, parents, "join what two machines have")
    else:
        try_git(repo, "update-ref", "-m", "follow", "HEAD", theirs, ours)
    check_out(repo, oid)


def _union(repo: Repo, base: Entries, ours_at: str, theirs_at: str) -> Entries:
    ours, theirs = _entries(repo, ours_at), _entries(repo, theirs_at)
    joined: Entries = {}
    for name in sorted({*ours, *theirs}):
        one, other, was = ours.get(name), theirs.get(name), base.get(name)
        if one == other or other == was:
            kept = one
        elif one == was or one is None:
            kept = other
        else:
            kept = one
            if other is not None:
                joined.update(_beside(repo, name, one, other))
                kept = joined.pop(name, one)
        if kept is not None:
            joined[name] = kept
    return joined


def _beside(
    repo: Repo, name: str, one: tuple[str, str, str], other: tuple[str, str, str]
) -> Mapping[str, tuple[str, str, str]]:
    """What stands where both have changed a file: under its name the one, and the other under the
    name of what it says; the older one alone where both say the same.
    """
    texts = [_blob(repo, each) for each in (one, other)]
    said = [parse_document(name, text) if is_file_name(name) else None for text in texts]
    if said[0] is None or said[1] is None:
        return {name: one, f"{name}.{other[2][:8]}": other}
    if said[0].text == said[1].text:
        return {name: one if said[0].time <= said[1].time else other}
    moved = replace(said[1], id=preference_id(said[1].text))
    data = render_document(moved).encode("utf-8", "replace")
    oid = os.fsdecode(try_git(repo, "hash-object", "-w", "--stdin", stdin=data).stdout).strip()
    return {name: one, file_name(moved): ("100644", "blob", oid)}


def _blob(repo: Repo, entry: tuple[str, str, str]) -> bytes:
    return try_git(repo, "cat-file", "blob", entry[2]).stdout if entry[0] in _FILE_MODES else b""


def _entries(repo: Repo, commit: str) -> Entries:
    if not commit:
        return {}
    listed = os.fsdecode(try_git(repo, "ls-tree", "-z", commit).stdout).split("\0")[:-1]
    found: Entries = {}
    for line in listed:
        what, _, name = line.partition("\t")
        mode, kind, oid = what.split(" ")
        found[name] = (mode, kind, oid)
    return found


def _write_tree(repo: Repo, entries: Entries) -> str:
    lines = "".join(f"{m} {kind} {oid}\t{name}\0" for name, (m, kind, oid) in entries.items())
    done = try_git(repo, "mktree", "-z", stdin=os.fsencode(lines))
    if done.returncode != 0:
        raise GitFailed("git cannot join what two machines have", "Nothing was changed")
    return os.fsdecode(done.stdout).strip()


def _talk(repo: Repo, remote: str, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return talk(repo, arguments, _SECONDS)
    except subprocess.TimeoutExpired as error:
        raise RemoteUnavailable(f"'{remote}' did not answer within {_SECONDS:g} seconds") from error


def _reason(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    told = [line for line in lines if not line.startswith("hint:")]
    return clean_line(told[0] if told else "it gave no reason", 200)
