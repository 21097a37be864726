"""The note: the set of documents tied to one commit, and how two such sets join.

A note is a stream of documents, each a memory, a tombstone, a mark or something that is none of
these and is kept untouched.  Joining notes is set union: commutative, associative, idempotent, and
whatever a tombstone names is gone.  Every document keeps the text it was read from, so that
what this version does not understand survives being rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitmem.model.memory import Json, Memory, Tombstone
from gitmem.model.value import dataclass, field

NOTES_REF = "refs/notes/claude-mem"
"""Where memories live: the one name that clones agree on."""

WATERMARK_REF = "refs/gitmem-seen"
"""The notes commit that this clone last saw whole.  Outside ``refs/notes``, where blanket refspecs
reach, and not below ``refs/gitmem/``, whose every ref is a remote's."""


PIN = "pin"
"""What ``forgotten`` says in a pin.  A tombstone for the pin says a day, in quotes, and so sorts
before it: of the two documents of one id that one stays, in readers that know no pins as well."""

NEWER = "was written by a newer gitmem"
"""How the ``problem`` of a document begins whose schema this version cannot read."""


@dataclass(frozen=True)
class Abandonment:
    """A mark: no branch has the note's commit any more, and no other commit carries its change.

    ``since`` is when that was seen (UTC, ISO 8601), ``by`` what did it, in a word or two.  It
    says nothing while a ref reaches the commit again, or its memories stand elsewhere as well.
    """

    since: str
    by: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """One document of a note.

    ``text`` is its own source, starting with ``---`` (added where it came without) and ending
    with one newline.  Exactly one of ``memory``, ``tombstone`` and ``mark`` is set, or none: then
    ``problem`` says in one line why this is not a memory.  ``stated_id`` is the id as written
    in the source; it differs from ``memory.id`` when somebody edited the document by hand.
    ``is_plain``: it is what a person wrote in plain words, and stands where what is no memory does.
    """

    text: bytes
    memory: Memory | None = field(default=None, compare=False)
    tombstone: Tombstone | None = field(default=None, compare=False)
    mark: Abandonment | None = field(default=None, compare=False)
    problem: str = field(default="", compare=False)
    stated_id: str = field(default="", compare=False)
    is_plain: bool = field(default=False, compare=False)

    @property
    def key(self) -> tuple[int, str, str, bytes]:
        """Orders documents by age, and makes equal what is equal in content.

        A memory edited by hand still answers to its former id, so that counts too: else joining
        in another order could lose what a tombstone for that id is to find.
        """
        if self.memory is not None and not self.is_plain:
            edited_from = self.stated_id if self.stated_id != self.memory.id else ""
            return 0, self.memory.provenance.time, self.memory.id, edited_from.encode()
        if self.tombstone is not None:
            return 1, "", self.tombstone.id, b""
        if self.mark is not None:
            return 2, "", "", b""
        return 3, "", "", self.text.strip()


@dataclass(frozen=True)
class Note:
    """The documents of one commit in normal form: sorted by age, no duplicates or forgotten ones.

    Build one with :func:`note_of`, which brings any documents into that form.
    """

    documents: tuple[Document, ...] = ()

    @property
    def memories(self) -> tuple[Memory, ...]:
        """The memories, oldest first."""
        memories = (d.memory for d in self.documents if d.memory is not None)
        return tuple({memory.id: memory for memory in memories}.values())

    @property
    def tombstones(self) -> tuple[Tombstone, ...]:
        """The tombstones: what to forget."""
        return tuple(d.tombstone for d in self.documents if d.tombstone is not None)

    @property
    def abandonment(self) -> Abandonment | None:
        """The mark, if there is one."""
        return next((d.mark for d in self.documents if d.mark is not None), None)

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each document that could not be read."""
        return tuple(d.problem for d in self.documents if d.problem)


def note_of(documents: Iterable[Document]) -> Note:
    """Bring documents into normal form.

    Of documents with equal content the one with the smallest source text stays, so that the
    order of joining cannot show.
    """
    kept: dict[tuple[int, str, str, bytes], Document] = {}
    for document in documents:
        if not document.text.strip():
            continue
        other = kept.get(document.key)
        if other is None or document.text < other.text:
            kept[document.key] = document
    forgotten = {d.tombstone.id for d in kept.values() if d.tombstone is not None}
    return Note(
        tuple(
            kept[key]
            for key in sorted(kept)
            if not names_of(kept[key]) & forgotten or kept[key].tombstone is not None
        )
    )


def merge_notes(*notes: Note) -> Note:
    """Join notes by set union; tombstones win."""
    return note_of(document for note in notes for document in note.documents)


def names_of(document: Document) -> set[str]:
    """The ids a tombstone may call this document by: a hand-edited one answers to both.

    One that states none has its content's alone: two such have nothing in common by that.
    """
    if document.memory is None:
        return set()
    return {document.memory.id, document.stated_id} - {""}
