"""The standing of commits, from git: three short processes for any number of commits.

One tells what HEAD reaches and one what the commits did, side by side; one reads the files as
HEAD has them.  Only where files are gone, a fourth looks for their new names.  Standard library
only: agent hooks use this.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo, try_git
from gitmem.model.standing import (
    FileAtHead,
    FileEdit,
    Standing,
    collapse_spaces,
    count_lines,
    distinctive_lines,
    judge,
)
from gitmem.model.value import dataclass

_ID = re.compile("[0-9a-f]{40}")
_DIFF_BYTES = (
    4 << 20
)  # of differences read at once, and as much again after a commit that is larger
_RUNS = 3
_LINES = 4_000  # of one commit: more than these hardly change a share
_BLOB_BYTES = 1 << 20
_HEAD_BYTES = 16 << 20  # of all files at HEAD together
_RENAMES_FROM = 6  # commits
_DIFF = (
    *("diff-tree", "--stdin", "--always", "--root", "-r", "-M", "-l200"),
    *("--diff-merges=first-parent", "--raw", "-z", "-p", "-U0", "--full-index", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--src-prefix=", "--dst-prefix=", "--ignore-submodules"),
)
_REACH = ("rev-list", "--ignore-missing", "--stdin")
_RENAMES = (
    *("diff-tree", "--stdin", "-r", "-M", "-l400", "--diff-filter=R"),
    *("--name-status", "-z", "--no-commit-id"),
)
_NEXT = re.compile(rb"\n[0-9a-f]{40}\0")
_TYPE_CHANGE = b"T"


@dataclass(frozen=True)
class _Entry:
    """A line of the raw difference."""

    status: bytes
    mode: bytes
    blob: str
    path: bytes


@dataclass(frozen=True)
class LineShare:
    """How much of a commit stands, as long as ``paths`` do not change.

    ``is_open``: a file is gone; any new one may turn out to be it.
    """

    share: float
    paths: frozenset[bytes]
    is_open: bool


def standings(
    repo: Repo, commits: Sequence[str], head: str = "HEAD", *, reached: Collection[str] = ()
) -> dict[str, Standing]:
    """The standing at ``head`` of each of these commits that git knows, in their order.

    The first commits are the surest to be told: at most 12 MB of differences and 16 MB of files
    are read.  ``reached`` are commits known to be reachable, which spares the asking.
    """
    asked = [commit for commit in dict.fromkeys(commits) if _ID.fullmatch(commit)]
    if not asked:
        return {}
    unsure = [commit for commit in asked if commit not in frozenset(reached)]
    listing = GitPipe(repo, _REACH, [*unsure, f"^{head}"]) if unsure else None
    touched = _edits_by_commit(repo, asked)
    astray = set(listing.output().decode("ascii", "replace").split()) if listing else set()
    if listing and listing.has_failed:
        return {}  # no such head
    present, _ = _present(repo, head, touched)
    return {
        commit: judge(touched[commit], present, is_reached=commit not in astray)
        for commit in asked
        if commit in touched
    }


def shares(repo: Repo, commits: Sequence[str], head: str = "HEAD") -> dict[str, LineShare]:
    """The same without asking what is reached, and what each share was read from."""
    asked = [commit for commit in dict.fromkeys(commits) if _ID.fullmatch(commit)]
    if not asked:
        return {}
    touched = _edits_by_commit(repo, asked)
    present, names = _present(repo, head, touched)
    found = {}
    for commit in asked:
        if commit in touched:
            paths = {file.path for file in touched[commit]}
            lasting = {file.path for file in touched[commit] if not file.is_deleted}
            share = judge(touched[commit], present, is_reached=True).share
            new_names = {names[path] for path in paths & names.keys()}
            found[commit] = LineShare(
                share, frozenset(paths | new_names), bool(lasting - present.keys())
            )
    return found


def _edits_by_commit(repo: Repo, commits: Sequence[str]) -> dict[str, list[FileEdit]]:
    """What each commit did; if its diff is huge, only the beginning counts."""
    found: dict[str, list[FileEdit]] = {}
    left = list(commits)
    for _ in range(_RUNS):
        data = GitPipe(repo, _DIFF, left).output(_DIFF_BYTES)
        found.update(_parse_diffs(data))
        left = [commit for commit in left if commit not in found]
        if not left or len(data) < _DIFF_BYTES:
            break
    return found


def _parse_diffs(data: bytes) -> Iterator[tuple[str, list[FileEdit]]]:
    at = 0
    while _NEXT.match(b"\n" + data[at : at + 41]):
        commit = data[at : at + 40].decode()
        entries, at = _entries(data, at + 41)
        following = _NEXT.search(data, at - 1) if entries else None
        end = following.start() + 1 if following else len(data)
        if not entries:
            yield commit, []
        elif files := _files(entries, data[at:end]):
            yield commit, files
        at = end if entries else at


def _entries(data: bytes, at: int) -> tuple[list[_Entry], int]:
    """The raw difference that begins there, and where the patch behind it begins."""
    entries = []
    while data[at : at + 1] == b":":
        fields, at = _token(data, at + 1)
        path, at = _token(data, at)
        _, mode, _, blob, status = (fields.split(b" ") + [b""] * 5)[:5]
        if status[:1] in (b"R", b"C"):
            path, at = _token(data, at)
        entries.append(_Entry(status, mode, blob.decode("ascii", "replace"), path))
    return entries, at + 1 if data[at : at + 1] == b"\0" and entries else at


def _token(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\0", at)
    return (data[at:], len(data)) if end < 0 else (data[at:end], end + 1)


def _files(entries: Sequence[_Entry], patch: bytes) -> list[FileEdit]:
    """One for each entry; the parts of the patch come in the entries' order."""
    parts = iter(re.split(rb"^diff --git ", patch, flags=re.MULTILINE)[1:])
    files, left = [], _LINES
    for entry in entries:
        part = next(parts, None)
        if part is None:
            break  # the rest was cut off
        if entry.status[:1] == _TYPE_CHANGE:
            part = next(parts, b"")  # told as a deletion and a creation
        if entry.mode == b"160000":
            continue  # a submodule's history is not ours
        file = _file(entry, part, left)
        left -= sum(file.added_lines.values())
        files.append(file)
        if left <= 0:
            break
    return files


