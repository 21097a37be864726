"""One commit and what it changed, read through libgit2; the work tree is never looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import DeltaStatus, DiffFlag, DiffOption  # noqa: TID253 - as above

from gitmem.errors import UnknownRevision
from gitmem.model.change import Change, FileChange
from gitmem.model.lines import line_marks
from gitmem.store.gitdir import Repo
from gitmem.store.objects import open_objects

MAX_FILES = 2_000
MAX_ADDED_LINES = 400
MAX_LINE_CHARACTERS = 200
MAX_SYMBOLS = 60

_STATUS = {
    DeltaStatus.ADDED: "A",
    DeltaStatus.DELETED: "D",
    DeltaStatus.MODIFIED: "M",
    DeltaStatus.RENAMED: "R",
    DeltaStatus.COPIED: "C",
    DeltaStatus.TYPECHANGE: "T",
}
_CHANGE_ID_TRAILER = re.compile(r"^Change-Id: *(\S{1,128})\s*$", re.IGNORECASE | re.MULTILINE)
_PARENT = re.compile(rb"^parent ([0-9a-f]{40})$", re.MULTILINE)
_CHANGE_ID_HEADER = re.compile(rb"^change-id (\S{1,128})$", re.MULTILINE)
# What a line that begins a function, class or type looks like in the languages people use.
_SYMBOL = re.compile(
    r"^\s{0,12}(?:(?:export|default|pub(?:\([a-z]+\))?|public|private|protected|static|async|abstract"
    r"|final|inline|virtual|override|unsafe|extern)\s+){0,5}"
    r"(?:def[pm]?|class|func|function|fn|struct|enum|trait|interface|impl|module|defmodule|type)\s+"
    r"(?:\([^)]{0,80}\)\s*)?([A-Za-z_][\w.]{1,79})"
)


def read_change(
    repo: Repo, commit: str, branch: str = "", is_excluded: Callable[[str], bool] | None = None
) -> Change:
    """Read a commit and its difference to its first parent (for a merge: what no parent has).

    At a shallow clone's boundary the parent is missing and no file is named, rather than all.
    At most 2,000 files, 400 added lines of 200 characters and 60 symbols are kept; of an
    excluded file neither lines nor symbols.

    Raises:
        UnknownRevision: there is no such commit here.
    """
    objects = open_objects(repo)
    try:
        found = objects[commit]
    except (KeyError, ValueError) as error:
        raise UnknownRevision(f"there is no commit '{commit[:12]}' here") from error
    if not isinstance(found, pygit2.Commit):
        raise UnknownRevision(f"'{commit[:12]}' is no commit")
    header = found.read_raw().partition(b"\n\n")[0]
    parents = [match.decode() for match in _PARENT.findall(header)]
    diffs = _diffs(objects, found, parents)
    text = _decoded(found)
    files = _common_files([list(islice(_files(diff), MAX_FILES)) for diff in diffs])
    is_plain = len(diffs) == 1
    added, removed = _marks(diffs[0]) if is_plain else (frozenset(), frozenset())
    return Change(
        commit=str(found.id),
        parents=tuple(parents),
        subject=text.strip().partition("\n")[0].strip(),
        message=text,
        author=f"{found.author.name} <{found.author.email}>",
        committer_name=found.committer.name,
        committer_email=found.committer.email,
        time=found.author.time,
        committed=found.commit_time,
        branch=branch,
        change_id=_change_id(header, text),
        patch_id=str(diffs[0].patchid) if is_plain and files else "",
        files=tuple(files),
        symbols=tuple(_symbols(_told(diffs[0], is_excluded))) if is_plain else (),
        added_lines=(
            tuple(islice(_added_lines(_told(diffs[0], is_excluded)), MAX_ADDED_LINES))
            if is_plain
            else ()
        ),
        added_marks=added,
        removed_marks=removed,
    )


def _diffs(
    objects: pygit2.Repository, commit: pygit2.Commit, parents: list[str]
) -> list[pygit2.Diff]:
    """The difference to each parent; to the empty tree for a root; none at a shallow boundary.

    ``parents`` are those the commit names: libgit2 hides the ones a shallow clone lacks.
    """
    if not parents:
        return [commit.tree.diff_to_tree(swap=True)]
    diffs: list[pygit2.Diff] = []
    for name in parents:
        parent = objects.get(name)
        if not isinstance(parent, pygit2.Commit):
            return []
        diff = parent.tree.diff_to_tree(commit.tree, DiffOption.IGNORE_SUBMODULES)
        if len(diff) <= MAX_FILES:
            diff.find_similar()
        diffs.append(diff)
    return diffs


def _files(diff: pygit2.Diff) -> Iterator[FileChange]:
    for patch in diff:
        if patch is None:
            continue
        delta = patch.delta
        _, added, removed = patch.line_stats
        status = _STATUS.get(delta.status, "M")
        yield FileChange(
            path=_path(delta.new_file.raw_path),
            status=status,
            added=added,
            removed=removed,
            old_path=_path(delta.old_file.raw_path) if status in "RC" else "",
            is_binary=bool(delta.flags & DiffFlag.BINARY),
        )


def _common_files(by_parent: list[list[FileChange]]) -> list[FileChange]:
    """What differs from every parent; a merge that only joins changes nothing."""
    if not by_parent:
        return []
    first, *others = by_parent
    shared = [{file.path for file in files} for files in others]
    return [file for file in first if all(file.path in paths for paths in shared)]


def _told(
    diff: pygit2.Diff, is_excluded: Callable[[str], bool] | None = None
) -> Iterator[pygit2.Patch]:
    """The files' parts of a diff, but for those of excluded files."""
    for patch in diff:
        if patch is None:
            continue
        files = (patch.delta.new_file, patch.delta.old_file)
        if is_excluded is None or not any(is_excluded(_path(file.raw_path)) for file in files):
            yield patch


