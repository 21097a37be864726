"""A record of what was scrubbed from the notes, kept in their tree so that no merge restores it.

Beside the notes the tree holds a file that names each scrub and each memory that one forgot,
never what was scrubbed.  Whoever joins two trees joins these files too.  A history whose tip
lacks a scrub that the other knows still holds what was scrubbed: it must not become a parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pygit2.enums import ObjectType  # noqa: TID253 - with the modules that read and write objects

from gitmem.git.trees import Objects, TreeEntry
from gitmem.model.memory import ID_PATTERN, Tombstone
from gitmem.model.note import Document, Note, names_of, note_of
from gitmem.notes.codec import tombstone_document

FILE = b"gitmem-scrubs"
"""The file's name in the root of the tree; no note's, so that git keeps it as it is."""

_FILE_MODE = b"100644"
_MAX_BYTES = 4 << 20
_MARK = re.compile(r"[0-9a-f]{20}")
_REASON = "scrubbed"


@dataclass(frozen=True)
class Scrubs:
    """The names of scrubs, and the ids of the memories that they forgot."""

    marks: frozenset[str] = frozenset()
    forgotten_ids: frozenset[str] = frozenset()

    def join(self, other: Scrubs) -> Scrubs:
        """Both."""
        return Scrubs(self.marks | other.marks, self.forgotten_ids | other.forgotten_ids)

    def admit(self, documents: Iterable[Document]) -> Note:
        """The note of new documents, without what was forgotten or would stand in its place.

        An answer of a model that was asked before the scrub says again what was forgotten.
        """
        return self.clean(note_of(d for d in documents if not self._is_successor(d)))

    def _is_successor(self, document: Document) -> bool:
        replaced = document.memory.supersedes if document.memory is not None else ()
        return bool(replaced) and self.forgotten_ids.issuperset(replaced)

    def clean(self, note: Note) -> Note:
        """The note with a tombstone in place of each memory that was forgotten."""
        if not any(names_of(document) & self.forgotten_ids for document in note.documents):
            return note
        return note_of(
            kept for document in note.documents for kept in self._clean_document(document)
        )

    def _clean_document(self, document: Document) -> list[Document]:
        names = names_of(document) & self.forgotten_ids
        if not names:
            return [document]
        return [tombstone_document(Tombstone(name, _REASON)) for name in sorted(names)]


def read_scrubs(objects: Objects, root: bytes | None) -> Scrubs:
    """What the tree says was scrubbed; lines that mean nothing are skipped.

    Raises:
        NoteUnreadable: the tree or the file is missing.
    """
    entry = objects.read_tree(root).get(FILE)
    if entry is None or not entry.is_file:
        return Scrubs()
    lines = objects.read_blob(entry.oid)[:_MAX_BYTES].decode("ascii", "replace").splitlines()
    words = [line.split() for line in lines]
    return Scrubs(
        _parse_names("scrub", words, _MARK),
        _parse_names("forget", words, ID_PATTERN),
    )


def write_scrubs(objects: Objects, root: bytes, scrubs: Scrubs) -> bytes:
    """The tree with that file, written; its id.  Nothing scrubbed: no file."""
    if not scrubs.marks and not scrubs.forgotten_ids:
        return root
    lines = [f"scrub {mark}" for mark in sorted(scrubs.marks)]
    lines += [f"forget {name}" for name in sorted(scrubs.forgotten_ids)]
    tree = objects.read_tree(root)
    blob = objects.write(ObjectType.BLOB, "".join(f"{line}\n" for line in lines).encode())
    tree[FILE] = TreeEntry(_FILE_MODE, blob)
    return objects.write_tree(tree)


def _parse_names(what: str, words: Iterable[list[str]], form: re.Pattern[str]) -> frozenset[str]:
    return frozenset(
        line[1] for line in words if len(line) == 2 and line[0] == what and form.fullmatch(line[1])
    )
