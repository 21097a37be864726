"""git itself is the oracle: it lays out, shows and joins what we write; we read what it writes."""

from __future__ import annotations

import random

import pytest

from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF, Document
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver
from tests.support.prepared import prepared


def doc(title: str) -> Document:
    return document_of(Memory(kind="change", title=title))


def titles(git: GitDriver, commit: str) -> set[str]:
    note = NoteStore(git.repo).read(commit)
    return set() if note is None else {memory.title for memory in note.memories}


def some_ids(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.getrandbits(160):040x}" for _ in range(count)]


def copy_notes(git: GitDriver, ref: str, source: str, names: list[str]) -> None:
    """Have ``git notes`` annotate many objects in one go."""
    lines = "".join(f"{source} {name}\n" for name in names)
    git.run("notes", "--ref", ref, "copy", "-f", "--stdin", stdin=lines.encode())


def tree_of(git: GitDriver, ref: str) -> str:
    return git.out("rev-parse", f"{ref}^{{tree}}")


@pytest.mark.parametrize("seed", range(3))
def test_one_by_one_the_tree_grows_as_gits_does(committed: GitDriver, seed: int) -> None:
    """Around the first threshold, note by note: git's tree and ours are the same object."""
    store = NoteStore(committed.repo)
    document = doc("same")
    blob = committed.out("hash-object", "-w", "--stdin", stdin=document.text)
    names = some_ids(200, seed)
    start, compared = 60, 0
    store.add({name: [document] for name in names[:start]}, "notes: flat")
    committed.run("update-ref", "refs/notes/theirs", NOTES_REF)

    for name in names[start:]:
        committed.run("notes", "--ref", "theirs", "add", "-C", blob, name)
        store.add({name: [document]}, "notes: one more")
        compared += tree_of(committed, "refs/notes/theirs") == tree_of(committed, NOTES_REF)

    assert compared == len(names) - start
    assert "/" in committed.out("ls-tree", "-r", "--name-only", NOTES_REF)


@pytest.mark.parametrize("count", [1, 16, 33, 60, 300, 4_000, 16_000])
def test_many_at_once_give_gits_tree(committed: GitDriver, count: int) -> None:
    """No fan-out, one level, one level with some second ones, two levels."""
    names = some_ids(count, count)
    source = committed.out("rev-parse", "HEAD")
    document = doc("same")
    committed.run("notes", "--ref", "seed", "add", "-C", _blob(committed, document), source)
    copy_notes(committed, "theirs", source, [])
    committed.run("update-ref", "refs/notes/theirs", "refs/notes/seed")
    copy_notes(committed, "theirs", source, names)

    store = NoteStore(committed.repo)
    store.add({name: [document] for name in [source, *names]}, "notes: many")

    assert tree_of(committed, "refs/notes/theirs") == tree_of(committed, NOTES_REF)


def _blob(git: GitDriver, document: Document) -> str:
    return git.out("hash-object", "-w", "--stdin", stdin=document.text)


