"""What a notes commit lacks compared with another, and what git's own merges damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import NoteUnreadable
from gitmem.model.loss import is_words, lost_documents
from gitmem.model.note import Document, Note, merge_notes, note_of
from gitmem.notes.fanout import differing_notes, find_blobs
from gitmem.notes.scrub_marks import Scrubs
from gitmem.notes.sorted_lines import is_sorted_union
from gitmem.notes.trees import NoteTrees

_DOCUMENT = re.compile(rb"^---", re.MULTILINE)
_ID_LINE = re.compile(rb"^id: *[\"']?(m[0-9a-f]{20})\b", re.MULTILINE)
_FORGOTTEN = re.compile(rb"^forgotten:", re.MULTILINE)
_GITS_MERGE = b"Merged notes from "
"""How the message of a commit begins that ``git notes merge`` made, by whatever strategy."""


@dataclass(frozen=True)
class Loss:
    """What notes lost: the ids of memories, how many documents in all, of how many commits."""

    memories: frozenset[str] = frozenset()
    documents: int = 0
    commits: int = 0

    def __bool__(self) -> bool:
        return self.documents > 0


Side = tuple[bytes | None, str | None]
"""A root tree and the commit that has it."""


@dataclass(frozen=True)
class _Repair:
    """A note as it should be, as a blob where one is there already, and what it lost."""

    note: Note | bytes
    losses: tuple[Document, ...] = ()
    ids: frozenset[str] = frozenset()
    count: int = 0


Repairs = dict[bytes, _Repair]
"""Each note that is not as it should be."""


def find_repairs(
    trees: NoteTrees,
    old: Side,
    new: Side,
    scrubs: Scrubs,
    *,
    is_later: bool,
    is_read: bool = False,
) -> Repairs:
    """The notes of ``new`` that ought to hold more, or no longer hold what git made of them.

    ``is_read``: every one of them is parsed, where the documents matter and not their number.
    """
    found: Repairs = {}
    mended = {} if new[1] is None else find_merge_repairs(trees, new[1], old[1], new[0])
    differing = differing_notes(trees.objects, old[0], new[0])
    for name, (gone, come) in differing.items():
        if not gone or name in mended:
            continue
        is_plain = not (come or is_read or scrubs.forgotten_ids) and len(gone) == 1
        if is_plain and not find_blobs(trees.objects, new[0], name):
            found[name] = _repair_of_blob(trees, gone[0])
            continue
        with suppress(NoteUnreadable):  # what cannot be read stays as it is
            before, after = scrubs.clean(trees.note(old[0], name)), trees.note(new[0], name)
            if losses := lost_documents(before, after, is_later=is_later):
                found[name] = _repair_of(scrubs.clean(merge_notes(after, note_of(losses))), losses)
    for name, after in mended.items():
        with suppress(NoteUnreadable):
            before, raw = scrubs.clean(trees.note(old[0], name)), trees.note(new[0], name)
            losses = lost_documents(before, after, is_later=is_later)
            right = scrubs.clean(merge_notes(after, note_of(losses)))
            found[name] = _repair_of(right, lost_documents(right, raw, is_later=False))
    return found


def _repair_of(note: Note, losses: tuple[Document, ...]) -> _Repair:
    ids = frozenset(document.memory.id for document in losses if document.memory is not None)
    return _Repair(note, losses, ids, len(losses))


def _repair_of_blob(trees: NoteTrees, blob: bytes) -> _Repair:
    """A note that is gone altogether: counted without parsing, for there may be thousands."""
    try:
        chunks = _DOCUMENT.split(trees.objects.read_blob(blob))
    except NoteUnreadable:
        return _Repair(blob, count=1)
    documents = [chunk for chunk in chunks if chunk.strip()]
    stated = (_ID_LINE.search(chunk) for chunk in documents if not _FORGOTTEN.search(chunk))
    ids = frozenset(match[1].decode() for match in stated if match)
    return _Repair(blob, ids=ids, count=len(documents))


def find_merge_repairs(
    trees: NoteTrees, tip: str, known: str | None, root: bytes | None
) -> dict[bytes, Note]:
    """The notes that git's own merges damaged in a history, as they should be.

    Each of git's strategies but ``union`` keeps one side of a note that both sides changed, or
    (``cat_sort_uniq``) the lines of both in alphabetical order, which is no note any more.  Both
    sides are still there, as the merge's parents.
    """
    mended: dict[bytes, Note] = {}
    for merge in _merges_by_git(trees, tip, known):
        result = bytes(merge.tree_id.raw)
        roots = (trees.root(str(parent)) for parent in merge.parent_ids)
        parents = [root for root in roots if root is not None]
        touched: dict[bytes, None] = {}
        for parent in parents:
            differing = differing_notes(trees.objects, parent, result)
            touched.update((name, None) for name, (gone, _) in differing.items() if gone)
        for name in touched:
            with suppress(NoteUnreadable):
                now = mended.get(name) or trees.note(root, name)
                right = _note_without_merge(trees, now, name, result, parents)
                if {d.key for d in right.documents} != {d.key for d in now.documents}:
                    mended[name] = right
    return mended


def _note_without_merge(
    trees: NoteTrees, now: Note, name: bytes, result: bytes, parents: Sequence[bytes]
) -> Note:
    sides = [trees.note(parent, name) for parent in parents]
    texts = [
        trees.objects.read_blob(blob)
        for parent in parents
        for blob in find_blobs(trees.objects, parent, name)
    ]
    made = find_blobs(trees.objects, result, name)
    kept = now
    if len(made) == 1 and len(texts) > 1:
        data = trees.objects.read_blob(made[0])
        if is_sorted_union(data, texts):
            garbage = {document.key for document in trees.note_in(made).documents}
            kept = note_of(d for d in now.documents if d.key not in garbage)
    merge_made = trees.note_in(made)
    losses = [d for side in sides for d in lost_documents(side, merge_made, is_later=False)]
    return merge_notes(kept, note_of(losses))


def _merges_by_git(trees: NoteTrees, tip: str, known: str | None) -> Iterator[pygit2.Commit]:
    for commit in trees.since(tip, known):
        if len(commit.parent_ids) > 1 and commit.raw_message.startswith(_GITS_MERGE):
            yield commit


def loss_of(lacking: Repairs) -> Loss:
    """What that comes to."""
    return Loss(
        frozenset().union(*(right.ids for right in lacking.values())),
        sum(right.count for right in lacking.values()),
        sum(right.count > 0 for right in lacking.values()),
    )


def blobs_of(trees: NoteTrees, lacking: Repairs) -> dict[bytes, bytes]:
    """The notes as they should be, written."""
    return {
        name: right.note if isinstance(right.note, bytes) else trees.write_note(right.note)
        for name, right in lacking.items()
    }


def without_words(lacking: Repairs) -> Repairs:
    """Without what somebody wrote there: a scrub may have masked it, and left no id."""
    found: Repairs = {}
    for name, right in lacking.items():
        words = {document.key for document in right.losses if is_words(document)}
        kept = tuple(d for d in right.losses if d.key not in words)
        if kept and isinstance(right.note, Note):
            found[name] = _repair_of(
                note_of(d for d in right.note.documents if d.key not in words), kept
            )
    return found
