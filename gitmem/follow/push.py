"""Sending memories to a remote, with retries while others push there, too."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress

from gitmem.capture.workspace import Means
from gitmem.errors import (
    RemoteError,
    RemoteLogin,
    RemoteRejected,
    RemoteUnavailable,
)
from gitmem.git.remotes import asked_remotes, exchanged, known_tip, memory_remote
from gitmem.git.transport import fetch_notes, push_notes
from gitmem.git.transport_status import Answer, Outcome
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import join_fetched
from gitmem.state.cursors import read_seen
from gitmem.state.notices import add_notice
from gitmem.state.refused_remotes import DAY_SECONDS, drop_refusal, keep_refusal

_MAX_TRIES = 40
_MAX_STANDSTILLS = 6
"""How often a remote may say that it cannot move its ref while nobody else moves it."""

_FIRST_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 1.0


def push(
    means: Means,
    remote: str = "",
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Send the notes ref; returns whether the remote did not have it all before.

    A remote that moved is fetched, joined and tried again, with growing, jittered pauses, for
    at most ``gitmem.pushTimeout`` beyond the exchange that is under way then.

    Raises:
        RemoteRejected: its server refuses the ref, or cannot move it.
        RemoteReadOnly, RemoteLogin: it takes nothing from this person, or not without a login.
        RemoteUnavailable: it does not answer in time, or kept moving.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    elected = memory_remote(means.repo, remote or means.settings.remote)
    if elected is None:
        raise RemoteUnavailable("there is no remote to send memories to", "Run: git remote add")
    deadline = clock() + means.settings.push_timeout
    standstills = 0
    join_fetched(means.repo, NoteStore(means.repo))
    for attempt in range(_MAX_TRIES):
        old = _replaced(means, elected)
        answer = push_notes(means.repo, elected, means.settings.push_timeout, replacing=old)
        if answer.outcome in (Outcome.UP_TO_DATE, Outcome.PUSHED):
            drop_refusal(means.repo, elected)
            return answer.outcome is Outcome.PUSHED
        if answer.outcome is Outcome.REFUSED or standstills == _MAX_STANDSTILLS:
            raise RemoteRejected(f"'{elected}' refuses the ref for memories: {answer.reason}")
        limit = min(_MAX_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
        sleep(random.uniform(0, limit))  # noqa: S311 - jitter, not a secret
        standstills = 0 if _catch_up(means, elected, answer) else standstills + 1
        if clock() > deadline:
            break
    raise RemoteUnavailable(f"cannot push memories to '{elected}': it kept changing")


def push_along(means: Means, remote: str) -> None:
    """The same in the background: what the person must know becomes a notice.

    Raises:
        RemoteUnavailable, NotesMoved, ReadOnlyRepository, DiskFull: as for :func:`push`.
    """
    try:
        push(means, remote)
    except RemoteUnavailable:
        raise
    except RemoteError as error:
        if keep(means, remote, error):
            add_notice(means.repo, str(error))


def keep(means: Means, remote: str, error: RemoteError) -> bool:
    """Record that the remote takes nothing from here; returns whether that is news.

    A login may be there at the next push; a rule of the server is asked about once a day.
    """
    patience = 0.0 if isinstance(error, RemoteLogin) else DAY_SECONDS
    return keep_refusal(means.repo, remote, error.message, patience)


def _catch_up(means: Means, remote: str, answer: Answer) -> bool:
    """Fetch and join what helps the next try; returns whether there was anything to join."""
    timeout = means.settings.push_timeout
    has_moved = fetch_notes(means.repo, remote, timeout)
    if answer.outcome is Outcome.CUT:  # whoever has the whole history of the notes can give it
        for other in asked_remotes(means.repo, remote)[:-1]:
            with suppress(RemoteError):
                fetch_notes(means.repo, other, timeout)
    join_fetched(means.repo, NoteStore(means.repo))
    return has_moved


def _replaced(means: Means, remote: str) -> str:
    """The remote's notes, as last seen, if they are joined but contain what was scrubbed here."""
    tip = known_tip(means.repo, remote)
    is_joined = tip and read_seen(means.repo).tracking.get(exchanged(remote)) == tip
    return tip if tip and is_joined and NoteStore(means.repo).replaces(tip) else ""