def test_git_lists_and_shows_what_we_write(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    names = some_ids(200, 1)
    store = NoteStore(committed.repo)
    store.add({name: [doc("filler")] for name in names}, "notes: filler")
    store.add({commit: [doc("one"), doc("two")]}, "notes: ours")

    listed = committed.out("notes", "--ref", "claude-mem", "list").splitlines()

    assert {commit, *names} == {line.split()[1] for line in listed}
    assert doc("one").text in committed.show_note(commit)
    assert b"title: one" in committed.run("log", "-1", "--notes=claude-mem").stdout
    committed.run("fsck", "--strict")


@pytest.mark.parametrize("strategy", ["union", "ours"])
def test_git_merges_what_we_write(committed: GitDriver, strategy: str) -> None:
    """Two clones annotated the same commit; git's own merge leaves a note that reads as a union."""
    commit = committed.out("rev-parse", "HEAD")
    store = NoteStore(committed.repo)
    store.add({name: [doc("common")] for name in some_ids(60, 2)}, "notes: base")
    other = NoteStore(committed.repo, "refs/notes/theirs")
    committed.run("update-ref", "refs/notes/theirs", NOTES_REF)
    store.add({commit: [doc("one")]}, "notes: ours")
    other.add({commit: [doc("two")]}, "notes: theirs")

    committed.run("notes", "--ref", "claude-mem", "merge", "-s", strategy, "theirs")

    assert ({"one", "two"} if strategy == "union" else {"one"}) == titles(committed, commit)
    assert len(list(NoteStore(committed.repo).annotated_commits())) == 61


def test_git_merges_notes_that_fanned_out_apart(committed: GitDriver) -> None:
    """One side is flat, the other has fanned out: no object may stand twice."""
    store = NoteStore(committed.repo)
    names = some_ids(90, 3)
    store.add({name: [doc("base")] for name in names[:30]}, "notes: base")
    committed.run("update-ref", "refs/notes/theirs", NOTES_REF)
    store.add({name: [doc("ours")] for name in names[30:]}, "notes: ours")
    NoteStore(committed.repo, "refs/notes/theirs").add({names[0]: [doc("theirs")]}, "notes: theirs")

    committed.run("notes", "--ref", "claude-mem", "merge", "-s", "union", "theirs")

    assert {"base", "theirs"} == titles(committed, names[0])
    assert len(list(NoteStore(committed.repo).annotated_commits())) == 90


def test_we_read_what_git_adds_copies_and_appends(committed: GitDriver) -> None:
    first = committed.out("rev-parse", "HEAD")
    second = committed.commit("second", b="1")
    committed.add_note(first, doc("one").text)
    committed.run("notes", "--ref", "claude-mem", "copy", first, second)
    committed.run("notes", "--ref", "claude-mem", "append", "-m", "Reviewed.\n\nTwice.", second)
    blob = _blob(committed, doc("two"))
    committed.run("notes", "--ref", "claude-mem", "append", "-C", blob, second)

    note = NoteStore(committed.repo).read(second)

    assert note is not None
    assert {"one", "two", "Reviewed."} == {memory.title for memory in note.memories}
    assert note.problems == ()
    assert b"Reviewed.\n\nTwice.\n" in b"".join(document.text for document in note.documents)


def test_adding_to_what_git_appended_keeps_the_remark(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    store = NoteStore(committed.repo)
    store.add({commit: [doc("one")]}, "notes: one")
    committed.run("notes", "--ref", "claude-mem", "append", "-m", "Reviewed.", commit)

    store.add({commit: [doc("two")]}, "notes: two")

    assert b"Reviewed.\n" in committed.show_note(commit)
    assert {"one", "two", "Reviewed."} == titles(committed, commit)


@prepared
def rewritten(committed: GitDriver) -> GitDriver:
    """A repository whose notes follow rewritten commits, as ``gitmem init`` sets it up."""
    committed.run("config", "notes.rewriteRef", NOTES_REF)
    committed.run("config", "notes.rewriteMode", "concatenate")
    return committed


def remembered(git: GitDriver, message: str, **files: str) -> str:
    commit = git.commit(message, **files)
    NoteStore(git.repo).add({commit: [doc(message)]}, "notes: test")
    return commit


def test_amending_keeps_the_memories(rewritten: GitDriver) -> None:
    remembered(rewritten, "first", a="1")

    rewritten.run("commit", "--amend", "-m", "better")

    assert {"first"} == titles(rewritten, rewritten.out("rev-parse", "HEAD"))


def test_squashing_in_a_rebase_joins_the_memories(rewritten: GitDriver) -> None:
    """git concatenates the notes of squashed commits by text: the note reads as their union."""
    base = rewritten.out("rev-parse", "HEAD")
    for number in range(3):
        remembered(rewritten, f"step {number}", **{f"f{number}": "1"})
    rewritten.environ["GIT_SEQUENCE_EDITOR"] = "sed -i -e '2,$s/^pick/squash/'"
    rewritten.environ["GIT_EDITOR"] = "true"

    rewritten.run("rebase", "-i", base)

    head = rewritten.out("rev-parse", "HEAD")
    note = NoteStore(rewritten.repo).read(head)
    assert base == rewritten.out("rev-parse", "HEAD^")
    assert note is not None
    assert {"step 0", "step 1", "step 2"} == {memory.title for memory in note.memories}
    assert note.problems == ()


def test_a_rebase_carries_the_memories(rewritten: GitDriver) -> None:
    base = rewritten.out("rev-parse", "HEAD")
    remembered(rewritten, "topic", topic="1")
    rewritten.run("checkout", "-q", "-b", "other", base)
    remembered(rewritten, "elsewhere", other="1")

    rewritten.run("rebase", "-q", "other", "main")

    assert {"topic"} == titles(rewritten, rewritten.out("rev-parse", "HEAD"))
