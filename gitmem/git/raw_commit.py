"""A commit as git reads it, where libgit2 refuses to: an author or a date that it cannot parse.

Histories that were imported, filtered or written by hand hold such commits.  git shows what it can
of them and goes on, so that one odd commit hides no other.

**Source:** what a commit object holds: ``Documentation/git-commit-tree.adoc`` and the leniency of
``split_ident_line`` in git's ``ident.c``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ObjectType  # noqa: TID253 - as above

from gitmem.git.log import seconds_of

_ID = re.compile(r"[0-9a-f]{40}")
_FIELD = rb"^%s (.*)$"
_PERSON = re.compile(rb"(?P<name>[^<]*?)\s*<(?P<email>[^>]*)>(?:.*>)?\s*(?P<time>\d*)")


@dataclass(frozen=True)
class RawPerson:
    """Who made it, and when (POSIX seconds): "" and 0 where the line does not tell."""

    raw_name: bytes = b""
    raw_email: bytes = b""
    time: int = 0


@dataclass(frozen=True)
class RawCommit:
    """What :class:`pygit2.Commit` tells, of a commit that libgit2 cannot parse."""

    id: str
    tree: pygit2.Tree
    author: RawPerson
    committer: RawPerson
    raw_message: bytes
    message_encoding: str | None
    data: bytes

    @property
    def commit_time(self) -> int:
        """When it was committed, POSIX seconds."""
        return self.committer.time

    def read_raw(self) -> bytes:
        """The object as it is stored."""
        return self.data


AnyCommit = pygit2.Commit | RawCommit


def find_commit(objects: pygit2.Repository, commit: str) -> AnyCommit | None:
    """The commit of this full id; None where it is not here, is no commit, or has no tree."""
    if not _ID.fullmatch(commit):
        return None
    try:
        found = objects.get(commit)
    except pygit2.GitError:
        return _read_raw(objects, commit)
    return found if isinstance(found, pygit2.Commit) else None


def _read_raw(objects: pygit2.Repository, commit: str) -> RawCommit | None:
    try:
        kind, data = objects.read(commit)
        if kind != ObjectType.COMMIT:
            return None
        header, _, message = data.partition(b"\n\n")
        tree = objects.get(_field(header, b"tree").decode("ascii", "replace"))
    except (pygit2.GitError, KeyError, ValueError):
        return None
    if not isinstance(tree, pygit2.Tree):
        return None
    return RawCommit(
        id=commit,
        tree=tree,
        author=_person(_field(header, b"author")),
        committer=_person(_field(header, b"committer")),
        raw_message=message,
        message_encoding=_field(header, b"encoding").decode("ascii", "replace") or None,
        data=data,
    )


def _field(header: bytes, name: bytes) -> bytes:
    match = re.search(_FIELD % name, header, re.MULTILINE)
    return match[1] if match else b""


def _person(line: bytes) -> RawPerson:
    match = _PERSON.match(line)
    if match is None:
        return RawPerson()
    time = seconds_of(match["time"].decode("ascii"))
    return RawPerson(match["name"].strip(), match["email"].strip(), time)
