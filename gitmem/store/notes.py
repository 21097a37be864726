"""The notes ref: reading what is remembered of a commit, and adding to it without losing any.

git's own ``git notes add`` writes over what another process added meanwhile.  Here the ref is
moved only from the very commit that was read, and when it has moved, everything is read and
joined again.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import ObjectType  # noqa: TID253 - as above

from gitmem.errors import (
    DiskFull,
    GitFailed,
    GitmemError,
    NotesMoved,
    NoteUnreadable,
    ReadOnlyRepository,
    UnknownRevision,
)
from gitmem.model.note import NOTES_REF, Document, Note, merge_notes, note_of
from gitmem.store.fanout import differing_notes, find_blobs, place_notes, walk_notes
from gitmem.store.gitdir import Repo, try_git
from gitmem.store.identity import Identity, find_identity
from gitmem.store.notefile import parse_note, render_note
from gitmem.store.objects import open_objects
from gitmem.store.trees import Objects

__all__ = ["NoteChange", "NoteStore", "open_objects"]

_ID = re.compile("[0-9a-f]{40}")
_NO_COMMIT = "0" * 40
_MAX_TRIES = 40
_FIRST_PAUSE_SECONDS = 0.002
_MAX_PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class NoteChange:
    """One commit's note became ``note``, or was removed (None)."""

    commit: str
    note: Note | None


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
        self._ref = ref
        self._fallback = identity
        self._sleep = sleep
        self._git = open_objects(repo)
        self._objects = Objects(repo, self._git)

    @cached_property
    def committer(self) -> tuple[Identity, bool]:
        """Whose name note commits bear, and whether git knew none and the fallback is used."""
        return find_identity(self._repo, self._fallback)

    def tip(self) -> str | None:
        """The notes commit the ref stands at; None when there is no ref."""
        ref = self._reference()
        return None if ref is None else str(ref.target)

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
        by_name: dict[bytes, list[bytes]] = {}
        for name, blob in walk_notes(self._objects, self._root(self.tip())):
            by_name.setdefault(name, []).append(blob)
        for name, blobs in by_name.items():
            yield name.decode(), self._readable_note(blobs)

    def annotated(self) -> Iterator[str]:
        """Every annotated object's id, each once; no note is read."""
        names = (name for name, _ in walk_notes(self._objects, self._root(self.tip())))
        yield from (name.decode() for name in dict.fromkeys(names))

    def add(self, additions: Mapping[str, Sequence[Document]], subject: str) -> str | None:
        """Join documents into the notes of commits, by one note commit; its id, or None.

        None means that everything was there already.  What was added is in the ref on return.

        Raises:
            NotesMoved: other processes kept moving the ref.
            NoteUnreadable: a note that would have to be rewritten cannot be read.
            UnknownRevision: a key is no full object id.
            ReadOnlyRepository, DiskFull: the repository cannot be written.
        """
        for commit in additions:
            if not _ID.fullmatch(commit):
                raise UnknownRevision(f"'{commit}' is no full commit id")

        def joined(tip: str | None) -> str | None:
            root = self._root(tip)
            blobs = self._joined_blobs(root, additions)
            return self._commit(root, blobs, [tip] if tip else [], subject) if blobs else None

        return self._move(joined, subject)

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
        a merge commit ``[ours, theirs]`` holds the union; no common history is needed.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: as for :meth:`add`.
            NoteUnreadable: ``other`` is no notes commit, or a note cannot be read.
        """
        theirs = self._root(other)

        def united(tip: str | None) -> str | None:
            if tip is not None and self._contains(tip, other):
                return None
            if tip is None or self._contains(other, tip):
                return other
            ours = self._root(tip)
            return self._commit(ours, self._news_of(ours, theirs), [tip, other], subject)

        return self._move(united, subject) is not None

    def _joined_blobs(
        self, root: bytes | None, additions: Mapping[str, Sequence[Document]]
    ) -> dict[bytes, bytes]:
        """A new blob for each note that the additions make different."""
        blobs = {}
        for commit, documents in additions.items():
            name = commit.encode()
            before = self._note(find_blobs(self._objects, root, name))
            after = merge_notes(before, note_of(documents))
            if after != before:
                blobs[name] = self._write_note(after)
        return blobs

    def _news_of(self, ours: bytes | None, theirs: bytes | None) -> dict[bytes, bytes]:
        """A blob for each note that their tree makes different from ours."""
        news = {}
        for name, (_, brought) in differing_notes(self._objects, ours, theirs).items():
            if not brought:
                continue
            before = find_blobs(self._objects, ours, name)
            if not before and len(brought) == 1:
                news[name] = brought[0]
                continue
            note = self._note(before)
            union = merge_notes(note, self._note(find_blobs(self._objects, theirs, name)))
            if union != note:
                news[name] = self._write_note(union)
        return news

    def _move(self, decide: Callable[[str | None], str | None], subject: str) -> str | None:
        """Move the ref to the commit that ``decide`` makes of its tip; None when it makes none.

        Raises:
            NotesMoved: in every try another process was faster.
        """
        for attempt in range(_MAX_TRIES):
            with _translated_refusals("write the notes ref"):
                ref = self._reference()
                wanted = decide(None if ref is None else str(ref.target))
                if wanted is None:
                    return None
                if self._is_moved(ref, wanted, subject):
                    return wanted
            limit = min(_MAX_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
            self._sleep(random.uniform(0, limit))  # noqa: S311 - jitter, not a secret
        raise NotesMoved(
            f"cannot move '{self._ref}': it was moved or locked by others in {_MAX_TRIES} tries"
        )

    def _is_moved(self, ref: pygit2.Reference | None, wanted: str, subject: str) -> bool:
        """Move the ref if it still stands where ``ref`` found it."""
        if ref is None:
            return self._is_created(wanted, subject)
        try:
            # libgit2 compares under the ref's lock with the value that ``ref`` was read with.
            ref.set_target(pygit2.Oid(hex=wanted), subject)
        except (pygit2.GitError, OSError, KeyError, ValueError) as error:
            if _is_contention(str(error)):
                return False
            raise
        return True

    def _is_created(self, wanted: str, subject: str) -> bool:
        """Make the ref if there still is none.

        By git itself: libgit2 looks whether the ref is there before it takes the lock, so two
        first writers could both succeed.
        """
        who = self.committer[0]
        done = try_git(
            self._repo,
            *("update-ref", "--create-reflog", "-m", subject, self._ref, wanted, _NO_COMMIT),
            environ={"GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.email},
        )
        if done.returncode == 0:
            return True
        complaint = done.stderr.decode("utf-8", "replace").strip()
        if _is_contention(complaint):
            return False
        raise _refusal(complaint, f"create '{self._ref}'")

    def _commit(
        self, root: bytes | None, blobs: Mapping[bytes, bytes], parents: Sequence[str], subject: str
    ) -> str:
        """Write the note commit that puts blobs into the tree ``root``; the ref stays."""
        tree = place_notes(self._objects, root, blobs)
        now = int(time.time())
        minutes = time.localtime(now).tm_gmtoff // 60
        zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
        who, _ = self.committer
        if who.name and who.email:
            self._git.set_ident(who.name, who.email)
        lines = [f"tree {tree.hex()}"]
        lines += [f"parent {parent}" for parent in parents]
        lines += [f"{role} {who} {now} {zone}" for role in ("author", "committer")]
        text = "\n".join([*lines, "", " ".join(subject.replace("\0", " ").split()), ""])
        return self._objects.write(ObjectType.COMMIT, text.encode("utf-8", "replace")).hex()

    def _reference(self) -> pygit2.Reference | None:
        """The ref as it stands now, which :meth:`_is_moved` compares with."""
        try:
            return self._git.lookup_reference(self._ref).resolve()
        except KeyError:
            return None

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


@contextmanager
def _translated_refusals(doing: str) -> Iterator[None]:
    try:
        yield
    except (pygit2.GitError, OSError) as error:
        raise _refusal(str(error), doing) from error


def _refusal(reason: str, doing: str) -> GitmemError:
    """What libgit2 or git says it could not do, as an error that a person can act on."""
    if re.search("No space left|quota exceeded|File too large", reason):
        return DiskFull(f"cannot {doing}: no space left on the device")
    if re.search("Permission denied|Read-only file system|Operation not permitted", reason):
        return ReadOnlyRepository(f"cannot {doing}: {reason}")
    return GitFailed(f"cannot {doing}: {reason}")


def _is_contention(reason: str) -> bool:
    """Whether another writer was faster or holds the lock: try again.

    Texts, because libgit2's codes reach Python as one exception class for all of them.
    """
    if "Permission denied" in reason or "Read-only" in reason:
        return False
    return bool(
        re.search(
            "old reference value does not match|failed to lock file|File exists|not found"
            "|reference already exists|cannot lock ref|Unable to create .*\\.lock",
            reason,
        )
    )
