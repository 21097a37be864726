"""Memories that a person has edited by hand: their words are better, whoever else has an answer."""

from __future__ import annotations

from collections.abc import Iterable

from gitmem.notes.store import NoteStore


def hand_edited_ids(notes: NoteStore, commits: Iterable[str]) -> set[str]:
    """The ids of the memories at these commits whose text states another id than it has, and of
    those that a person wrote (`gitmem edit`, `gitmem wrong`).

    Raises:
        NoteUnreadable: a note cannot be read.
    """
    return {
        document.memory.id
        for _, note in notes.read_many(list(commits))
        for document in note.documents
        if document.memory is not None
        and (
            document.stated_id not in ("", document.memory.id)
            or document.memory.provenance.is_of_person
        )
    }
