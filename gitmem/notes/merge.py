"""Merging two notes commits: the union of their documents, whatever their histories.

Also where one history contains the other: a later state may lack what an earlier one had,
because somebody removed it with ``git notes`` or merged by a strategy that keeps one side.  Then
the later state is taken with what it lacks put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from gitmem.errors import NoteUnreadable
from gitmem.model.note import merge_notes
from gitmem.notes.fanout import differing_notes, find_blobs
from gitmem.notes.missing import (
    Loss,
    blobs_of,
    find_merge_repairs,
    find_repairs,
    loss_of,
    without_words,
)
from gitmem.notes.scrub_marks import Scrubs, read_scrubs
from gitmem.notes.trees import NoteTrees


def merge_commits(trees: NoteTrees, tip: str | None, other: str, subject: str) -> str | None:
    """The notes commit that contains both; None if ``tip`` already does.

    Contained already: None.  A continuation of ours that lacks nothing: ``other`` itself.
    Otherwise a commit of the union.  A side that lacks a scrub of the other's is joined but does
    not become a parent.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    theirs = trees.root(other)
    if tip is not None and trees.contains(tip, other):
        return None
    if not trees.has_plain_history(other, tip):
        raise NoteUnreadable("a commit in its history has an author or a date that is none")
    brought = read_scrubs(trees.objects, theirs)
    if tip is None:
        return other
    ours = trees.root(tip)
    known = read_scrubs(trees.objects, ours)
    if known.marks != brought.marks:
        return _merge_across_scrub(trees, [(tip, ours, known), (other, theirs, brought)], subject)
    scrubs = known.join(brought)
    if trees.contains(other, tip):
        lacking = find_repairs(trees, (ours, tip), (theirs, other), scrubs, is_later=True)
        if not lacking:
            return other
        return trees.commit(theirs, blobs_of(trees, lacking), [other], subject, scrubs)
    news = news_of(trees, ours, theirs, scrubs)
    for name, after in find_merge_repairs(trees, other, tip, theirs).items():
        note = scrubs.clean(merge_notes(trees.note(ours, name), after))
        news[name] = trees.write_note(note)
    return trees.commit(ours, news, [tip, other], subject, scrubs)


def restore_documents(
    trees: NoteTrees, tip: str | None, whole: str, subject: str
) -> tuple[str | None, Loss]:
    """The notes commit that has what ``tip`` lost since ``whole``, and what that is.

    None if nothing was lost.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    ours, had = trees.root(tip), trees.root(whole)
    known, before = read_scrubs(trees.objects, ours), read_scrubs(trees.objects, had)
    scrubs = known.join(before)
    is_later = tip is not None and trees.contains(tip, whole)
    is_scrubbed = bool(known.marks - before.marks)
    lacking = find_repairs(
        trees, (had, whole), (ours, tip), scrubs, is_later=is_later, is_read=is_scrubbed
    )
    if is_scrubbed:
        lacking = without_words(lacking)
    loss = loss_of(lacking)
    if tip is None or (known == before and lacking and trees.contains(whole, tip)):
        news = news_of(trees, had, ours, scrubs)
        return (trees.commit(had, news, [whole], subject, scrubs) if news else whole), loss
    if before.marks - known.marks:  # a state from before a scrub was put over it
        sides = [(tip, ours, known), (whole, had, before)]
        return _merge_across_scrub(trees, sides, subject), loss
    if not lacking:
        return None, loss
    parents = [tip] if is_later or known.marks != before.marks else [tip, whole]
    return trees.commit(ours, blobs_of(trees, lacking), parents, subject, scrubs), loss


def loss_between(trees: NoteTrees, old: str, new: str) -> Loss:
    """What a remote's notes lost from one state to another; nothing if they were scrubbed.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    before, after = trees.root(old), trees.root(new)
    marks, scrubs = (read_scrubs(trees.objects, root) for root in (before, after))
    if scrubs.marks - marks.marks:
        return Loss()
    is_later = trees.contains(new, old)
    return loss_of(find_repairs(trees, (before, old), (after, new), scrubs, is_later=is_later))


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
        if not scrubs.forgotten_ids and brought and not before and len(brought) == 1:
            news[name] = brought[0]
        elif brought or scrubs.forgotten_ids:
            with suppress(NoteUnreadable):
                note = trees.note_in(before)
                other = trees.note(theirs, name)
                if (union := scrubs.clean(merge_notes(note, other))) != note:
                    news[name] = trees.write_note(union)
    return news


def _merge_across_scrub(
    trees: NoteTrees, sides: Sequence[tuple[str, bytes | None, Scrubs]], subject: str
) -> str | None:
    """Join two sides of which one was scrubbed and the other not; parents are those that
    have all scrubs.  The scrubbed side is the one that is built on.
    """
    scrubs = sides[0][2].join(sides[1][2])
    clean = [side for side in sides if side[2].marks == scrubs.marks]
    base = clean[0] if clean else sides[0]
    other = sides[1] if base is sides[0] else sides[0]
    news = news_of(trees, base[1], other[1], scrubs)
    if clean and not news and base[2] == scrubs:
        return base[0] if base is sides[1] else None
    return trees.commit(base[1], news, [side[0] for side in clean], subject, scrubs)
