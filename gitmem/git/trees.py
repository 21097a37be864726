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

from gitmem.errors import NoteUnreadable, RemoteError
from gitmem.git.promisor import bring_reached
from gitmem.git.remotes import TRACKING
from gitmem.git.repo import Repo
from gitmem.model.note import NOTES_REF

MAX_BLOB_BYTES = 8 << 20
"""More than any note, or list of scrubs, that is read: what is larger is not even unpacked."""

_MAX_TREE_BYTES = 160 << 20  # two million entries
_MAX_CACHED_TREES = 64
_MAX_CACHED_ENTRIES = 512  # a fanned-out level has 256
_FETCH_SECONDS = 60.0
_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0(.{20})", re.DOTALL)


class TreeEntry(NamedTuple):
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


Tree = dict[bytes, TreeEntry]


def parse_tree(data: bytes) -> Tree:
    """Read a tree object.

    Raises:
        NoteUnreadable: it is damaged.
    """
    found: list[tuple[bytes, bytes, bytes]] = _ENTRY.findall(data)
    if sum(len(mode) + len(name) + 22 for mode, name, _ in found) != len(data):
        raise NoteUnreadable("a tree of the notes ref is damaged", "Run: git fsck")
    return {name: TreeEntry(mode, oid) for mode, name, oid in found}


def render_tree(tree: Mapping[bytes, TreeEntry]) -> bytes:
    """Write a tree object: in git's order, where a folder sorts as if its name ended in a slash."""
    ordered = sorted(
        (name + b"/" if entry.is_tree else name, b"%s %s\0%s" % (entry.mode, name, entry.oid))
        for name, entry in tree.items()
    )
    return b"".join(text for _, text in ordered)


class Objects:
    """The repository's objects by raw id, each read whole.

    A partial clone may lack an object until it is asked for: with the first of the notes' that is
    missing git is asked to fetch them all.
    The trees near the root are read again and again, so that the last few are remembered.
    """

    def __init__(self, repo: Repo, objects: pygit2.Repository) -> None:
        self._repo = repo
        self._odb = objects.odb
        self._trees: dict[bytes, Tree] = {}
        self._why_missing: str | None = None

    def read_tree(self, oid: bytes | None) -> Tree:
        """The tree, the caller's own to change; empty for None.

        Raises:
            NoteUnreadable: it is missing or damaged.
        """
        if oid is None:
            return {}
        tree = self._trees.get(oid)
        if tree is None:
            tree = parse_tree(self._read(oid, ObjectType.TREE))
            self._remember(oid, tree)
        return dict(tree)

    def read_blob(self, oid: bytes) -> bytes:
        """A blob's bytes.

        Raises:
            NoteUnreadable: it is missing, no blob, or larger than :data:`MAX_BLOB_BYTES`.
        """
        return self._read(oid, ObjectType.BLOB)

    def write_tree(self, tree: Tree) -> bytes:
        """Write a tree and return its id."""
        oid = self.write(ObjectType.TREE, render_tree(tree))
        self._remember(oid, dict(tree))
        return oid

    def write(self, kind: ObjectType, data: bytes) -> bytes:
        """Write an object and return its id."""
        return bytes(self._odb.write(kind, data).raw)

    def _remember(self, oid: bytes, tree: Tree) -> None:
        if len(tree) <= _MAX_CACHED_ENTRIES:
            if len(self._trees) >= _MAX_CACHED_TREES:
                self._trees.pop(next(iter(self._trees)))  # the oldest: dictionaries keep order
            self._trees[oid] = tree

    def is_too_big(self, oid: bytes) -> bool:
        """Whether this blob is larger than what is read; one that is missing is not."""
        return self._size(oid) > MAX_BLOB_BYTES

    def _size(self, oid: bytes) -> int:
        """The object's size, by its header: it costs nothing to ask for that of a gigabyte."""
        read_header = getattr(self._odb, "read_header", None)  # not in every pygit2
        try:
            return int(read_header(pygit2.Oid(raw=oid))[1]) if read_header else 0
        except (KeyError, ValueError, pygit2.GitError):
            return 0

    def _read(self, oid: bytes, kind: ObjectType) -> bytes:
        if self._size(oid) > (MAX_BLOB_BYTES if kind == ObjectType.BLOB else _MAX_TREE_BYTES):
            raise NoteUnreadable(f"'{oid.hex()}' in the notes ref is too large to be read")
        name = pygit2.Oid(raw=oid)
        try:
            found, data = self._odb.read(name)
        except KeyError:
            found, data = self._fetch(name)
        if found != kind:
            raise NoteUnreadable(f"the notes ref holds '{oid.hex()}', which is not a {kind.name}")
        return bytes(data)

    def _fetch(self, name: pygit2.Oid) -> tuple[ObjectType, bytes]:
        self._fetch_missing()
        try:
            return self._odb.read(name)
        except KeyError as error:
            raise NoteUnreadable(
                f"the notes ref needs '{name}', which is missing{self._why_missing}",
                "Run: git fsck",
            ) from error

    def _fetch_missing(self) -> None:
        """Ask for all that the notes lack, once: where it does not come, it does not come again."""
        if self._why_missing is not None:
            return
        self._why_missing = ""
        try:
            wanted = [f"--glob={NOTES_REF}*", f"--glob={TRACKING}*"]
            bring_reached(self._repo, wanted, _FETCH_SECONDS)
        except RemoteError as error:
            self._why_missing = f" ({error.message})"
