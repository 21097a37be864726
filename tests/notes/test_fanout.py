from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import NoteUnreadable
from gitmem.git.trees import Tree, TreeEntry, parse_tree, render_tree
from gitmem.notes.fanout import differing_notes, find_blobs, place_notes, walk_notes

FILE, FOLDER = b"100644", b"40000"


class MemoryTrees:
    """Trees in a dictionary, named as git names them."""

    def __init__(self) -> None:
        self.found: dict[bytes, bytes] = {}
        self.reads = 0

    def read_tree(self, oid: bytes | None) -> Tree:
        self.reads += 1
        return {} if oid is None else parse_tree(self.found[oid])

    def write_tree(self, tree: Tree) -> bytes:
        data = render_tree(tree)
        oid = hashlib.sha1(b"tree %d\0" % len(data) + data).digest()
        self.found[oid] = data
        return oid

    def paths(self, root: bytes, at: bytes = b"") -> dict[bytes, TreeEntry]:
        """Every file's path and entry."""
        found = {}
        for name, entry in self.read_tree(root).items():
            if entry.is_tree:
                found.update(self.paths(entry.oid, at + name + b"/"))
            else:
                found[at + name] = entry
        return found

    def make(self, paths: dict[bytes, TreeEntry]) -> bytes:
        """A tree of exactly these files."""
        tree: Tree = {}
        inner: dict[bytes, dict[bytes, TreeEntry]] = {}
        for path, entry in paths.items():
            head, slash, rest = path.partition(b"/")
            if slash:
                inner.setdefault(head, {})[rest] = entry
            else:
                tree[head] = entry
        for head, files in inner.items():
            tree[head] = TreeEntry(FOLDER, self.make(files))
        return self.write_tree(tree)


def name_of(number: int) -> bytes:
    return hashlib.sha1(b"object %d" % number).hexdigest().encode()


def blob_of(text: object) -> bytes:
    return hashlib.sha1(str(text).encode()).digest()


def fanned(name: bytes, depth: int) -> bytes:
    parts = [name[2 * level : 2 * level + 2] for level in range(depth)]
    return b"/".join([*parts, name[2 * depth :]])


def mixed_trees() -> st.SearchStrategy[dict[bytes, TreeEntry]]:
    """Files of a foreign tree: notes at several depths, some objects twice, and other files."""
    note = st.tuples(st.integers(0, 40), st.integers(0, 3)).map(
        lambda pair: fanned(name_of(pair[0]), pair[1])
    )
    other = st.sampled_from(
        [b"README", b"ab.txt", b"docs/notes.md", b"00/junk", b"zz/" + b"1" * 38]
    )
    paths = st.lists(st.one_of(note, note, other), unique=True, max_size=40)
    return paths.map(lambda names: {path: TreeEntry(FILE, blob_of(path)) for path in names})


NUMBERS = st.lists(st.integers(0, 80), unique=True, max_size=80)


@given(mixed_trees(), NUMBERS)
def test_a_placed_note_stands_once(files: dict[bytes, TreeEntry], numbers: list[int]) -> None:
    """Whatever the tree was like: what is written is read, at one place only."""
    trees = MemoryTrees()
    notes = {name_of(number): blob_of(f"new {number}") for number in numbers}

    root = place_notes(trees, trees.make(files), notes)

    for name, blob in notes.items():
        assert [blob] == find_blobs(trees, root, name)


@given(mixed_trees(), NUMBERS)
def test_placing_keeps_everything_else(files: dict[bytes, TreeEntry], numbers: list[int]) -> None:
    """Other objects' notes keep their blobs, and files that are no notes keep their paths."""
    trees = MemoryTrees()
    before = trees.make(files)
    placed = {name_of(number): blob_of(f"new {number}") for number in numbers}

    root = place_notes(trees, before, placed)

    kept = Counter(walk_notes(trees, before))
    now = Counter(walk_notes(trees, root))
    assert {pair: n for pair, n in kept.items() if pair[0] not in placed} == {
        pair: n for pair, n in now.items() if pair[0] not in placed
    }
    others = {path for path in files if len(path.replace(b"/", b"")) != 40 or b"z" in path}
    assert others == {path for path in trees.paths(root) if path in others}


