"""What a note lost from one state to a later one, as opposed to what was replaced in it.

Nothing that gitmem does takes a document out of a note except to put another in its place.  So
what is missing without a successor was taken by somebody who does not know what a note is:
``git notes remove``, a merge by git's own strategies, an older ref forced over a newer one.
"""

from __future__ import annotations

from gitmem.model.note import Document, Note, names_of


def lost_documents(before: Note, after: Note, *, is_later: bool) -> tuple[Document, ...]:
    """The documents of ``before`` that ``after`` should contain and does not.

    With ``is_later`` the one state was made from the other, and these are not lost but replaced:

    - a memory that a tombstone names, or that a memory which is new in ``after`` supersedes (a
      first account of a turn gives way to its last);
    - a memory that was edited by hand, for the edited one states its id;
    - words that are no memory, where other such words are new in ``after``: they were edited.

    Without it only tombstones count; then both sides of an edit are kept, as by any merge.
    """
    kept = {document.key for document in after.documents}
    known = {document.key for document in before.documents}
    new = [document for document in after.documents if document.key not in known]
    gone = {stone.id for stone in after.tombstones}
    has_new_words = False
    if is_later:
        for document in new:
            gone |= names_of(document)
            gone.update(document.memory.supersedes if document.memory is not None else ())
        has_new_words = any(is_words(document) for document in new)
    return tuple(
        document
        for document in before.documents
        if document.key not in kept
        and not names_of(document) & gone
        and not (has_new_words and is_words(document))
    )


def is_words(document: Document) -> bool:
    """Whether this is not a document of ours, but something that a person wrote."""
    is_ours = document.memory is not None and not document.is_plain
    return not is_ours and document.tombstone is None and document.mark is None
