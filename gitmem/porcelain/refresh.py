"""Joining what was fetched, and bringing the index up to the notes ref."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.index.cache import Index
from gitmem.model.note import Note
from gitmem.store.gitdir import Repo
from gitmem.store.log import append_log
from gitmem.store.notes import NoteChange, NoteStore
from gitmem.store.remote import tracking_tips
from gitmem.store.seen import read_seen, write_seen

_MAX_TRIES = 3


def join_fetched(repo: Repo, notes: NoteStore) -> list[str]:
    """Join what each remote had at the last fetch; the remotes that brought something new.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    seen = read_seen(repo)
    news = []
    for remote, tip in sorted(tracking_tips(repo).items()):
        if seen.tracking.get(remote) == tip:
            continue
        if notes.merge(tip, f"notes: join memories of '{remote}'"):
            news.append(remote)
        seen = seen.with_tracking(remote, tip)
        write_seen(repo, seen)
    return news


def refresh_index(notes: NoteStore, index: Index) -> None:
    """Bring the index to the tip of the notes ref, by tree diff where it can.

    A tip that is no longer there (somebody forced the ref, and git collected the rest) is no
    base for a diff: then everything is read again.
    """
    for _ in range(_MAX_TRIES):  # another process may be bringing it up to date as well
        tip, base = notes.tip(), index.tip
        if tip == base:
            return
        if tip is None:
            index.rebuild((), "")
        elif base is not None and notes.has_commit(base):
            index.apply(_pairs(notes.changes(base, tip)), tip)
        else:
            index.rebuild(_pairs(notes.changes(None, tip)), tip)


def _pairs(changes: Iterable[NoteChange]) -> Iterator[tuple[str, Note | None]]:
    return ((change.commit, change.note) for change in changes)


def refresh(repo: Repo) -> Index:
    """Join what was fetched and open an index that is up to date.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    notes = NoteStore(repo)
    join_fetched(repo, notes)
    index = Index.open(repo.state_dir)
    if index.repaired:
        append_log(repo, "index: it was damaged or of another version, and is built anew")
    refresh_index(notes, index)
    return index
