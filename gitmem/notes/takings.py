"""What a join took away: memories that stood in our notes and that what came from a remote forgets,
replaces or hides.

All of these are part of the format, and whoever may push may use them, so they are not refused.
But they are told, with the name that the notes commit bears, so that a person can undo them.
Not told is an account that gives way to a later one of the same session and author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import NoteUnreadable
from gitmem.model.memory import Memory
from gitmem.model.note import Note, names_of
from gitmem.notes.fanout import differing_notes, find_blobs
from gitmem.notes.trees import NoteTrees

FORGOTTEN, REPLACED, SUPERSEDED = "forgotten", "replaced", "superseded"

_MOST_COMMITS = 500  # of a remote's history that are looked through for who did it


@dataclass(frozen=True)
class Taking:
    """A memory's id, how it was taken, by the name in the notes commit, and the id of the memory
    that did it (empty for a tombstone).  ``commit`` is the one whose note did it; ``memory`` is
    what was taken where the same note held it, else None: then it stands elsewhere, if at all.
    """

    id: str
    how: str
    by: str
    commit: str
    memory: Memory | None = None
    successor: Memory | None = None


def takings_between(trees: NoteTrees, old: str, new: str, other: str) -> list[Taking]:
    """What our notes lost from ``old`` to ``new``, which joined the remote's commit ``other``.

    Raises:
        NoteUnreadable: one of the commits, or its trees, cannot be read.
    """
    found: list[Taking] = []
    roots = trees.root(old), trees.root(new)
    for name, (gone, come) in sorted(differing_notes(trees.objects, *roots).items()):
        if not gone and not any(_may_take(trees, blob) for blob in come):
            continue
        with suppress(NoteUnreadable):
            before, after = trees.note(roots[0], name), trees.note(roots[1], name)
            taken = list(_takings_of(name.decode(), before, after))
            if taken:
                by = _author(trees, other, old, name)
                found += [Taking(t.id, t.how, by, t.commit, t.memory, t.successor) for t in taken]
    return found


def _may_take(trees: NoteTrees, blob: bytes) -> bool:
    """Whether a note may take something that stands elsewhere; found without parsing."""
    if trees.objects.is_too_big(blob):
        return False
    data = trees.objects.read_blob(blob)
    return b"supersedes" in data or b"forgotten" in data


def _takings_of(commit: str, before: Note, after: Note) -> Iterator[Taking]:
    held = {name: d.memory for d in before.documents if d.memory for name in names_of(d)}
    known = {document.key for document in before.documents}
    kept = {d.memory.id for d in after.documents if d.memory is not None}
    told: set[str] = set()
    for stone in after.tombstones:
        if stone.id not in {old.id for old in before.tombstones}:
            told.add(stone.id)
            yield Taking(stone.id, FORGOTTEN, "", commit, held.get(stone.id))
    for document in after.documents:
        memory = document.memory
        if memory is None or document.key in known:
            continue
        stated = document.stated_id
        if stated in held and stated != memory.id and held[stated].id not in kept:
            told.add(stated)
            yield Taking(stated, REPLACED, "", commit, held[stated], memory)
        for name in dict.fromkeys(memory.supersedes):
            if name not in told and not is_same_account(memory, held.get(name)):
                told.add(name)
                yield Taking(name, SUPERSEDED, "", commit, held.get(name), memory)


def is_same_account(memory: Memory, earlier: Memory | None) -> bool:
    """Whether both are of the same session and author: then the one is the other's last version."""
    if earlier is None:
        return False
    one, other = memory.provenance, earlier.provenance
    return bool(one.session and one.author) and (one.session, one.author) == (
        other.session,
        other.author,
    )


def _author(trees: NoteTrees, tip: str, known: str, name: bytes) -> str:
    """Who the newest commit is from that changed this note, as far as is looked; else whose the
    tip is.
    """
    for commit in islice(trees.since(tip, known), _MOST_COMMITS):
        with suppress(NoteUnreadable):
            now = find_blobs(trees.objects, bytes(commit.tree_id.raw), name)
            parents = [trees.root(str(parent)) for parent in commit.parent_ids]
            if all(find_blobs(trees.objects, root, name) != now for root in parents or [None]):
                return _name_of(commit.author)
    with suppress(pygit2.GitError, ValueError, KeyError):
        return _name_of(trees.git[tip].author)  # of a scrub, which leaves the note out
    return "somebody"


def _name_of(author: pygit2.Signature) -> str:
    raw = author.raw_name, author.raw_email
    name, email = (part.decode("utf-8", "replace") for part in raw)
    return f"{name} <{email}>"


def by_id(takings: list[Taking]) -> Mapping[str, Taking]:
    """Each memory once, by its id."""
    return {taking.id: taking for taking in reversed(takings)}
