"""Where a note is placed in the tree of the notes ref.

A note's path is its object's id, with slashes after pairs of digits when the tree has grown
("fan-out").  Any depth is read, mixed trees too; a note is replaced where it stands, since an
object that stands twice crashes ``git notes merge``; a new one goes where git would put it.
Entries that are not notes are left as they are.

Names here are object ids as 40 lower-case hexadecimal digits in bytes; blobs are raw ids.

**Source:** ``determine_fanout`` and ``load_subtree`` in git's ``notes.c``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from gitmem.errors import NoteUnreadable
from gitmem.git.trees import Tree, TreeEntry

MAX_ENTRIES = 2_000_000

_HEX = re.compile(rb"[0-9a-f]+")
_ID_DIGITS = 40
_MAX_FOLDERS = 16
_FOLDER = b"40000"
_FILE = b"100644"
_SLOTS = b"0123456789abcdef"


class TreeObjects(Protocol):
    """Where trees are read and written; None is the empty tree."""

    def read_tree(self, oid: bytes | None) -> Tree:
        """The tree with this raw id."""
        ...

    def write_tree(self, tree: Tree) -> bytes:
        """Write a tree and return its raw id."""
        ...


def find_blobs(trees: TreeObjects, root: bytes | None, name: bytes) -> list[bytes]:
    """The blobs of one object's note: one, none, or several where a foreign tree holds several."""
    found = []
    folder = root
    rest = name
    while folder is not None and rest:
        tree = trees.read_tree(folder)
        note, below = tree.get(rest), tree.get(rest[:2])
        if note is not None and note.is_file:
            found.append(note.oid)
        folder = below.oid if below is not None and below.is_tree else None
        rest = rest[2:]
    return found


def walk_notes(
    trees: TreeObjects, root: bytes | None, *, limit: int = MAX_ENTRIES
) -> Iterator[tuple[bytes, bytes]]:
    """Every note's object and blob, in the tree's order; one object's may come apart.

    Raises:
        NoteUnreadable: there are more than ``limit`` entries.
    """
    return _walk(_LimitedTrees(trees, limit), root, b"")


def find_nested_root(trees: TreeObjects, root: bytes | None) -> bytes | None:
    """The tree that all notes lie in, where that is not the root but a folder alone in its own.

    ``git filter-repo --to-subdirectory-filter`` takes notes for files of the project.
    """
    for level in range(_MAX_FOLDERS):
        entries = list(trees.read_tree(root).values())
        if any(True for _ in walk_notes(trees, root)):
            return root if level else None
        if len(entries) != 1 or not entries[0].is_tree:
            return None
        root = entries[0].oid
    return None


def place_notes(trees: TreeObjects, root: bytes | None, notes: Mapping[bytes, bytes]) -> bytes:
    """Put blobs in their objects' places; write and return the new root tree.

    A note that stands somewhere is replaced there and nowhere else kept.
    """
    tree = trees.read_tree(root)
    _place(trees, tree, b"", notes)
    return trees.write_tree(tree)


def remove_notes(trees: TreeObjects, root: bytes | None, names: Collection[bytes]) -> bytes:
    """Leave out these objects' notes, wherever they stand; write and return the new root tree."""
    tree = trees.read_tree(root)
    for name in names:
        _remove(trees, tree, name)
    return trees.write_tree(tree)


def differing_notes(
    trees: TreeObjects, old: bytes | None, new: bytes | None, *, limit: int = MAX_ENTRIES
) -> dict[bytes, tuple[list[bytes], list[bytes]]]:
    """Each object whose note differs between two trees, with the blobs only one of them holds.

    Equal subtrees are not entered.  A note that merely moved (another fan-out) is not told.

    Raises:
        NoteUnreadable: more than ``limit`` entries would have to be looked at.
    """
    found: dict[bytes, tuple[list[bytes], list[bytes]]] = {}
    for side, name, blob in _differences(_LimitedTrees(trees, limit), old, new, b""):
        found.setdefault(name, ([], []))[side].append(blob)
    return {name: pair for name, pair in found.items() if sorted(pair[0]) != sorted(pair[1])}


