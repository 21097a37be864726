"""Two notes commits made one: the union of their documents, whatever histories they have.

Also where one history contains the other: a later state may lack what an earlier one had,
because somebody removed it with ``git notes`` or merged by a strategy that keeps one side.  Then
the later state is taken with what it lacks put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import NoteUnreadable
from gitmem.model.loss import lost_documents
from gitmem.model.note import Document, Note, merge_notes, note_of
from gitmem.store.fanout import differing_notes, find_blobs
from gitmem.store.notetrees import NoteTrees
from gitmem.store.scrubs import Scrubs, read_scrubs
from gitmem.store.sortedlines import is_sorted_union

_GITS_MERGE = "Merged notes from "
"""How the message of a commit begins that ``git notes merge`` made, by whatever strategy."""


@dataclass
class Loss:
    """The documents that notes lost, by commit."""

    documents: dict[str, tuple[Document, ...]] = field(default_factory=dict)

    @property
    def memories(self) -> int:
        """How many memories."""
        return len({d.memory.id for found in self.documents.values() for d in found if d.memory})

    @property
    def commits(self) -> int:
        """Of how many commits."""
        return len(self.documents)

    def __bool__(self) -> bool:
        return bool(self.documents)


def merged(trees: NoteTrees, tip: str | None, other: str, subject: str) -> str | None:
    """The notes commit that holds both; None where ``tip`` does already.

    Contained already: None.  A continuation of ours that lacks nothing: ``other`` itself.
    Otherwise a commit of the union.  A side that lacks a scrub of the other's is joined but does
    not become a parent.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    theirs = trees.root(other)
    if tip is None or trees.contains(tip, other):
        return other if tip is None else None
    ours = trees.root(tip)
    known, brought = read_scrubs(trees.objects, ours), read_scrubs(trees.objects, theirs)
    if known.marks != brought.marks:
        return _joined_apart(trees, [(tip, ours, known), (other, theirs, brought)], subject)
    scrubs = known.joined(brought)
    if trees.contains(other, tip):
        lacking = _lacking(trees, (ours, tip), (theirs, other), scrubs, is_later=True)
        if not lacking:
            return other
        return trees.commit(theirs, _blobs(trees, lacking), [other], subject, scrubs)
    news = news_of(trees, ours, theirs, scrubs)
    for name, after in _mended(trees, other, tip, theirs).items():
        note = scrubs.clean(merge_notes(trees.note(ours, name), after))
        news[name] = trees.write_note(note)
    return trees.commit(ours, news, [tip, other], subject, scrubs)


def restored(
    trees: NoteTrees, tip: str | None, whole: str, subject: str
) -> tuple[str | None, Loss]:
    """The notes commit that has what ``tip`` lost since ``whole``, and what that is.

    None where nothing was lost.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    ours, had = trees.root(tip), trees.root(whole)
    known, before = read_scrubs(trees.objects, ours), read_scrubs(trees.objects, had)
    scrubs = known.joined(before)
    is_later = tip is not None and trees.contains(tip, whole)
    lacking = _lacking(trees, (had, whole), (ours, tip), scrubs, is_later=is_later)
    if known.marks - before.marks:
        lacking = _without_words(lacking)
    loss = _loss(lacking)
    if tip is None or (known == before and lacking and trees.contains(whole, tip)):
        news = news_of(trees, had, ours, scrubs)
        return (trees.commit(had, news, [whole], subject, scrubs) if news else whole), loss
    if before.marks - known.marks:  # a state from before a scrub was put over it
        sides = [(tip, ours, known), (whole, had, before)]
        return _joined_apart(trees, sides, subject), loss
    if not lacking:
        return None, loss
    parents = [tip] if is_later or known.marks != before.marks else [tip, whole]
    return trees.commit(ours, _blobs(trees, lacking), parents, subject, scrubs), loss


def lost_between(trees: NoteTrees, old: str, new: str) -> Loss:
    """What a remote's notes lost from one state to another; nothing where they were scrubbed.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    before, after = trees.root(old), trees.root(new)
    marks, scrubs = (read_scrubs(trees.objects, root) for root in (before, after))
    if scrubs.marks - marks.marks:
        return Loss()
    is_later = trees.contains(new, old)
    return _loss(_lacking(trees, (before, old), (after, new), scrubs, is_later=is_later))


