"""Notes commits and what lies in their trees: reading notes, and writing a commit of them.

No ref is read or moved here; :mod:`gitmem.notes.store` does that.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ObjectType, SortMode  # noqa: TID253 - as above

from gitmem.errors import NoteUnreadable
from gitmem.git.identity import Identity, find_identity
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import Repo
from gitmem.git.trees import Objects
from gitmem.model.note import Document, Note, merge_notes
from gitmem.notes.codec import parse_note, render_note
from gitmem.notes.fanout import find_blobs, place_notes, walk_notes
from gitmem.notes.scrub_marks import Scrubs, write_scrubs

ID = re.compile("[0-9a-f]{40}")
"""A full object id."""


class NoteTrees:
    """The repository's notes commits.  ``fallback`` signs where git knows no committer."""

    def __init__(self, repo: Repo, fallback: Identity | None = None) -> None:
        self._repo = repo
        self._fallback = fallback
        self.git = open_objects(repo)
        self.objects = Objects(repo, self.git)

    @cached_property
    def committer(self) -> tuple[Identity, bool]:
        """Whose name note commits bear, and whether git knew none and the fallback is used."""
        return find_identity(self._repo, self._fallback)

    def has_commit(self, oid: str) -> bool:
        """Whether this notes commit is still here (garbage collection may have taken it)."""
        return bool(ID.fullmatch(oid)) and isinstance(self.git.get(oid), pygit2.Commit)

    def contains(self, commit: str, ancestor: str) -> bool:
        """Whether ``ancestor`` is the commit or lies in its history."""
        return commit == ancestor or self.git.descendant_of(commit, ancestor)

    def root(self, notes_commit: str | None) -> bytes | None:
        """The root tree of a notes commit; None for None.

        Raises:
            NoteUnreadable: there is no such commit here.
        """
        if notes_commit is None:
            return None
        found = self.git.get(notes_commit) if ID.fullmatch(notes_commit) else None
        if not isinstance(found, pygit2.Commit):
            raise NoteUnreadable(f"'{notes_commit}' is not a commit of notes", "Run: git fsck")
        return bytes(found.tree_id.raw)

    def since(self, commit: str, known: str | None) -> Iterator[pygit2.Commit]:
        """The commits of a history that the history of ``known`` lacks, newest first.

        It ends where objects are missing (a shallow or a damaged history).
        """
        try:
            walker = self.git.walk(pygit2.Oid(hex=commit), SortMode.TIME)
            if known is not None:
                walker.hide(pygit2.Oid(hex=known))
            yield from walker
        except (pygit2.GitError, KeyError, ValueError):
            return

    def note(self, root: bytes | None, name: bytes) -> Note:
        """The note of one object (40 digits); an empty one where it has none.

        Raises:
            NoteUnreadable: a tree or the note's blob is missing.
        """
        return self.note_in(find_blobs(self.objects, root, name))

    def note_in(self, blobs: Iterable[bytes]) -> Note:
        """What these blobs hold together.

        Raises:
            NoteUnreadable: one of them is missing.
        """
        return merge_notes(*(parse_note(self.objects.read_blob(blob)) for blob in blobs))

    def readable_note(self, blobs: Iterable[bytes]) -> Note:
        """As :meth:`note_in`; one lost blob must not hide the notes of all other commits."""
        try:
            return self.note_in(blobs)
        except NoteUnreadable as error:
            return Note((Document(b"", problem=error.message),))

    def notes_in(self, root: bytes | None) -> Iterator[tuple[str, Note]]:
        """Every annotated object and its note."""
        by_name: dict[bytes, list[bytes]] = {}
        for name, blob in walk_notes(self.objects, root):
            by_name.setdefault(name, []).append(blob)
        for name, blobs in by_name.items():
            yield name.decode(), self.readable_note(blobs)

    def write_note(self, note: Note) -> bytes:
        """Write a note's blob; its raw id."""
        return self.objects.write(ObjectType.BLOB, render_note(note))

    def commit(
        self,
        root: bytes | None,
        blobs: Mapping[bytes, bytes],
        parents: Sequence[str],
        subject: str,
        scrubs: Scrubs | None = None,
    ) -> str:
        """Write the note commit that puts blobs into the tree ``root``; no ref moves."""
        tree = place_notes(self.objects, root, blobs)
        if scrubs is not None:
            tree = write_scrubs(self.objects, tree, scrubs)
        now = int(time.time())
        minutes = time.localtime(now).tm_gmtoff // 60
        zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
        who, _ = self.committer
        lines = [f"tree {tree.hex()}"]
        lines += [f"parent {parent}" for parent in parents]
        lines += [f"{role} {who} {now} {zone}" for role in ("author", "committer")]
        text = "\n".join([*lines, "", subject, ""])
        return self.objects.write(ObjectType.COMMIT, text.encode("utf-8", "replace")).hex()
