"""The notes ref: reading what is remembered of a commit, and adding to it without losing any.

Whatever is written is first joined with what is there; :mod:`gitmem.store.notesref` sees to it
that "there" is still true when the ref moves, and calls again when it is not.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ObjectType  # noqa: TID253 - as above

from gitmem.errors import NoteUnreadable, UnknownRevision
from gitmem.model.note import NOTES_REF, Document, Note, merge_notes, note_of
from gitmem.store.fanout import differing_notes, find_blobs, place_notes, walk_notes
from gitmem.store.gitdir import Repo
from gitmem.store.identity import Identity, find_identity
from gitmem.store.notefile import parse_note, render_note
from gitmem.store.notesref import NotesRef
from gitmem.store.objects import open_objects
from gitmem.store.scrubs import Scrubs, read_scrubs, write_scrubs
from gitmem.store.trees import Objects

__all__ = ["NoteChange", "NoteStore", "open_objects"]

_ID = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class NoteChange:
    """One commit's note became ``note``, or was removed (None)."""

    commit: str
    note: Note | None


@dataclass(frozen=True)
class Rewrite:
    """Notes that become others, and the ids of the memories that are to be forgotten."""

    notes: Mapping[str, Note]
    forgotten: frozenset[str] = frozenset()


class NoteStore:
    """The notes under one ref.

    Every call looks at the ref anew.  ``identity`` is whose name note commits bear where git
    knows no committer.  ``sleep`` (seconds) waits before another try.
    """

    def __init__(
        self,
        repo: Repo,
        ref: str = NOTES_REF,
        *,
        identity: Identity | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._repo = repo
        self._fallback = identity
        self._git = open_objects(repo)
        self._objects = Objects(repo, self._git)
        self._ref = NotesRef(repo, self._git, ref, sleep)

    @cached_property
    def committer(self) -> tuple[Identity, bool]:
        """Whose name note commits bear, and whether git knew none and the fallback is used."""
        return find_identity(self._repo, self._fallback)

    def tip(self) -> str | None:
        """The notes commit the ref stands at; None when there is no ref."""
        return self._ref.tip()

    def has_commit(self, oid: str) -> bool:
        """Whether this notes commit is still here (garbage collection may have taken it)."""
        return bool(_ID.fullmatch(oid)) and isinstance(self._git.get(oid), pygit2.Commit)

    def read(self, commit: str) -> Note | None:
        """The note of one commit; None when it has none."""
        return dict(self.read_many([commit])).get(commit)

    def read_many(self, commits: Iterable[str]) -> Iterator[tuple[str, Note]]:
        """The notes of those of the commits that have one, all from the same tip."""
        root = self._root(self.tip())
        for commit in commits:
            if blobs := find_blobs(self._objects, root, commit.encode()):
                yield commit, self._readable_note(blobs)

    def __iter__(self) -> Iterator[tuple[str, Note]]:
        """Every annotated commit and its note, all from the same tip."""
        return self._notes_in(self._root(self.tip()))

    def _notes_in(self, root: bytes | None) -> Iterator[tuple[str, Note]]:
        by_name: dict[bytes, list[bytes]] = {}
        for name, blob in walk_notes(self._objects, root):
            by_name.setdefault(name, []).append(blob)
        for name, blobs in by_name.items():
            yield name.decode(), self._readable_note(blobs)

    def annotated(self) -> Iterator[str]:
        """Every annotated object's id, each once; no note is read."""
        names = (name for name, _ in walk_notes(self._objects, self._root(self.tip())))
        yield from (name.decode() for name in dict.fromkeys(names))

    def read_at(self, tip: str, commit: str) -> Note | None:
        """The note of one commit as it is in the notes commit ``tip``; None when there is none.

        Raises:
            NoteUnreadable: ``tip`` is no notes commit, or its objects are damaged.
        """
        blobs = find_blobs(self._objects, self._root(tip), commit.encode())
        return self._note(blobs) if blobs else None

    def add(
        self,
        additions: Mapping[str, Sequence[Document]],
        subject: str,
        *,
        without: Collection[str] = (),
    ) -> str | None:
        """Join documents into the notes of commits, by one note commit; its id, or None.

        None means that everything was there already.  What was added is in the ref on return.
        ``without`` are ids of memories that what is added replaces: they leave those notes.

        Raises:
            NotesMoved: other processes kept moving the ref.
            NoteUnreadable: a note that would have to be rewritten cannot be read.
            UnknownRevision: a key is no full object id.
            ReadOnlyRepository, DiskFull: the repository cannot be written.
        """
        for commit in additions:
            if not _ID.fullmatch(commit):
                raise UnknownRevision(f"'{commit}' is no full commit id")
        line = _one_line(subject)

        def joined(tip: str | None) -> str | None:
            root = self._root(tip)
            blobs = self._joined_blobs(root, additions, without)
            return self._commit(root, blobs, [tip] if tip else [], line) if blobs else None

        return self._ref.move(joined, line, self.committer[0])

    def changes(self, old: str | None, new: str) -> Iterator[NoteChange]:
        """What differs between two notes commits, by object id; the notes are those at ``new``.

        A note that only moved in the tree did not change.  ``old`` None is the empty state.

        Raises:
            NoteUnreadable: one of the commits or its trees is missing.
        """
        root = self._root(new)
        for name in sorted(differing_notes(self._objects, self._root(old), root)):
            blobs = find_blobs(self._objects, root, name)
            yield NoteChange(name.decode(), self._readable_note(blobs) if blobs else None)

    def merge(self, other: str, subject: str) -> bool:
        """Join the notes commit ``other`` into the ref; whether the ref moved.

        Contained already: nothing happens.  Nothing new here: the ref moves to it.  Otherwise
        a merge commit ``[ours, theirs]`` holds the union; no common history is needed.  A side
        that lacks a scrub of the other's is joined but does not become a parent.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: ``other`` is no notes commit, or its trees cannot be read.
        """
        theirs = self._root(other)
        brought = read_scrubs(self._objects, theirs)
        line = _one_line(subject)

        def united(tip: str | None) -> str | None:
            if tip is not None and self._contains(tip, other):
                return None
            if tip is None:
                return other
            ours = self._root(tip)
            known = read_scrubs(self._objects, ours)
            if known.marks != brought.marks:
                return self._joined_apart([(tip, ours, known), (other, theirs, brought)], line)
            if self._contains(other, tip):
                return other
            scrubs = known.joined(brought)
            news = self._news_of(ours, theirs, scrubs)
            return self._commit(ours, news, [tip, other], line, scrubs)

        return self._ref.move(united, line, self.committer[0]) is not None

    def rewrite(
        self, plan: Callable[[Iterator[tuple[str, Note]]], Rewrite], mark: str, subject: str
    ) -> str | None:
        """Replace the ref by a commit without history; its id, or None where there is no ref.

        ``plan`` is given every note, again whenever another process was faster.  ``mark`` (20
        hexadecimal digits) names this rewriting for ever: a history without it is never joined
        as a parent, and what ``plan`` forgets is never joined at all.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
        """
        line = _one_line(subject)

        def rewritten(tip: str | None) -> str | None:
            if tip is None:
                return None
            root = self._root(tip)
            planned = plan(self._notes_in(root))
            blobs = {name.encode(): self._write_note(note) for name, note in planned.notes.items()}
            scrubs = Scrubs(frozenset([mark]), planned.forgotten)
            scrubs = scrubs.joined(read_scrubs(self._objects, root))
            return self._commit(root, blobs, [], line, scrubs)

        return self._ref.move(rewritten, line, self.committer[0])

    def replaces(self, other: str) -> bool:
        """Whether our ref was scrubbed of something that the notes commit ``other`` still has."""
        tip = self.tip()
        if tip is None or not self.has_commit(other) or self._contains(tip, other):
            return False
        ours = read_scrubs(self._objects, self._root(tip))
        return ours.marks > read_scrubs(self._objects, self._root(other)).marks

    def _joined_apart(
        self, sides: Sequence[tuple[str, bytes | None, Scrubs]], subject: str
    ) -> str | None:
        """Join two sides of which one was scrubbed and the other not; parents are those that
        have all scrubs.  The scrubbed side is the one that is built on.
        """
        scrubs = sides[0][2].joined(sides[1][2])
        clean = [side for side in sides if side[2].marks == scrubs.marks]
        base = clean[0] if clean else sides[0]
        other = sides[1] if base is sides[0] else sides[0]
        news = self._news_of(base[1], other[1], scrubs)
        if clean and not news and base[2] == scrubs:
            return base[0] if base is sides[1] else None
        return self._commit(base[1], news, [side[0] for side in clean], subject, scrubs)

    def _joined_blobs(
        self,
        root: bytes | None,
        additions: Mapping[str, Sequence[Document]],
        without: Collection[str] = (),
    ) -> dict[bytes, bytes]:
        """A new blob for each note that the additions make different."""
        blobs = {}
        scrubs = read_scrubs(self._objects, root)
        for commit, documents in additions.items():
            name = commit.encode()
            before = self._note(find_blobs(self._objects, root, name))
            kept = [d for d in before.documents if d.memory is None or d.memory.id not in without]
            after = merge_notes(note_of(kept), scrubs.admitted(documents))
            if after != before:
                blobs[name] = self._write_note(after)
        return blobs

    def _news_of(
        self, ours: bytes | None, theirs: bytes | None, scrubs: Scrubs
    ) -> dict[bytes, bytes]:
        """A blob for each note that their tree, or what was scrubbed, makes different from ours.

        A note that cannot be read on one side stays as it is on ours: it must not keep all the
        others from being joined, and the merge commit's second parent still holds theirs.
        """
        news = {}
        for name, (_, brought) in differing_notes(self._objects, ours, theirs).items():
            before = find_blobs(self._objects, ours, name)
            if not scrubs.forgotten and brought and not before and len(brought) == 1:
                news[name] = brought[0]
            elif brought or scrubs.forgotten:
                with suppress(NoteUnreadable):
                    note = self._note(before)
                    other = self._note(find_blobs(self._objects, theirs, name))
                    if (union := scrubs.clean(merge_notes(note, other))) != note:
                        news[name] = self._write_note(union)
        return news

    def _commit(
        self,
        root: bytes | None,
        blobs: Mapping[bytes, bytes],
        parents: Sequence[str],
        subject: str,
        scrubs: Scrubs | None = None,
    ) -> str:
        """Write the note commit that puts blobs into the tree ``root``; the ref stays."""
        tree = place_notes(self._objects, root, blobs)
        if scrubs is not None:
            tree = write_scrubs(self._objects, tree, scrubs)
        now = int(time.time())
        minutes = time.localtime(now).tm_gmtoff // 60
        zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
        who, _ = self.committer
        lines = [f"tree {tree.hex()}"]
        lines += [f"parent {parent}" for parent in parents]
        lines += [f"{role} {who} {now} {zone}" for role in ("author", "committer")]
        text = "\n".join([*lines, "", subject, ""])
        return self._objects.write(ObjectType.COMMIT, text.encode("utf-8", "replace")).hex()

    def _root(self, notes_commit: str | None) -> bytes | None:
        if notes_commit is None:
            return None
        found = self._git.get(notes_commit) if _ID.fullmatch(notes_commit) else None
        if not isinstance(found, pygit2.Commit):
            raise NoteUnreadable(f"'{notes_commit}' is no commit of notes", "Run: git fsck")
        return bytes(found.tree_id.raw)

    def _contains(self, commit: str, ancestor: str) -> bool:
        return commit == ancestor or self._git.descendant_of(commit, ancestor)

    def _write_note(self, note: Note) -> bytes:
        return self._objects.write(ObjectType.BLOB, render_note(note))

    def _note(self, blobs: Iterable[bytes]) -> Note:
        return merge_notes(*(parse_note(self._objects.read_blob(blob)) for blob in blobs))

    def _readable_note(self, blobs: Iterable[bytes]) -> Note:
        """As :meth:`_note`; one lost blob must not hide the notes of all other commits."""
        try:
            return self._note(blobs)
        except NoteUnreadable as error:
            return Note((Document(b"", problem=error.message),))


def _one_line(subject: str) -> str:
    """A subject fit for a commit and a reflog, which hold one line of it and no NUL."""
    return " ".join(subject.replace("\0", " ").split())
