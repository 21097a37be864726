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
from gitmem.git.repo import Repo, try_git
from gitmem.git.trees import MAX_BLOB_BYTES, Objects
from gitmem.model.note import Document, Note, merge_notes
from gitmem.notes.codec import parse_note, render_note
from gitmem.notes.fanout import find_blobs, place_notes, walk_notes
from gitmem.notes.scrub_marks import Scrubs, write_scrubs

ID = re.compile("[0-9a-f]{40}")
"""A full object id."""

# What libgit2 says of a commit that it cannot parse, by the version of pygit2.
_UNPARSED = (pygit2.GitError, ValueError, KeyError)


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
        if not ID.fullmatch(oid):
            return False
        try:
            return isinstance(self.git.get(oid), pygit2.Commit)
        except _UNPARSED:
            return try_git(self._repo, "cat-file", "-t", oid).stdout.strip() == b"commit"

    def contains(self, commit: str, ancestor: str) -> bool:
        """Whether ``ancestor`` is the commit or lies in its history."""
        try:
            return commit == ancestor or self.git.descendant_of(commit, ancestor)
        except _UNPARSED:
            asked = ("merge-base", "--is-ancestor", ancestor, commit)
            return try_git(self._repo, *asked).returncode == 0

    def has_plain_history(self, commit: str, known: str | None) -> bool:
        """Whether libgit2, too, can read each commit that the history of ``known`` lacks.

        git makes do with authors and dates that libgit2 refuses.  One such commit among its
        parents would make every later walk through our notes fail.
        """
        try:
            walker = self.git.walk(pygit2.Oid(hex=commit), SortMode.NONE)
            if known is not None:
                walker.hide(pygit2.Oid(hex=known))
            for _ in walker:
                pass
        except KeyError:
            return True  # it ends where objects are missing
        except _UNPARSED:
            without = [f"^{known}"] if known is not None else []
            listed = try_git(self._repo, "rev-list", commit, *without).stdout.split()
            return all(self._is_plain(oid.decode()) for oid in listed)
        return True

    def _is_plain(self, commit: str) -> bool:
        try:
            found = self.git.get(commit)
            return found is None or bool(found.author and found.committer)
        except _UNPARSED:
            return False

    def is_all_here(self, commit: str) -> bool:
        """Whether no tree and no note of this commit is missing."""
        asked = ("rev-list", "--objects", "--quiet", f"{commit}^{{tree}}")
        return try_git(self._repo, *asked).returncode == 0

    def root(self, notes_commit: str | None) -> bytes | None:
        """The root tree of a notes commit; None for None.

        Raises:
            NoteUnreadable: there is no such commit here.
        """
        if notes_commit is None:
            return None
        try:
            found = self.git.get(notes_commit) if ID.fullmatch(notes_commit) else None
        except _UNPARSED:
            asked = ("rev-parse", "--verify", "--quiet", f"{notes_commit}^{{tree}}")
            shown = try_git(self._repo, *asked).stdout.decode().strip()
            if shown:
                return bytes.fromhex(shown)
            found = None
        if not isinstance(found, pygit2.Commit):
            raise NoteUnreadable(f"'{notes_commit}' is not a commit of notes", "Run: git fsck")
        return bytes(found.tree_id.raw)

    def parents(self, notes_commit: str) -> list[str]:
        """The parents of a notes commit.

        Raises:
            NoteUnreadable: there is no such commit here, or it is damaged.
        """
        try:
            found = self.git.get(notes_commit)
        except _UNPARSED:
            found = None
        if not isinstance(found, pygit2.Commit):
            raise NoteUnreadable(f"'{notes_commit}' is not a commit of notes", "Run: git fsck")
        return [str(parent) for parent in found.parent_ids]

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
        """What these blobs hold together; nothing in one that is too large to be read.

        Raises:
            NoteUnreadable: one of them is missing.
        """
        sizable = (blob for blob in blobs if not self.objects.is_too_big(blob))
        return merge_notes(*(parse_note(self.objects.read_blob(blob)) for blob in sizable))

    def readable_note(self, blobs: Iterable[bytes]) -> Note:
        """As :meth:`note_in`, with a problem for what cannot be read: one lost or oversized blob
        must not hide the notes of all other commits.
        """
        blobs = list(blobs)
        try:
            found = self.note_in(blobs)
            if not any(self.objects.is_too_big(blob) for blob in blobs):
                return found
            problem = f"is larger than the {MAX_BLOB_BYTES} bytes of a note that are read"
            return Note((*found.documents, Document(b"", problem=problem)))
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
