from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gitmem.errors import NotesMoved, NoteUnreadable, UnknownRevision
from gitmem.git.identity import NOBODY, Identity
from gitmem.model.memory import Memory, Tombstone
from gitmem.model.note import NOTES_REF, Document
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteChange, NoteStore
from tests.support.git import GitDriver

ROOT = Path(__file__).resolve().parents[2]


def doc(title: str) -> Document:
    return document_of(Memory(kind="change", title=title))


def titles(store: NoteStore, commit: str) -> set[str]:
    note = store.read(commit)
    return set() if note is None else {memory.title for memory in note.memories}


def object_id(number: int) -> str:
    return f"{number:040x}"[::-1]


def test_what_is_added_can_be_read(committed: GitDriver) -> None:
    commit = committed.out("rev-parse", "HEAD")
    store = NoteStore(committed.repo)

    made = store.add({commit: [doc("one"), doc("two")]}, "notes: remember")

    assert made == store.tip() == committed.out("rev-parse", NOTES_REF)
    assert {"one", "two"} == titles(store, commit)
    assert [commit] == list(store.annotated_commits())


def test_without_a_ref_there_is_nothing(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)

    assert store.tip() is None
    assert store.read(committed.out("rev-parse", "HEAD")) is None
    assert list(store) == []


def test_several_notes_are_one_commit(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)

    store.add({object_id(n): [doc(f"{n}")] for n in range(5)}, "notes: remember five")

    assert committed.out("rev-list", "--count", NOTES_REF) == "1"
    assert len(list(store)) == 5


