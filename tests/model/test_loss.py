from __future__ import annotations

from hypothesis import given

from gitmem.model.loss import lost_documents
from gitmem.model.memory import Memory
from gitmem.model.note import Document, Note, merge_notes, note_of
from gitmem.notes.codec import document_of, parse_note
from tests.strategies import notes


def memory(title: str, **fields: object) -> Memory:
    return Memory("change", title, **fields)  # type: ignore[arg-type]


def note(*memories: Memory) -> Note:
    return note_of(map(document_of, memories))


def words(text: str) -> Document:
    return Document(b"---\n" + text.encode() + b"\n", problem="no memory")


@given(before=notes(), other=notes())
def test_a_union_loses_nothing(before: Note, other: Note) -> None:
    after = merge_notes(before, other)

    assert lost_documents(before, after, is_later=True) == ()
    assert lost_documents(before, after, is_later=False) == ()


@given(before=notes(), after=notes())
def test_with_what_it_lost_put_back_nothing_is_lost(before: Note, after: Note) -> None:
    lost = lost_documents(before, after, is_later=False)
    whole = merge_notes(after, note_of(lost))

    assert lost_documents(before, whole, is_later=False) == ()
    assert {d.key for d in whole.documents} == {d.key for d in merge_notes(before, after).documents}


@given(before=notes(), after=notes())
def test_what_is_lost_was_there_and_is_not(before: Note, after: Note) -> None:
    for is_later in (False, True):
        lost = lost_documents(before, after, is_later=is_later)

        assert set(lost) <= set(before.documents)
        assert not {d.key for d in lost} & {d.key for d in after.documents}


@given(before=notes())
def test_of_an_emptied_note_everything_is_lost(before: Note) -> None:
    assert lost_documents(before, Note(), is_later=True) == before.documents


def test_a_superseded_memory_is_lost_unless_its_successor_came_with_its_going() -> None:
    old = memory("old")
    new = memory("new", supersedes=(old.id,))

    assert lost_documents(note(old), note(new), is_later=True) == ()
    assert lost_documents(note(old, new), note(new), is_later=True) == note(old).documents
    assert lost_documents(note(old), note(new), is_later=False) == note(old).documents


def test_an_edited_memory_is_not_lost_to_its_edited_self() -> None:
    before = note(memory("right"))
    text = before.documents[0].text.replace(b"right", b"wrong")
    after = parse_note(text)
    assert after.memories[0].title == "wrong"

    assert lost_documents(before, after, is_later=True) == ()
    assert lost_documents(before, after, is_later=False) == before.documents


def test_words_are_lost_unless_others_came_in_their_place() -> None:
    first, second = words("first"), words("second")
    kept = document_of(memory("kept"))

    assert lost_documents(note_of([kept, first]), note_of([kept]), is_later=True) == (first,)
    assert lost_documents(note_of([kept, first]), note_of([kept, second]), is_later=True) == ()
