"""Taking memories out of the notes and out of their history, as if they had never been written.

Only for what nobody else has: every notes commit from the first that wrote them on is made again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.model.note import Document, note_of
from gitmem.notes.fanout import differing_notes, find_blobs, place_notes, remove_notes
from gitmem.notes.origins import commits_between
from gitmem.notes.scrub_marks import read_scrubs
from gitmem.notes.trees import NoteTrees


def history_without(
    trees: NoteTrees, tip: str, first: Collection[str], ids: Mapping[str, Collection[str]]
) -> dict[str, str | None]:
    """What becomes of each notes commit that is one of ``first`` or has one in its history.

    ``ids`` are those of the memories and pins to leave out, by the commit whose note has them.  A
    commit that says nothing more than its parent then becomes that parent; None is no commit.
    Authors, times and subjects stay.  No ref is moved.

    Raises:
        NoteUnreadable: one of the commits, or its trees, is missing.
        ReadOnlyRepository, DiskFull: a commit cannot be written.
    """
    after: dict[str, str | None] = {}
    hidden = {parent for one in first for parent in trees.parents(one)}
    hidden = {one for one in hidden if not any(trees.contains(one, other) for other in first)}
    for commit in commits_between(trees, [tip], hidden):
        name = str(commit.id)
        parents = [str(parent) for parent in commit.parent_ids]
        if name in first or any(parent in after for parent in parents):
            kept = [new for one in parents if (new := after.get(one, one)) is not None]
            after[name] = _again(trees, commit, _apart(trees, kept), ids)
    return after


def _again(
    trees: NoteTrees,
    commit: pygit2.Commit,
    parents: Sequence[str],
    ids: Mapping[str, Collection[str]],
) -> str | None:
    before = bytes(commit.tree_id.raw)
    root = _tree_without(trees, before, ids)
    base = trees.root(parents[0]) if parents else None
    scrubs = read_scrubs(trees.objects, root)
    is_news = differing_notes(trees.objects, base, root) or scrubs != read_scrubs(
        trees.objects, base
    )
    if len(parents) < 2 and not is_news:
        return parents[0] if parents else None
    made = trees.git.create_commit(
        None,
        commit.author,
        commit.committer,
        commit.message,
        pygit2.Oid(raw=root),
        [pygit2.Oid(hex=parent) for parent in parents],
    )
    return str(made)


def _tree_without(trees: NoteTrees, root: bytes, ids: Mapping[str, Collection[str]]) -> bytes:
    changed: dict[bytes, bytes] = {}
    gone: list[bytes] = []
    for noted, names in ids.items():
        name = noted.encode()
        note = trees.note_in(find_blobs(trees.objects, root, name))
        kept = [document for document in note.documents if _id_of(document) not in names]
        if len(kept) == len(note.documents):
            continue
        if kept:
            changed[name] = trees.write_note(note_of(kept))
        else:
            gone.append(name)
    if changed:
        root = place_notes(trees.objects, root, changed)
    return remove_notes(trees.objects, root, gone) if gone else root


def _id_of(document: Document) -> str:
    if document.memory is not None:
        return document.memory.id
    stone = document.tombstone
    return stone.id if stone is not None and stone.pins else ""


def _apart(trees: NoteTrees, parents: Sequence[str]) -> list[str]:
    """Those of the parents that no other one has in its history, each once."""
    some = list(dict.fromkeys(parents))
    return [one for one in some if not any(o != one and trees.contains(o, one) for o in some)]