def _file(entry: _Entry, part: bytes, left: int) -> FileEdit:
    is_deleted = entry.status == b"D"
    head, _, body = part.partition(b"\n@@ ")
    sides: tuple[Counter[bytes], Counter[bytes]] = (Counter(), Counter())
    for line in body.split(b"\n")[1:]:  # the first is what the partition left of a hunk's head
        if line[:1] == b"+":
            sides[0][collapse_spaces(line[1:])] += 1
            left -= 1
        elif line[:1] == b"-":
            sides[1][collapse_spaces(line[1:])] += 1
        if left <= 0:
            break
    added_lines, removed_lines = distinctive_lines(sides[0]), distinctive_lines(sides[1])
    is_opaque = not is_deleted and not added_lines and not removed_lines
    # Of what was only renamed, or got another mode, no content is expected.
    blob = entry.blob if not is_opaque or b"\nBinary files " in head + body else ""
    return FileEdit(
        entry.path, added_lines, removed_lines, "" if is_deleted else blob, is_deleted, is_opaque
    )


def _present(
    repo: Repo, head: str, touched: dict[str, list[FileEdit]]
) -> tuple[dict[bytes, FileAtHead], dict[bytes, bytes]]:
    """The files at ``head``, under the names that the commits know them by; and the new names of
    those that have others now.
    """
    files = [file for found in touched.values() for file in found]
    wanted: dict[bytes, dict[bytes, int]] = {}
    for file in files:
        wanted.setdefault(file.path, {}).update(file.added_lines or file.removed_lines)
    present = dict(_read_at(repo, head, {path: path for path in wanted}, wanted))
    gone = {file.path for file in files if not file.is_deleted} - present.keys()
    names = _new_names(repo, head, gone, touched) if gone else {}
    present.update(_read_at(repo, head, names, wanted))
    return present, names


def _read_at(
    repo: Repo, head: str, names: dict[bytes, bytes], wanted: dict[bytes, dict[bytes, int]]
) -> Iterator[tuple[bytes, FileAtHead]]:
    """Each path that is there under its name at ``head``."""
    asked = list(names)
    if not asked:
        return
    lines = [os.fsencode(head) + b":" + names[path] for path in asked]
    if any(b"\n" in line for line in lines):  # no name for a pipe of lines: its blob has one
        blobs = _blobs_at(repo, head, names.values())
        lines = [
            blobs.get(names[path], line) if b"\n" in line else line
            for path, line in zip(asked, lines, strict=True)
        ]
        lines = [line.partition(b"\n")[0] for line in lines]
    data = memoryview(GitPipe(repo, ("cat-file", "--batch"), lines).output(_HEAD_BYTES))
    at = 0
    for path in asked:
        end = _line_end(data, at)
        fields = bytes(data[at:end]).rsplit(b" ", 2)
        if len(fields) < 3 or not fields[2].isdigit():
            at = end + 1
            continue
        size = int(fields[2])
        if fields[1] == b"blob" and end + 1 + size <= len(data):
            content = bytes(data[end + 1 : end + 1 + min(size, _BLOB_BYTES)])
            lines_there = count_lines(content.split(b"\n"), wanted[path])
            yield path, FileAtHead(fields[0].decode("ascii", "replace"), lines_there)
        at = end + 1 + size + 1


def _blobs_at(repo: Repo, head: str, names: Iterable[bytes]) -> dict[bytes, bytes]:
    odd = [os.fsdecode(name) for name in names if b"\n" in name]
    command = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", head, "--", *odd)
    entries = GitPipe(repo, command, []).output().split(b"\0")
    found = (entry.partition(b"\t") for entry in entries if b" blob " in entry)
    return {name: kind.split(b" ")[2] for kind, _, name in found}


def _line_end(data: memoryview, at: int) -> int:
    found = bytes(data[at : at + 8192]).find(b"\n")
    return at + found if found >= 0 else len(data)


def _new_names(
    repo: Repo, head: str, gone: Collection[bytes], touched: dict[str, list[FileEdit]]
) -> dict[bytes, bytes]:
    """The names at ``head`` of files that are gone, if git finds them there."""
    left = set(gone)
    bases: list[str] = []
    for commit, files in touched.items():
        known = {file.path for file in files if not file.is_deleted} & left
        if known and len(bases) < _RENAMES_FROM:
            bases.append(commit)
            left -= known
    tip = try_git(repo, "rev-parse", "--verify", "--quiet", f"{head}^{{commit}}").stdout.strip()
    pairs = [tip + b" " + base.encode() for base in bases]
    fields = GitPipe(repo, _RENAMES, pairs).output(_DIFF_BYTES).split(b"\0")
    found: dict[bytes, bytes] = {}
    for number in range(0, len(fields) - 2, 3):
        if fields[number + 1] in gone:
            found.setdefault(fields[number + 1], fields[number + 2])
    return found
