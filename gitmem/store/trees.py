"""Tree objects as plain mappings, read from and written to the repository's objects.

Entries are kept as their raw bytes, so that what a notes tree holds beside notes (odd modes,
names that are no ids) is written back exactly as it was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ObjectType  # noqa: TID253 - as above

from gitmem.errors import NoteUnreadable
from gitmem.store.gitdir import Repo, try_git

_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0(.{20})", re.DOTALL)


class Entry(NamedTuple):
    """What a name in a tree stands for: git's mode in octal digits, a raw 20-byte object id."""

    mode: bytes
    oid: bytes

    @property
    def is_tree(self) -> bool:
        """A folder."""
        return self.mode in (b"40000", b"040000")

    @property
    def is_file(self) -> bool:
        """A regular file; links and submodules are none."""
        return self.mode.startswith(b"100")


Tree = dict[bytes, Entry]


def parse_tree(data: bytes) -> Tree:
    """Read a tree object.

    Raises:
        NoteUnreadable: it is damaged.
    """
    tree: Tree = {}
    end = 0
    for match in _ENTRY.finditer(data):
        if match.start() != end:
            break
        tree[match[2]] = Entry(match[1], match[3])
        end = match.end()
    if end != len(data):
        raise NoteUnreadable("a tree of the notes ref is damaged", "Run: git fsck")
    return tree


def render_tree(tree: Mapping[bytes, Entry]) -> bytes:
    """Write a tree object: in git's order, where a folder sorts as if its name ended in a slash."""
    ordered = sorted(tree.items(), key=lambda item: item[0] + b"/" * item[1].is_tree)
    return b"".join(b"%s %s\0%s" % (entry.mode, name, entry.oid) for name, entry in ordered)


class Objects:
    """The repository's objects by raw id, each read whole.

    A partial clone may lack an object until it is asked for: git is asked to fetch it then.
    """

    def __init__(self, repo: Repo, objects: pygit2.Repository) -> None:
        self._repo = repo
        self._odb = objects.odb

    def read_tree(self, oid: bytes | None) -> Tree:
        """The tree; empty for None.

        Raises:
            NoteUnreadable: it is missing or damaged.
        """
        return {} if oid is None else parse_tree(self._read(oid, ObjectType.TREE))

    def read_blob(self, oid: bytes) -> bytes:
        """A blob's bytes.

        Raises:
            NoteUnreadable: it is missing, or no blob.
        """
        return self._read(oid, ObjectType.BLOB)

    def write_tree(self, tree: Tree) -> bytes:
        """Write a tree and return its id."""
        return self.write(ObjectType.TREE, render_tree(tree))

    def write(self, kind: ObjectType, data: bytes) -> bytes:
        """Write an object and return its id."""
        return bytes(self._odb.write(kind, data).raw)

    def _read(self, oid: bytes, kind: ObjectType) -> bytes:
        try:
            found, data = self._odb.read(pygit2.Oid(raw=oid))
        except KeyError:
            return self._fetched(oid, kind)
        if found != kind:
            raise NoteUnreadable(f"the notes ref holds '{oid.hex()}', which is no {kind.name}")
        return bytes(data)

    def _fetched(self, oid: bytes, kind: ObjectType) -> bytes:
        done = try_git(self._repo, "cat-file", kind.name.lower(), oid.hex())
        if done.returncode != 0:
            raise NoteUnreadable(
                f"the notes ref needs '{oid.hex()}', which is missing", "Run: git fsck"
            )
        return done.stdout
