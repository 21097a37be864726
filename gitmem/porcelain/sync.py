"""Exchanging memories with a remote: fetch, join, push, and again while others push too."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from gitmem.errors import RemoteRejected, RemoteUnavailable
from gitmem.index.cache import Index
from gitmem.porcelain.means import Means
from gitmem.porcelain.refresh import join_fetched, refresh_index
from gitmem.store.notes import NoteStore
from gitmem.store.remote import (
    PushOutcome,
    fetch_notes,
    memory_remote,
    push_notes,
    tracking_tips,
)
from gitmem.store.seen import read_seen

_MAX_TRIES = 8


@dataclass(frozen=True)
class SyncReport:
    """What a sync did.  ``remote`` is empty when the repository has none."""

    remote: str
    received: int = 0
    is_pushed: bool = False


def sync(means: Means, remote: str = "") -> SyncReport:
    """Fetch, join and push, by hand.

    Raises:
        RemoteUnavailable: the remote does not answer in time.
        RemoteRejected: it refuses the notes ref.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    elected = memory_remote(means.repo, remote or means.settings.remote)
    if elected is None:
        return SyncReport("")
    notes = NoteStore(means.repo)
    before = _count(notes)
    fetch(means, elected)
    is_pushed = push(means, elected)
    with closing(Index.open(means.repo.state_dir)) as index:
        refresh_index(notes, index)
    return SyncReport(elected, _count(notes) - before, is_pushed)


def fetch(means: Means, remote: str = "") -> None:
    """Fetch the remote's memories and join them; nothing where there is no remote.

    Raises:
        RemoteUnavailable: the remote does not answer in time.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    elected = memory_remote(means.repo, remote or means.settings.remote)
    if elected is not None:
        fetch_notes(means.repo, elected, means.settings.push_timeout)
        join_fetched(means.repo, NoteStore(means.repo))


def push(
    means: Means,
    remote: str = "",
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Send the notes ref; whether the remote did not have it all before.

    A remote that moved is fetched, joined and tried again, with growing, jittered pauses.

    Raises:
        RemoteUnavailable, RemoteRejected: as for :func:`sync`.
    """
    elected = memory_remote(means.repo, remote or means.settings.remote)
    if elected is None:
        raise RemoteUnavailable("there is no remote to send memories to", "Run: git remote add")
    for attempt in range(_MAX_TRIES):
        old = _replaced(means, elected)
        outcome = push_notes(means.repo, elected, means.settings.push_timeout, replacing=old)
        if outcome is not PushOutcome.REJECTED:
            return _settled(outcome, elected)
        sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret
        fetch(means, elected)
    raise RemoteRejected(f"cannot push notes to '{elected}': it kept moving")


def _replaced(means: Means, remote: str) -> str:
    """The remote's notes, as last seen, if they are joined but hold what was scrubbed here."""
    tip = tracking_tips(means.repo).get(remote, "")
    is_joined = tip and read_seen(means.repo).tracking.get(remote) == tip
    return tip if is_joined and NoteStore(means.repo).replaces(tip) else ""


def _settled(outcome: PushOutcome, remote: str) -> bool:
    if outcome is PushOutcome.REFUSED:
        raise RemoteRejected(f"'{remote}' refuses the ref of the memories")
    return outcome is PushOutcome.PUSHED


def _count(notes: NoteStore) -> int:
    return sum(1 for _ in notes.annotated())
