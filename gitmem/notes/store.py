"""The notes ref: reading what is remembered about a commit, and adding without losing anything.

Whatever is written is first joined with what is there; :mod:`gitmem.notes.ref` sees to it
that "there" is still true when the ref moves, and calls again when it is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gitmem.errors import NoteUnreadable, UnknownRevision
from gitmem.git.identity import Identity
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import Repo
from gitmem.model.note import NOTES_REF, Document, Note, merge_notes, note_of
from gitmem.notes.fanout import differing_notes, find_blobs, find_nested_root, walk_notes
from gitmem.notes.merge import loss_between, merge_commits, restore_documents
from gitmem.notes.missing import Loss
from gitmem.notes.ref import NotesRef
from gitmem.notes.scrub_marks import Scrubs, read_scrubs
from gitmem.notes.take_out import history_without
from gitmem.notes.takings import Taking, takings_between
from gitmem.notes.trees import ID, NoteTrees
from gitmem.notes.watermark import Watermark

__all__ = ["Loss", "NoteChange", "NoteStore", "open_objects"]


@dataclass(frozen=True)
class NoteChange:
    """One commit's note became ``note``, or was removed (None)."""

    commit: str
    note: Note | None


@dataclass(frozen=True)
class Rewrite:
    """Notes to replace, and the ids of the memories to forget."""

    notes: Mapping[str, Note]
    forgotten_ids: frozenset[str] = frozenset()