@given(mixed_trees(), NUMBERS)
def test_differences_are_by_object(files: dict[bytes, TreeEntry], numbers: list[int]) -> None:
    """Told is exactly what differs by object, wherever it stands in the two trees."""
    trees = MemoryTrees()
    old = trees.make(files)
    new = place_notes(trees, old, {name_of(n): blob_of(fanned(name_of(n), n % 3)) for n in numbers})
    contents: list[dict[bytes, list[bytes]]] = [{}, {}]
    for side, root in enumerate((old, new)):
        for name, blob in walk_notes(trees, root):
            contents[side].setdefault(name, []).append(blob)
    names = contents[0].keys() | contents[1].keys()

    told = differing_notes(trees, old, new).keys()

    assert told == {
        name
        for name in names
        if sorted(contents[0].get(name, [])) != sorted(contents[1].get(name, []))
    }


def test_one_by_one_and_all_at_once_give_the_same_tree() -> None:
    trees = MemoryTrees()
    notes = {name_of(number): blob_of(number) for number in range(300)}
    root = None

    for name, blob in notes.items():
        root = place_notes(trees, root, {name: blob})

    assert root == place_notes(trees, None, notes)


def test_the_level_fans_out_when_git_would() -> None:
    """Two notes behind each of the 16 digits: not before, and then all of them move."""
    trees = MemoryTrees()
    names = [b"%x" % (number % 16) + name_of(number)[1:] for number in range(32)]
    notes = {name: blob_of(name) for name in names}

    flat = place_notes(trees, None, dict(list(notes.items())[:31]))
    full = place_notes(trees, flat, {names[31]: notes[names[31]]})

    assert set(names[:31]) == set(trees.paths(flat))
    assert {fanned(name, 1) for name in names} == set(trees.paths(full))
    assert [names[31]] == list(differing_notes(trees, flat, full))


@pytest.mark.parametrize("depth", [0, 1, 2, 5, 19])
def test_a_note_is_replaced_where_it_stands(depth: int) -> None:
    trees = MemoryTrees()
    path = fanned(name_of(1), depth)
    root = trees.make({path: TreeEntry(FILE, blob_of("old"))})

    new = place_notes(trees, root, {name_of(1): blob_of("new")})

    assert {path: TreeEntry(FILE, blob_of("new"))} == trees.paths(new)


def test_a_new_note_goes_where_its_neighbours_are() -> None:
    trees = MemoryTrees()
    first, second = b"ab" + b"1" * 38, b"ab" + b"2" * 38
    root = trees.make({fanned(first, 1): TreeEntry(FILE, blob_of(1))})

    new = place_notes(trees, root, {second: blob_of(2)})

    assert {fanned(first, 1), fanned(second, 1)} == set(trees.paths(new))


def test_a_file_in_the_way_of_a_folder_keeps_its_place() -> None:
    """A foreign file named like a fan-out folder: the notes behind it stay flat."""
    trees = MemoryTrees()
    names = [b"%x" % (number % 16) + name_of(number)[1:] for number in range(64)]
    taken = names[0][:2]
    root = trees.make({taken: TreeEntry(FILE, blob_of("in the way"))})

    new = place_notes(trees, root, {name: blob_of(name) for name in names})

    assert trees.paths(new)[taken].oid == blob_of("in the way")
    assert all(find_blobs(trees, new, name) == [blob_of(name)] for name in names)


def test_equal_subtrees_are_not_read() -> None:
    trees = MemoryTrees()
    notes = {name_of(number): blob_of(number) for number in range(2_000)}
    old = place_notes(trees, None, notes)
    new = place_notes(trees, old, {name_of(7): blob_of("new")})
    trees.reads = 0

    told = differing_notes(trees, old, new)

    assert [name_of(7)] == list(told)
    assert trees.reads <= 6


def test_endless_notes_spelled_by_few_trees_are_refused() -> None:
    """256 folders that are all the same, ten levels deep: git's objects allow it."""
    trees = MemoryTrees()
    root = trees.write_tree({})
    for _ in range(10):
        root = trees.write_tree({b"%02x" % n: TreeEntry(FOLDER, root) for n in range(256)})

    with pytest.raises(NoteUnreadable):
        list(walk_notes(trees, root, limit=10_000))
    with pytest.raises(NoteUnreadable):
        differing_notes(trees, None, root, limit=10_000)


def test_a_damaged_tree_is_an_error_of_ours() -> None:
    with pytest.raises(NoteUnreadable):
        parse_tree(b"100644 name\0too short")


def test_odd_modes_survive() -> None:
    tree = {b"old": TreeEntry(b"100664", blob_of(1)), b"sub": TreeEntry(b"160000", blob_of(2))}

    assert tree == parse_tree(render_tree(tree))