def _symbols(patches: Iterator[pygit2.Patch]) -> list[str]:
    """Names of functions and classes that hunks lie in or added lines begin."""
    names: dict[str, None] = {}
    for patch in islice(patches, MAX_FILES):
        for hunk in patch.hunks:
            lines = [hunk.header.rpartition("@@")[2]]
            lines += [line.content for line in hunk.lines if line.origin == "+"]
            for line in lines:
                if match := _SYMBOL.match(line[:MAX_LINE_CHARACTERS]):
                    names[match[1]] = None
            if len(names) >= MAX_SYMBOLS:
                return list(names)[:MAX_SYMBOLS]
    return list(names)


def _added_lines(patches: Iterator[pygit2.Patch]) -> Iterator[str]:
    for content in _lines(patches, "+"):
        if stripped := content.strip():
            yield stripped[:MAX_LINE_CHARACTERS]


def _marks(diff: pygit2.Diff) -> tuple[frozenset[int], frozenset[int]]:
    """The marks of the lines that were added and of those that were removed, not both."""
    added = line_marks(_lines(_told(diff), "+"))
    removed = line_marks(_lines(_told(diff), "-"))
    return added - removed, removed - added


def _lines(patches: Iterator[pygit2.Patch], origin: str) -> Iterator[str]:
    for patch in patches:
        for hunk in patch.hunks:
            for line in hunk.lines:
                if line.origin == origin:
                    yield line.content


def _change_id(header: bytes, text: str) -> str:
    """Gerrit's trailer, or the header that jj and others write."""
    if match := _CHANGE_ID_TRAILER.search(text):
        return match[1]
    in_header = _CHANGE_ID_HEADER.search(header)
    return in_header[1].decode("ascii", "replace") if in_header else ""


def _decoded(commit: pygit2.Commit) -> str:
    return commit.raw_message.decode(commit.message_encoding or "utf-8", "replace")


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