def news_of(
    trees: NoteTrees, ours: bytes | None, theirs: bytes | None, scrubs: Scrubs
) -> dict[bytes, bytes]:
    """A blob for each note that their tree, or what was scrubbed, makes different from ours.

    A note that cannot be read on one side stays as it is on ours: it must not keep all the
    others from being joined, and the merge commit's second parent still holds theirs.
    """
    news = {}
    for name, (_, brought) in differing_notes(trees.objects, ours, theirs).items():
        before = find_blobs(trees.objects, ours, name)
        if not scrubs.forgotten and brought and not before and len(brought) == 1:
            news[name] = brought[0]
        elif brought or scrubs.forgotten:
            with suppress(NoteUnreadable):
                note = trees.note_in(before)
                other = trees.note(theirs, name)
                if (union := scrubs.clean(merge_notes(note, other))) != note:
                    news[name] = trees.write_note(union)
    return news


_Side = tuple[bytes | None, str | None]
"""A root tree and the commit that has it."""
_Lacking = dict[bytes, tuple[Note, tuple[Document, ...]]]
"""Each note that is not as it should be: as it should be, and what it lost."""


def _lacking(
    trees: NoteTrees, old: _Side, new: _Side, scrubs: Scrubs, *, is_later: bool
) -> _Lacking:
    """The notes of ``new`` that ought to hold more, or no longer hold what git made of them."""
    found: _Lacking = {}
    mended = {} if new[1] is None else _mended(trees, new[1], old[1], new[0])
    differing = differing_notes(trees.objects, old[0], new[0])
    for name in [name for name, (gone, _) in differing.items() if gone] + list(mended):
        if name in found:
            continue
        with suppress(NoteUnreadable):  # what cannot be read stays as it is
            before = scrubs.clean(trees.note(old[0], name))
            raw = trees.note(new[0], name)
            after = mended.get(name, raw)
            lost = lost_documents(before, after, is_later=is_later)
            right = scrubs.clean(merge_notes(after, note_of(lost)))
            gained = lost_documents(right, raw, is_later=False)
            if lost or name in mended:
                found[name] = right, gained
    return found


def _mended(trees: NoteTrees, tip: str, known: str | None, root: bytes | None) -> dict[bytes, Note]:
    """The notes of a history that git's own merges in it spoiled, as they ought to be.

    Each of git's strategies but ``union`` keeps one side of a note that both sides changed, or
    (``cat_sort_uniq``) the lines of both in alphabetical order, which is no note any more.  Both
    sides are still there, as the merge's parents.
    """
    mended: dict[bytes, Note] = {}
    for merge in _merges_by_git(trees, tip, known):
        result = bytes(merge.tree_id.raw)
        parents = [bytes(parent.tree_id.raw) for parent in merge.parents]
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
    lost = [d for side in sides for d in lost_documents(side, merge_made, is_later=False)]
    return merge_notes(kept, note_of(lost))


def _merges_by_git(trees: NoteTrees, tip: str, known: str | None) -> Iterator[pygit2.Commit]:
    for commit in trees.since(tip, known):
        if len(commit.parents) > 1 and commit.message.startswith(_GITS_MERGE):
            yield commit


def _joined_apart(
    trees: NoteTrees, sides: Sequence[tuple[str, bytes | None, Scrubs]], subject: str
) -> str | None:
    """Join two sides of which one was scrubbed and the other not; parents are those that
    have all scrubs.  The scrubbed side is the one that is built on.
    """
    scrubs = sides[0][2].joined(sides[1][2])
    clean = [side for side in sides if side[2].marks == scrubs.marks]
    base = clean[0] if clean else sides[0]
    other = sides[1] if base is sides[0] else sides[0]
    news = news_of(trees, base[1], other[1], scrubs)
    if clean and not news and base[2] == scrubs:
        return base[0] if base is sides[1] else None
    return trees.commit(base[1], news, [side[0] for side in clean], subject, scrubs)


def _loss(lacking: _Lacking) -> Loss:
    return Loss({name.decode(): lost for name, (_, lost) in lacking.items() if lost})


def _blobs(trees: NoteTrees, lacking: _Lacking) -> dict[bytes, bytes]:
    return {name: trees.write_note(note) for name, (note, _) in lacking.items()}


def _without_words(lacking: _Lacking) -> _Lacking:
    """Without what is neither memory nor tombstone: a scrub may have masked it, and left no id."""
    found: _Lacking = {}
    for name, (note, lost) in lacking.items():
        words = {d.key for d in lost if d.memory is None and d.tombstone is None}
        kept = tuple(d for d in lost if d.key not in words)
        if kept:
            found[name] = note_of(d for d in note.documents if d.key not in words), kept
    return found