class NoteStore:
    """The notes under one ref.

    Every call reads the ref again.  ``identity`` is whose name note commits bear where git
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
        self.repo = repo
        self._trees = NoteTrees(repo, identity)
        self._objects = self._trees.objects
        self._ref = NotesRef(repo, self._trees.git, ref, sleep)
        self._watermark = Watermark(self._trees.git) if ref == NOTES_REF else None

    @property
    def committer(self) -> tuple[Identity, bool]:
        """Whose name note commits bear, and whether git knew none and the fallback is used."""
        return self._trees.committer

    def tip(self) -> str | None:
        """The notes commit that the ref points to; None if there is no ref."""
        return self._ref.tip()

    def has_commit(self, oid: str) -> bool:
        """Whether this notes commit is still here (garbage collection may have taken it)."""
        return self._trees.has_commit(oid)

    def is_all_here(self, oid: str) -> bool:
        """Whether no part of this notes commit is missing."""
        return self._trees.is_all_here(oid)

    def read(self, commit: str) -> Note | None:
        """The note of one commit; None when it has none."""
        return dict(self.read_many([commit])).get(commit)

    def read_many(self, commits: Iterable[str]) -> Iterator[tuple[str, Note]]:
        """The notes of those of the commits that have one, all from the same tip."""
        root = self._trees.root(self.tip())
        for commit in commits:
            if blobs := find_blobs(self._objects, root, commit.encode()):
                yield commit, self._trees.readable_note(blobs)

    def __iter__(self) -> Iterator[tuple[str, Note]]:
        """Every annotated commit and its note, all from the same tip."""
        return self._trees.notes_in(self._trees.root(self.tip()))

    def annotated_commits(self) -> Iterator[str]:
        """Every annotated object's id, each once; no note is read."""
        names = (name for name, _ in walk_notes(self._objects, self._trees.root(self.tip())))
        yield from (name.decode() for name in dict.fromkeys(names))

    def read_at(self, tip: str, commit: str) -> Note | None:
        """The note of one commit as it is in the notes commit ``tip``; None when there is none.

        Raises:
            NoteUnreadable: ``tip`` is not a notes commit, or its objects are damaged.
        """
        blobs = find_blobs(self._objects, self._trees.root(tip), commit.encode())
        return self._trees.note_in(blobs) if blobs else None

    def add(
        self,
        additions: Mapping[str, Sequence[Document]],
        subject: str,
        *,
        without: Collection[str] = (),
    ) -> str | None:
        """Join documents into the notes of commits, by one note commit; returns its id, or None.

        None means that everything was there already.  What was added is in the ref on return.
        ``without`` are ids of memories that what is added replaces: they leave those notes.

        Raises:
            NotesMoved: other processes kept moving the ref.
            NoteUnreadable: a note that would have to be rewritten cannot be read.
            UnknownRevision: a key is not a full object id.
            ReadOnlyRepository, DiskFull: the repository cannot be written.
        """
        for commit in additions:
            if not ID.fullmatch(commit):
                raise UnknownRevision(f"'{commit}' is not a full commit id")
        line = _one_line(subject)

        def join(tip: str | None) -> str | None:
            root = self._trees.root(tip)
            blobs = self._write_additions(root, additions, without)
            return self._trees.commit(root, blobs, [tip] if tip else [], line) if blobs else None

        return self._move(join, line)

    def take_out(
        self, first: Collection[str], ids: Mapping[str, Collection[str]], subject: str
    ) -> dict[str, str]:
        """Take memories and pins out of the notes and of all history from ``first`` on.

        ``first`` are the notes commits that wrote them, ``ids`` the ids by commit.  Only for what
        no other repository has.  Returns what became of each notes commit that was made again.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: a part of the history is missing.
        """
        line = _one_line(subject)
        made: dict[str, str] = {}

        def without(tip: str | None) -> str | None:
            made.clear()
            there = {one for one in first if tip and self._trees.contains(tip, one)}
            if tip is None or not there:
                return None
            after = history_without(self._trees, tip, there, ids)
            empty = "" if after[tip] else self._trees.commit(None, {}, [], line)
            made.update({old: new or empty for old, new in after.items()})
            return made[tip]

        self._move(without, line)
        return {old: new for old, new in made.items() if new}

    def changes(self, old: str | None, new: str) -> Iterator[NoteChange]:
        """What differs between two notes commits, by object id; the notes are those at ``new``.

        A note that only moved in the tree did not change.  ``old`` None is the empty state.

        Raises:
            NoteUnreadable: one of the commits or its trees is missing.
        """
        root = self._trees.root(new)
        for name in sorted(differing_notes(self._objects, self._trees.root(old), root)):
            blobs = find_blobs(self._objects, root, name)
            yield NoteChange(name.decode(), self._trees.readable_note(blobs) if blobs else None)

    def merge(self, other: str, subject: str) -> bool:
        """Join the notes commit ``other`` into the ref; returns whether the ref moved.

        Contained already: nothing happens.  A continuation of ours: the ref moves to it, with
        what it lacks put back.  Otherwise a merge commit ``[ours, theirs]`` holds the union; no
        common history is needed.  A side that lacks a scrub of the other's is joined but does
        not become a parent.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: ``other`` is not a notes commit, or its trees cannot be read.
        """
        line = _one_line(subject)
        return (
            self._move(lambda tip: merge_commits(self._trees, tip, other, line), line) is not None
        )

    def is_whole(self) -> bool:
        """Whether the ref is there, where this clone last saw it whole; no object is read."""
        tip = self.tip()
        return tip is not None and (self._watermark is None or self._watermark.tip() == tip)

    def last_whole(self) -> str | None:
        """Where this clone last saw the ref whole; None where it keeps no record of that."""
        tip = self._watermark.tip() if self._watermark is not None else None
        return tip if tip is not None and self.has_commit(tip) else None

    def has_watermark(self) -> bool:
        """Whether this clone keeps where it last saw the ref whole."""
        return self._watermark is not None and self._watermark.tip() is not None

    def restore(self, subject: str, last_known: str | None = None) -> Loss:
        """Restore what the ref lost since this clone last saw it complete; returns what that was.

        Nothing if it lost nothing, or where nothing is known about it: then its state now is
        what it is compared with next time.  ``last_known`` is a notes commit to go by in a clone
        that has no ``refs/gitmem-seen`` yet.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: one of the commits, or its trees, cannot be read.
        """
        if self._watermark is None:
            return Loss()
        seen, tip = self._watermark.tip(), self.tip()
        whole = next((c for c in (seen, last_known) if c and self.has_commit(c)), None)
        if tip is not None and whole in (None, tip):
            self._watermark.follow(seen, tip)
        if whole is None or whole == tip:
            return Loss()
        found = Loss()
        line = _one_line(subject)

        def made_whole(now: str | None) -> str | None:
            nonlocal tip, found
            tip = now
            wanted, found = restore_documents(self._trees, now, whole, line)
            return wanted

        moved = self._ref.move(made_whole, line, self.committer[0])
        self._watermark.follow(seen, moved or tip or whole)
        return found

    def accept(self) -> None:
        """Accept the ref as complete: what it was before can no longer be read."""
        tip = self.tip()
        if self._watermark is not None and tip is not None:
            self._watermark.follow(self._watermark.tip(), tip)

    def move_to_root(self, subject: str) -> bool:
        """Bring the notes back to the root of their tree, where a filter moved all of them into
        a folder; whether that was so.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: a tree is missing.
        """
        line = _one_line(subject)

        def at_root(tip: str | None) -> str | None:
            root = find_nested_root(self._objects, self._trees.root(tip))
            return self._trees.commit(root, {}, [tip], line) if root and tip else None

        return self._move(at_root, line) is not None

    def forgotten_ids(self) -> frozenset[str]:
        """The ids of the memories that a scrub forgot."""
        return read_scrubs(self._objects, self._trees.root(self.tip())).forgotten_ids

    def loss_between(self, old: str, new: str) -> Loss:
        """What somebody else's notes lost between two commits; a scrub does not count.

        Raises:
            NoteUnreadable: one of the commits, or its trees, cannot be read.
        """
        return loss_between(self._trees, old, new)

    def takings_between(self, old: str, new: str, other: str) -> list[Taking]:
        """What joining a remote's notes ``other`` took from ours, from ``old`` to ``new``.

        Raises:
            NoteUnreadable: one of the commits, or its trees, cannot be read.
        """
        return takings_between(self._trees, old, new, other)

    def rewrite(
        self, plan: Callable[[Iterator[tuple[str, Note]]], Rewrite], mark: str, subject: str
    ) -> str | None:
        """Replace the ref by a commit without history; its id, or None if there is no ref.

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
            root = self._trees.root(tip)
            planned = plan(self._trees.notes_in(root))
            blobs = {
                name.encode(): self._trees.write_note(note) for name, note in planned.notes.items()
            }
            scrubs = Scrubs(frozenset([mark]), planned.forgotten_ids)
            scrubs = scrubs.join(read_scrubs(self._objects, root))
            return self._trees.commit(root, blobs, [], line, scrubs)

        if self._watermark is not None:
            self._watermark.drop()  # first: what is scrubbed must not be put back, if we are killed
        moved = self._move(rewritten, line)
        if moved is not None and self._watermark is not None:
            self._watermark.follow(None, moved)
        return moved

    def rewrite_of(
        self,
        other: str,
        plan: Callable[[Iterator[tuple[str, Note]]], Rewrite],
        mark: str,
        subject: str,
    ) -> str:
        """The notes of the commit ``other`` rewritten in the same way; the new commit's id.

        Nothing that only we have is in it, and no ref is moved.  It has no history; where it says
        what our own notes say, it is our own commit, and one that has the mark stays.

        Raises:
            NoteUnreadable: its trees cannot be read.
            ReadOnlyRepository, DiskFull: as for :meth:`add`.
        """
        root, tip = self._trees.root(other), self.tip()
        before = read_scrubs(self._objects, root)
        if mark in before.marks:
            return other
        planned = plan(self._trees.notes_in(root))
        blobs = {
            name.encode(): self._trees.write_note(note) for name, note in planned.notes.items()
        }
        scrubs = Scrubs(frozenset([mark]), planned.forgotten_ids).join(before)
        made = self._trees.commit(root, blobs, [], _one_line(subject), scrubs)
        is_ours = tip is not None and self._trees.root(tip) == self._trees.root(made)
        return tip if tip is not None and is_ours else made

    def has_mark(self, mark: str) -> bool:
        """Whether the ref was rewritten under this name."""
        return mark in read_scrubs(self._objects, self._trees.root(self.tip())).marks

    def replaces(self, other: str) -> bool:
        """Whether our ref was scrubbed of something that the notes commit ``other`` still has."""
        tip = self.tip()
        if tip is None or not self.has_commit(other) or self._trees.contains(tip, other):
            return False
        ours = read_scrubs(self._objects, self._trees.root(tip))
        try:
            theirs = read_scrubs(self._objects, self._trees.root(other))
        except NoteUnreadable:
            return False  # it was never joined
        return ours.marks > theirs.marks

    def _move(self, decide: Callable[[str | None], str | None], line: str) -> str | None:
        """Move the ref, and with it what this clone saw, if that is where it stood."""
        before: str | None = None

        def decided(tip: str | None) -> str | None:
            nonlocal before
            before = tip
            return decide(tip)

        moved = self._ref.move(decided, line, self.committer[0])
        if moved is not None and before is not None and self._watermark is not None:
            self._watermark.follow(before, moved)
        return moved

    def _write_additions(
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
            before = self._trees.note_in(find_blobs(self._objects, root, name))
            kept = [d for d in before.documents if d.memory is None or d.memory.id not in without]
            after = merge_notes(note_of(kept), scrubs.admit(documents))
            if after != before:
                blobs[name] = self._trees.write_note(after)
        return blobs


def _one_line(subject: str) -> str:
    """A subject fit for a commit and a reflog: one line, without NULs."""
    return " ".join(subject.replace("\0", " ").split())
