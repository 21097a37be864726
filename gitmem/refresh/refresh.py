"""Joining what was fetched, and bringing the index up to the notes ref."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from gitmem.errors import GitFailed, NoteUnreadable
from gitmem.git.remotes import (
    forget_tips,
    own_place,
    places_of,
    remote_of,
    tracking_tips,
    write_exchange_tip,
)
from gitmem.git.repo import Repo
from gitmem.git.trusted_remotes import Trust, set_trust
from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF, Note
from gitmem.notes.store import NoteChange, NoteStore
from gitmem.refresh.quarantine_lost import set_aside
from gitmem.refresh.restore_lost import (
    report_remote_apart,
    report_remote_deletion,
    report_remote_loss,
    restore_lost_notes,
)
from gitmem.refresh.signed_words import signed_note
from gitmem.refresh.taken import report_taken
from gitmem.state.cursors import read_cursors, write_cursors
from gitmem.state.error_log import append_log
from gitmem.state.notices import add_notice
from gitmem.state.refused_remotes import drop_refusal
from gitmem.state.strangers import trust_of

_MAX_TRIES = 3
_A_STEP = 100  # notes between two tellings of progress


def join_fetched_notes(repo: Repo, notes: NoteStore) -> list[str]:
    """Join what each remote had at the last fetch; returns the remotes that had something new.

    Before that, what somebody who does not know gitmem took out of the notes is put back.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    restore_lost_notes(repo, notes)
    seen = read_cursors(repo)
    tips = tracking_tips(repo)
    is_gone = notes.tip() is None
    trust: Trust | None = None
    news = []
    for place in sorted(tips):  # a remote's inbox before what was exchanged with it
        tip = tips[place]
        if tip == seen.unreadable.get(place) or (tip == seen.tracking.get(place) and not is_gone):
            continue
        remote = remote_of(place)
        trust = trust or trust_of(repo)
        if not trust.has(remote):
            if not any(remote_of(other) == remote for other in seen.apart):
                report_remote_apart(repo, remote)
            if seen.apart.get(place) != tip:
                seen = seen.with_apart(place, tip)
                write_cursors(repo, seen)
            continue
        own = own_place(remote)
        known = seen.tracking.get(own) or seen.tracking.get(place)
        if known is not None and known != tip:
            report_remote_loss(repo, notes, remote, known, tip)
        before = notes.tip()
        try:
            if notes.merge(tip, f"notes: join memories of '{remote}'"):
                news.append(remote)
                report_taken(repo, notes, remote, before, tip)
        except (NoteUnreadable, GitFailed) as error:
            is_commit = notes.has_commit(tip)
            if is_commit and not notes.is_all_here(tip):  # it may come: looked at again
                append_log(repo, f"memories of '{remote}' cannot be joined yet: {error.message}")
                continue
            what = "cannot be read as" if is_commit else "is not"
            reason = f": {error.message}" if is_commit else ""
            left = f"what '{remote}' has under {NOTES_REF} {what} notes, and was left alone{reason}"
            add_notice(repo, left)
            seen = seen.without_tracking(place).with_unreadable(place, tip)
            write_cursors(repo, seen)
            continue
        if place == remote and tips.get(own) == seen.tracking.get(own):
            # What the person's own fetch brought is the newest that is known of the remote.
            write_exchange_tip(repo, remote, tip)
            tips[own] = tip
            seen = seen.with_tracking(own, tip)
        seen = seen.with_tracking(place, tip)
        write_cursors(repo, seen)
    for place in {*seen.apart, *seen.unreadable} - tips.keys():
        seen = seen.without_tracking(place)
        write_cursors(repo, seen)
    for remote in sorted({remote_of(place) for place in seen.tracking.keys() - tips.keys()}):
        report_remote_deletion(repo, remote)
        forget_tips(repo, remote)
        for place in places_of(remote):
            seen = seen.without_tracking(place)
        write_cursors(repo, seen)
    return news


def trust_remote(repo: Repo, notes: NoteStore, remote: str) -> None:
    """Trust a remote from now on, and join what was kept apart of it.

    Raises:
        RemoteUnavailable: there is no such remote.
        GitFailed: git cannot write the configuration.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    set_trust(repo, remote, is_trusted=True)
    drop_refusal(repo, remote)  # that it was not trusted may have been the reason
    seen = read_cursors(repo)
    for place in places_of(remote):
        if place in seen.apart:
            seen = seen.without_tracking(place)
    write_cursors(repo, seen)
    join_fetched_notes(repo, notes)


def refresh_index(
    notes: NoteStore, index: Index, progress: Callable[[int], None] | None = None
) -> None:
    """Bring the index to the tip of the notes ref, by tree diff where it can.

    A tip that is no longer there (somebody forced the ref, and git collected the rest) is no
    base for a diff: then everything is read again.  ``progress`` is called with the number of
    notes read so far.
    """
    for _ in range(_MAX_TRIES):  # another process may be bringing it up to date as well
        tip, base = notes.tip(), index.tip
        if tip == base:
            return
        if tip is None:
            index.rebuild((), "")
        elif base is not None and notes.has_commit(base):
            index.apply(_pairs(notes.repo, notes.changes(base, tip), progress), tip)
        else:
            index.rebuild(_pairs(notes.repo, notes.changes(None, tip), progress), tip)
        for name in index.skipped:
            append_log(notes.repo, f"index: no row can be made of memory {name}; it was left out")


def fill_empty_index(repo: Repo) -> None:
    """Build the index, if it knows nothing, from the notes as they are.

    For who wants to read and has waited in vain: the worker may be busy with something else, but
    no search has to be blind for that.  If it builds the same just now, that is waited for.
    """
    with closing(Index.open(repo.state_dir)) as index:
        if index.tip is None:
            refresh_index(NoteStore(repo), index)


def _pairs(
    repo: Repo, changes: Iterable[NoteChange], progress: Callable[[int], None] | None
) -> Iterator[tuple[str, Note | None]]:
    for read, change in enumerate(changes, 1):
        yield change.commit, signed_note(repo, change.commit, change.note)
        if progress is not None and read % _A_STEP == 0:
            progress(read)


def refresh(repo: Repo) -> Index:
    """Join what was fetched and open an index that is up to date.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    index = Index.open(repo.state_dir, is_thorough=True)
    if index.is_repaired:
        append_log(repo, "index: it was damaged or from another version, and is being rebuilt")
    catch_up_index(repo, index)
    return index


def catch_up_index(repo: Repo, index: Index) -> None:
    """The same for an index that is open: costs next to nothing where no ref has moved.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: as for :func:`refresh`.
    """
    notes = NoteStore(repo)
    restore_lost_notes(repo, notes, index)
    set_aside(repo, notes, index)
    join_fetched_notes(repo, notes)
    refresh_index(notes, index)