def test_adding_joins_what_is_there(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    store.add({object_id(1): [doc("one")]}, "notes: first")

    store.add({object_id(1): [doc("two")]}, "notes: second")

    assert {"one", "two"} == titles(store, object_id(1))


def test_adding_the_same_again_moves_nothing(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    before = store.add({object_id(1): [doc("one")]}, "notes: first")

    assert store.add({object_id(1): [doc("one")], object_id(2): []}, "notes: again") is None
    assert before == store.tip()


def test_a_tombstone_takes_its_memory_out(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    memory = Memory(kind="change", title="one")
    store.add({object_id(1): [document_of(memory)]}, "notes: first")

    store.add({object_id(1): [tombstone_document(Tombstone(memory.id, "by hand"))]}, "notes: gone")

    assert set() == titles(store, object_id(1))


@pytest.mark.parametrize("name", ["HEAD", "abc", "A" * 40, "1" * 41, ""])
def test_only_full_ids_are_annotated(committed: GitDriver, name: str) -> None:
    with pytest.raises(UnknownRevision):
        NoteStore(committed.repo).add({name: [doc("one")]}, "notes: no")


def test_note_commits_carry_the_users_identity_and_subject(committed: GitDriver) -> None:
    store = NoteStore(committed.repo, identity=Identity("Not", "me@example.com"))

    store.add({object_id(1): [doc("one")]}, "notes: remember\n1 (1 memory)")

    shown = committed.out("log", "-1", "--format=%an <%ae>|%cn <%ce>|%B", NOTES_REF)
    assert shown.rpartition("|")[0] == "Ada Author <ada@example.com>|Ada Author <ada@example.com>"
    assert shown.rpartition("|")[2].strip() == "notes: remember 1 (1 memory)"
    assert not store.committer[1]


def test_without_an_identity_the_fallback_signs(committed: GitDriver) -> None:
    committed.run("config", "--unset", "user.name")
    committed.run("config", "--unset", "user.email")
    store = NoteStore(committed.repo, identity=Identity("Carl <x>\n", "carl@example.com"))

    store.add({object_id(1): [doc("one")]}, "notes: remember")

    assert (
        committed.out("log", "-1", "--format=%an <%ae>", NOTES_REF) == "Carl x <carl@example.com>"
    )
    assert store.committer[1]
    assert NoteStore(committed.repo).committer == (NOBODY, True)


def test_every_move_is_in_the_reflog(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    store.add({object_id(1): [doc("one")]}, "notes: first")
    store.add({object_id(2): [doc("two")]}, "notes:\nsecond\0")

    shown = committed.out("log", "-g", "--format=%gn %gs", NOTES_REF)

    assert shown == "Ada Author notes: second\nAda Author notes: first"


class Rival:
    """Another writer that moves the ref just before ours does, a number of times."""

    def __init__(self, git: GitDriver, times: int) -> None:
        self.git = git
        self.left = times

    def documents(self) -> list[Document]:
        if self.left:
            self.left -= 1
            self.git.add_note(object_id(100 + self.left), doc(f"rival {self.left}").text)
        return [doc("ours")]


class Additions(dict[str, list[Document]]):
    """Additions that, each time they are looked at, let the rival go first."""

    def __init__(self, rival: Rival) -> None:
        super().__init__({object_id(1): []})
        self.rival = rival

    def items(self):  # type: ignore[no-untyped-def]
        return {name: self.rival.documents() for name in self}.items()


@pytest.mark.parametrize("has_ref", [True, False])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_ref_that_moved_is_joined_and_tried_again(
    committed: GitDriver, has_ref: bool, is_packed: bool
) -> None:
    """The rival writes between our reading and our writing; neither loses anything."""
    pauses: list[float] = []
    store = NoteStore(committed.repo, sleep=pauses.append)
    if has_ref:
        store.add({object_id(9): [doc("before")]}, "notes: before")
    if is_packed:
        committed.run("pack-refs", "--all")

    store.add(Additions(Rival(committed, 3)), "notes: ours")

    assert len(pauses) == 3
    assert {"ours"} == titles(store, object_id(1))
    assert {object_id(100 + n) for n in range(3)} <= set(store.annotated_commits())


def test_giving_up_is_said_and_loses_nothing(committed: GitDriver) -> None:
    store = NoteStore(committed.repo, sleep=lambda _: None)

    with pytest.raises(NotesMoved):
        store.add(Additions(Rival(committed, 1_000)), "notes: ours")

    assert titles(store, object_id(1)) == set()


def test_a_held_lock_is_waited_for(committed: GitDriver) -> None:
    first = NoteStore(committed.repo)
    first.add({object_id(9): [doc("before")]}, "notes: before")
    lock = committed.path / ".git" / f"{NOTES_REF}.lock"
    lock.touch()
    store = NoteStore(committed.repo, sleep=lambda _: lock.unlink())

    store.add({object_id(1): [doc("one")]}, "notes: first")

    assert {"one"} == titles(store, object_id(1))


def test_a_lock_that_stays_is_named(committed: GitDriver) -> None:
    """A process that was killed leaves its lock; only a person can know that it is gone."""
    NoteStore(committed.repo).add({object_id(9): [doc("before")]}, "notes: before")
    lock = committed.path / ".git" / f"{NOTES_REF}.lock"
    lock.touch()
    store = NoteStore(committed.repo, sleep=lambda _: None)

    with pytest.raises(NotesMoved, match="lock is held") as raised:
        store.add({object_id(1): [doc("one")]}, "notes: first")

    assert str(lock) in raised.value.hint


WRITER = """
import sys
from gitmem.git.repo import find_repo
from gitmem.notes.store import NoteStore
from gitmem.notes.codec import document_of
from gitmem.model.memory import Memory
store = NoteStore(find_repo(sys.argv[1]))
for n in range(6):
    title = f"{sys.argv[2]} {n}"
    store.add({"1" * 40: [document_of(Memory(kind="change", title=title))]}, "notes: crowd")
"""


def test_processes_that_write_at_once_lose_nothing(committed: GitDriver) -> None:
    """Six writers from nothing, all on the same note: every memory is there in the end."""

    def write(number: int) -> int:
        command = [sys.executable, "-c", WRITER, str(committed.path), str(number)]
        return subprocess.run(command, check=False, cwd=ROOT).returncode

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(write, range(6)))

    assert codes == [0] * 6
    assert len(titles(NoteStore(committed.repo), "1" * 40)) == 36


def test_changes_are_told_by_object(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    first = store.add({object_id(n): [doc(f"{n}")] for n in range(3)}, "notes: three")
    committed.run("notes", "--ref", "claude-mem", "remove", object_id(0))
    store.add({object_id(1): [doc("more")], object_id(7): [doc("new")]}, "notes: more")
    assert first is not None
    tip = store.tip()
    assert tip is not None

    told = {change.commit: change for change in store.changes(first, tip)}

    assert {object_id(0), object_id(1), object_id(7)} == set(told)
    assert NoteChange(object_id(0), None) == told[object_id(0)]
    assert store.read(object_id(1)) == told[object_id(1)].note
    assert {object_id(n) for n in (1, 2, 7)} == {c.commit for c in store.changes(None, tip)}
    assert list(store.changes(tip, tip)) == []


def test_fanning_out_is_no_change(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    first = store.add({object_id(n): [doc(f"{n}")] for n in range(31)}, "notes: flat")
    second = store.add({object_id(n): [doc(f"{n}")] for n in range(31, 33)}, "notes: fanned")
    assert first is not None
    assert second is not None

    told = [change.commit for change in store.changes(first, second)]

    assert "/" in committed.out("ls-tree", "-r", "--name-only", second)
    assert {object_id(31), object_id(32)} == set(told)


def test_a_note_that_stands_twice_is_read_as_one_and_written_once(committed: GitDriver) -> None:
    name = object_id(1)
    blobs = [
        committed.out("hash-object", "-w", "--stdin", stdin=doc(title).text)
        for title in ("flat", "fanned")
    ]
    inner = committed.out("mktree", stdin=f"100644 blob {blobs[1]}\t{name[2:]}\n".encode())
    lines = f"100644 blob {blobs[0]}\t{name}\n040000 tree {inner}\t{name[:2]}\n"
    tree = committed.out("mktree", stdin=lines.encode())
    commit = committed.out("commit-tree", "-m", "foreign", tree)
    committed.run("update-ref", NOTES_REF, commit)
    store = NoteStore(committed.repo)

    assert {"flat", "fanned"} == titles(store, name)
    assert [name] == list(store.annotated_commits())
    assert len(list(store)) == 1

    store.add({name: [doc("new")]}, "notes: join")

    assert {"flat", "fanned", "new"} == titles(store, name)
    assert len(committed.out("ls-tree", "-r", NOTES_REF).splitlines()) == 1


def test_a_missing_blob_hides_no_other_note_and_is_not_written_over(committed: GitDriver) -> None:
    store = NoteStore(committed.repo)
    store.add({object_id(1): [doc("one")], object_id(2): [doc("two")]}, "notes: both")
    blob = committed.out("notes", "--ref", "claude-mem", "list", object_id(1))
    (committed.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    again = NoteStore(committed.repo)

    notes = dict(again)

    assert len(notes[object_id(1)].problems) == 1
    assert {"two"} == titles(again, object_id(2))
    with pytest.raises(NoteUnreadable):
        again.add({object_id(1): [doc("more")]}, "notes: more")


def test_a_partial_clone_fetches_a_note_when_it_is_read(
    committed: GitDriver, tmp_path: Path
) -> None:
    """git leaves blobs at the remote until they are needed; libgit2 alone would not find them."""
    store = NoteStore(committed.repo)
    store.add({object_id(1): [doc("one")]}, "notes: first")
    committed.run("config", "uploadpack.allowFilter", "true")
    clone = committed.clone(tmp_path / "partial", "--filter=blob:none", "--no-local")
    clone.run("fetch", "-q", "--filter=blob:none", "origin", f"{NOTES_REF}:{NOTES_REF}")

    assert titles(NoteStore(clone.repo), object_id(1)) == {"one"}


def test_a_linked_work_tree_has_the_same_notes(committed: GitDriver, tmp_path: Path) -> None:
    committed.run("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = NoteStore(GitDriver(tmp_path / "linked", committed.home).repo)

    linked.add({object_id(1): [doc("one")]}, "notes: first")

    assert titles(NoteStore(committed.repo), object_id(1)) == {"one"}


class TestMerge:
    @pytest.fixture
    def store(self, committed: GitDriver) -> NoteStore:
        return NoteStore(committed.repo)

    @pytest.fixture
    def other(self, committed: GitDriver) -> NoteStore:
        """Notes of somebody else, with a history of their own."""
        return NoteStore(committed.repo, "refs/gitmem/origin/claude-mem")

    def test_into_nothing_takes_theirs(self, store: NoteStore, other: NoteStore) -> None:
        theirs = other.add({object_id(1): [doc("one")]}, "notes: theirs")
        assert theirs is not None

        assert store.merge(theirs, "notes: join")
        assert theirs == store.tip()

    def test_of_what_is_contained_moves_nothing(self, store: NoteStore) -> None:
        first = store.add({object_id(1): [doc("one")]}, "notes: first")
        tip = store.add({object_id(2): [doc("two")]}, "notes: second")
        assert first is not None
        assert tip is not None

        assert not store.merge(first, "notes: join")
        assert not store.merge(tip, "notes: join")
        assert tip == store.tip()

    def test_of_a_descendant_is_fast_forward(self, store: NoteStore, other: NoteStore) -> None:
        ours = store.add({object_id(1): [doc("one")]}, "notes: first")
        assert ours is not None
        other.merge(ours, "notes: join")
        theirs = other.add({object_id(2): [doc("two")]}, "notes: second")
        assert theirs is not None

        assert store.merge(theirs, "notes: join")
        assert theirs == store.tip()

    def test_of_unrelated_histories_is_the_union(
        self, committed: GitDriver, store: NoteStore, other: NoteStore
    ) -> None:
        ours = store.add({object_id(n): [doc(f"ours {n}")] for n in range(40)}, "notes: ours")
        theirs = other.add({object_id(n): [doc(f"theirs {n}")] for n in (3, 50)}, "notes: theirs")
        assert theirs is not None

        assert store.merge(theirs, "notes: join")

        assert {"ours 3", "theirs 3"} == titles(store, object_id(3))
        assert {"theirs 50"} == titles(store, object_id(50))
        assert len(list(store.annotated_commits())) == 41
        parents = committed.out("log", "-1", "--format=%P", NOTES_REF)
        assert f"{ours} {theirs}" == parents
        committed.run("fsck", "--strict")

    def test_with_nothing_new_still_joins_the_histories(
        self, committed: GitDriver, store: NoteStore, other: NoteStore
    ) -> None:
        """Otherwise a push of ours would be refused for ever."""
        store.add({object_id(1): [doc("one"), doc("two")]}, "notes: ours")
        theirs = other.add({object_id(1): [doc("one")]}, "notes: theirs")
        assert theirs is not None

        assert store.merge(theirs, "notes: join")
        committed.run("merge-base", "--is-ancestor", theirs, NOTES_REF)
        assert {"one", "two"} == titles(store, object_id(1))

    def test_a_tombstone_of_theirs_wins(self, store: NoteStore, other: NoteStore) -> None:
        memory = Memory(kind="change", title="one")
        store.add({object_id(1): [document_of(memory), doc("two")]}, "notes: ours")
        dead = tombstone_document(Tombstone(memory.id, "by hand"))
        theirs = other.add({object_id(1): [dead]}, "notes: theirs")
        assert theirs is not None

        store.merge(theirs, "notes: join")

        assert {"two"} == titles(store, object_id(1))

    def test_a_note_that_cannot_be_read_keeps_no_other_from_being_joined(
        self, committed: GitDriver, store: NoteStore, other: NoteStore
    ) -> None:
        store.add({object_id(1): [doc("ours")]}, "notes: ours")
        both = {object_id(1): [doc("lost")], object_id(2): [doc("two")]}
        theirs = other.add(both, "notes: theirs")
        assert theirs is not None
        blob = committed.out("rev-parse", f"{theirs}:{object_id(1)}")
        (committed.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

        assert NoteStore(committed.repo).merge(theirs, "notes: join")
        assert titles(store, object_id(1)) == {"ours"}
        assert titles(store, object_id(2)) == {"two"}

    def test_of_what_is_no_notes_commit_is_refused(
        self, committed: GitDriver, store: NoteStore
    ) -> None:
        tree = committed.out("rev-parse", "HEAD^{tree}")

        for other in (tree, "1" * 40, "HEAD", ""):
            with pytest.raises(NoteUnreadable):
                store.merge(other, "notes: join")


def test_a_lock_that_a_killed_process_left_is_removed_when_it_is_old(committed: GitDriver) -> None:
    """Else no memory could be written ever after, and nobody would notice."""
    commit = committed.out("rev-parse", "HEAD")
    store = NoteStore(committed.repo, sleep=lambda _: None)
    store.add({commit: [doc("first")]}, "notes: test")
    lock = committed.path / ".git" / "refs" / "notes" / "claude-mem.lock"
    lock.touch()
    os.utime(lock, (1.0, 1.0))

    store.add({commit: [doc("second")]}, "notes: test")

    note = store.read(commit)
    assert note is not None
    assert len(note.memories) == 2
    assert [path.name for path in lock.parent.iterdir()] == ["claude-mem"]