def _place(trees: TreeObjects, tree: Tree, prefix: bytes, notes: Mapping[bytes, bytes]) -> None:
    """Put notes into the tree of one level, whose objects all begin with ``prefix``."""
    below: dict[bytes, dict[bytes, bytes]] = {}
    grew = False
    for name, blob in notes.items():
        rest = name[len(prefix) :]
        folder = rest[:2]
        is_below = _is_folder(tree, prefix, folder)
        if is_below and (rest not in tree or find_blobs(trees, tree[folder].oid, rest[2:])):
            tree.pop(rest, None)
            below.setdefault(folder, {})[name] = blob
        else:
            grew = grew or rest not in tree
            tree[rest] = TreeEntry(_FILE, blob)
    if grew and _is_crowded(tree, prefix):
        for rest in _movable(tree, prefix):
            below.setdefault(rest[:2], {})[prefix + rest] = tree.pop(rest).oid
    for folder, moved in below.items():
        level = trees.read_tree(tree[folder].oid if folder in tree else None)
        _place(trees, level, prefix + folder, moved)
        tree[folder] = TreeEntry(_FOLDER, trees.write_tree(level))


def _remove(trees: TreeObjects, tree: Tree, rest: bytes) -> None:
    note, below = tree.get(rest), tree.get(rest[:2])
    if note is not None and note.is_file:
        del tree[rest]
    if len(rest) > 2 and below is not None and below.is_tree:
        level = trees.read_tree(below.oid)
        size = len(level)
        _remove(trees, level, rest[2:])
        if level or not size:
            tree[rest[:2]] = TreeEntry(_FOLDER, trees.write_tree(level))
        else:
            del tree[rest[:2]]


def _movable(tree: Tree, prefix: bytes) -> list[bytes]:
    """The notes of a level that can move one down: no file is where their folder would be."""
    return [
        rest
        for rest, entry in tree.items()
        if _is_note(prefix + rest, entry)
        and (rest[:2] not in tree or _is_folder(tree, prefix, rest[:2]))
    ]


def _is_crowded(tree: Tree, prefix: bytes) -> bool:
    """Whether git would fan this level out: behind each next digit a subtree or two notes."""
    notes = dict.fromkeys(_SLOTS, 0)
    wanting = set(_SLOTS)
    for rest, entry in tree.items():
        slot = rest[0]
        if _is_level(prefix, rest, entry):
            wanting.discard(slot)
        elif _is_note(prefix + rest, entry):
            notes[slot] += 1
            if notes[slot] > 1:
                wanting.discard(slot)
        if not wanting:
            return len(prefix) + 2 < _ID_DIGITS
    return False


class _LimitedTrees:
    """Trees that fail at a limit: a few shared subtrees can spell endless notes."""

    def __init__(self, trees: TreeObjects, limit: int) -> None:
        self._trees = trees
        self._limit = limit
        self._remaining_entries = limit

    def read_tree(self, oid: bytes | None) -> Tree:
        tree = self._trees.read_tree(oid)
        self._remaining_entries -= len(tree)
        if self._remaining_entries < 0:
            raise NoteUnreadable(f"the notes ref holds more than {self._limit} entries")
        return tree


def _walk(trees: _LimitedTrees, root: bytes | None, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    for rest, entry in trees.read_tree(root).items():
        if _is_note(prefix + rest, entry):
            yield prefix + rest, entry.oid
        elif _is_level(prefix, rest, entry):
            yield from _walk(trees, entry.oid, prefix + rest)


def _differences(
    trees: _LimitedTrees, old: bytes | None, new: bytes | None, prefix: bytes
) -> Iterator[tuple[int, bytes, bytes]]:
    """The side (0 old, 1 new), object and blob of every note entry that only one side has."""
    if old == new:
        return
    sides = (trees.read_tree(old), trees.read_tree(new))
    for rest in sides[0].keys() | sides[1].keys():
        entries = [side.get(rest) for side in sides]
        if entries[0] == entries[1]:
            continue
        folders: list[bytes | None] = [None, None]
        for side, entry in enumerate(entries):
            if entry is not None and _is_note(prefix + rest, entry):
                yield side, prefix + rest, entry.oid
            elif entry is not None and _is_level(prefix, rest, entry):
                folders[side] = entry.oid
        yield from _differences(trees, folders[0], folders[1], prefix + rest)


def _is_folder(tree: Tree, prefix: bytes, rest: bytes) -> bool:
    return rest in tree and _is_level(prefix, rest, tree[rest])


def _is_note(name: bytes, entry: TreeEntry) -> bool:
    return len(name) == _ID_DIGITS and entry.is_file and bool(_HEX.fullmatch(name))


def _is_level(prefix: bytes, rest: bytes, entry: TreeEntry) -> bool:
    if len(rest) != 2 or len(prefix) + 2 >= _ID_DIGITS:
        return False
    return entry.is_tree and bool(_HEX.fullmatch(rest))
