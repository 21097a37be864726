from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import Document, Note, merge_notes, note_of
from gitmem.notes.codec import document_of, parse_note, tombstone_document
from tests.strategies import memories, notes


def edited(memory: Memory, former: Memory) -> Document:
    """The memory as somebody leaves it who edits its text and keeps the line with the id."""
    text = document_of(memory).text.replace(memory.id.encode(), former.id.encode())
    return parse_note(text).documents[0]


FIRST = Memory(kind="change", title="first")
SECOND = Memory(kind="change", title="second")

# Few different documents, so that two notes often hold the same one, its edit or its tombstone.
FEW = [
    document_of(FIRST),
    document_of(SECOND),
    Document(document_of(FIRST).text + b"# seen\n", memory=FIRST, stated_id=FIRST.id),
    edited(SECOND, FIRST),
    edited(FIRST, SECOND),
    tombstone_document(Tombstone(FIRST.id, "by hand")),
    tombstone_document(Tombstone(SECOND.id, "by hand")),
    tombstone_document(Tombstone(SECOND.id, "by another hand")),
    Document(b"---\nwords\n", problem="is foreign"),
]


def few_notes() -> st.SearchStrategy[Note]:
    return st.lists(st.sampled_from(FEW), max_size=5).map(note_of)


ANY = notes() | few_notes()


@given(ANY, ANY)
def test_merge_is_commutative(one: Note, two: Note) -> None:
    assert merge_notes(one, two) == merge_notes(two, one)


@given(few_notes(), few_notes(), few_notes())
def test_merge_is_associative(one: Note, two: Note, three: Note) -> None:
    left = merge_notes(merge_notes(one, two), three)
    right = merge_notes(one, merge_notes(two, three))

    assert left == right == merge_notes(one, two, three)


@given(ANY, ANY)
def test_merge_is_idempotent(one: Note, two: Note) -> None:
    merged = merge_notes(one, two)

    assert one == merge_notes(one, one)
    assert merged == merge_notes(merged, two)


@given(ANY)
def test_the_empty_note_changes_nothing(note: Note) -> None:
    assert note == merge_notes(note, Note())


@given(memories(), ANY)
def test_tombstones_win_in_any_order(memory: Memory, note: Note) -> None:
    dead = note_of([tombstone_document(Tombstone(memory.id, "by hand"))])
    alive = merge_notes(note, note_of([document_of(memory)]))

    for merged in (merge_notes(alive, dead), merge_notes(dead, alive)):
        assert memory.id not in {found.id for found in merged.memories}
        assert memory.id in {found.id for found in merged.tombstones}


def test_a_tombstone_for_either_id_finds_an_edited_memory() -> None:
    note = note_of([edited(SECOND, FIRST)])

    for name in (FIRST.id, SECOND.id):
        dead = note_of([tombstone_document(Tombstone(name, "by hand"))])
        assert merge_notes(note, dead).memories == ()


def test_memories_come_oldest_first_and_each_once() -> None:
    late = Memory(kind="a", title="b", provenance=Provenance(time="2026-02-01T00:00:00Z"))
    early = Memory(kind="a", title="c", provenance=Provenance(time="2026-01-01T00:00:00Z"))

    note = note_of([document_of(late), edited(early, late), document_of(early)])

    assert (early, late) == note.memories
