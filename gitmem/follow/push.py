"""Sending memories to a remote, with retries while others push there, too."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import closing, suppress

from gitmem.capture.workspace import Workspace
from gitmem.errors import (
    GitmemError,
    NoteUnreadable,
    RemoteError,
    RemoteLogin,
    RemoteNotAgreed,
    RemoteRejected,
    RemoteUnavailable,
)
from gitmem.follow.amounts import Amount, amount_of, new_memories
from gitmem.follow.first_sent import first_sent_line, is_first_sending
from gitmem.git.remotes import memory_remote, own_place, read_exchange_tip, remotes_to_fetch
from gitmem.git.repo import Repo
from gitmem.git.transport import fetch_notes, push_notes
from gitmem.git.transport_status import RemoteAnswer, RemoteOutcome
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.memories import memory_count
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import join_fetched_notes
from gitmem.state.cursors import read_cursors
from gitmem.state.notices import add_notice
from gitmem.state.refused_remotes import DAY_SECONDS, drop_refusal, keep_refusal
from gitmem.state.scrub_intent import is_scrub_begun
from gitmem.state.settings import Settings, why_held
from gitmem.state.strangers import trust_of
from gitmem.state.team_path import NAME

_MAX_TRIES = 40
_MAX_STANDSTILLS = 6
"""How often a remote may say that it cannot move its ref while nobody else moves it."""

_FIRST_PAUSE_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 1.0


def push(
    workspace: Workspace,
    remote: str = "",
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Send the notes ref; returns whether the remote did not have it all before.

    Raises:
        GitmemError: as for :func:`send`.
    """
    answer = send(workspace, remote, sleep=sleep, clock=clock)
    return answer.outcome is RemoteOutcome.PUSHED


def send(
    workspace: Workspace,
    remote: str = "",
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> RemoteAnswer:
    """Send the notes ref; returns what the remote answered: it had it all, or has it now.

    A remote that moved is fetched, joined and tried again, with growing, jittered pauses, for
    at most ``gitmem.pushTimeout`` beyond the exchange that is under way then.

    Raises:
        RemoteRejected: its server refuses the ref, or cannot move it; or it has memories that we
            lack, and nobody trusts it.
        RemoteReadOnly, RemoteLogin: it takes nothing from this person, or not without a login.
        RemoteNotAgreed: the team's file wants memories elsewhere.
        RemoteUnavailable: it does not answer in time, or kept moving.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
        GitmemError: a scrub was begun and is not finished.
    """
    repo = workspace.repo
    elected = memory_remote(repo, remote or workspace.settings.remote)
    if elected is None:
        raise RemoteUnavailable("there is no remote to send memories to", "Run: git remote add")
    refuse_elsewhere(workspace.settings, elected)
    deadline = clock() + workspace.settings.push_timeout
    standstills = 0
    join_fetched_notes(workspace.repo, NoteStore(workspace.repo))
    for attempt in range(_MAX_TRIES):
        if is_scrub_begun(workspace.repo):
            raise GitmemError("a scrub was begun and is not finished", "Nothing was sent")
        old = _tip_to_replace(workspace, elected)
        answer = push_notes(workspace.repo, elected, workspace.settings.push_timeout, replacing=old)
        if answer.outcome in (RemoteOutcome.UP_TO_DATE, RemoteOutcome.PUSHED):
            drop_refusal(workspace.repo, elected)
            return answer
        if answer.outcome is RemoteOutcome.REFUSED or standstills == _MAX_STANDSTILLS:
            raise RemoteRejected(f"'{elected}' refuses the ref for memories: {answer.reason}")
        if answer.outcome is RemoteOutcome.REJECTED and not trust_of(repo).has(elected):
            raise RemoteRejected(
                f"'{elected}' has memories of its own, and nobody here has said to trust it",
                f"Nothing was lost. To join them and send ours: gitmem trust {elected}",
            )
        limit = min(_MAX_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
        sleep(random.uniform(0, limit))  # noqa: S311 - jitter, not a secret
        standstills = 0 if _catch_up(workspace, elected, answer) else standstills + 1
        if clock() > deadline:
            break
    raise RemoteUnavailable(f"cannot push memories to '{elected}': it kept changing")


def refuse_elsewhere(settings: Settings, remote: str) -> None:
    """Send memories nowhere but to where the team's file wants them, once the person has agreed.

    Raises:
        RemoteNotAgreed: that remote is another, or nobody has agreed yet.
    """
    if settings.team.is_held:
        raise RemoteNotAgreed(
            f"memories are not sent: {why_held(settings.team)}",
        )
    if settings.team.place is not None and remote != settings.remote:
        raise RemoteNotAgreed(
            f"memories are not sent to '{remote}': the team's file '{NAME}' wants them at"
            f" '{settings.remote}' alone",
            f"Nothing was sent. Run: gitmem sync {settings.remote}",
        )


def replace_notes(
    workspace: Workspace,
    remote: str,
    copy: Callable[[str], str],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Put what ``copy`` makes of the remote's notes commit in its place; whether it had any notes.

    Nothing else of ours is sent.  A remote that moved is fetched and tried again, as by
    :func:`push`.

    Raises:
        RemoteRejected, RemoteReadOnly, RemoteLogin, RemoteUnavailable: as for :func:`push`.
        NoteUnreadable, NotesMoved, ReadOnlyRepository, DiskFull: the notes cannot be read or
            written.
        GitmemError: a scrub is not finished here.
    """
    repo, timeout = workspace.repo, workspace.settings.push_timeout
    deadline = clock() + timeout
    for attempt in range(_MAX_TRIES):
        if is_scrub_begun(repo):
            raise GitmemError("a scrub was begun and is not finished", "Nothing was sent")
        old = read_exchange_tip(repo, remote)
        if old is None or attempt:
            fetch_notes(repo, remote, timeout)
            join_fetched_notes(repo, NoteStore(repo))
            old = read_exchange_tip(repo, remote)
        if old is None:
            return False
        if not trust_of(repo).has(remote):
            raise RemoteRejected(
                f"nobody here has said to trust '{remote}', so its notes are not replaced",
                f"Nothing was lost. To trust it: gitmem trust {remote}",
            )
        try:
            commit = copy(old)
        except NoteUnreadable as error:
            raise RemoteRejected(
                f"what '{remote}' holds cannot be read as notes, so it was not replaced",
                "Here the scrub is done",
            ) from error
        answer = push_notes(repo, remote, timeout, replacing=old, commit=commit)
        if answer.outcome in (RemoteOutcome.UP_TO_DATE, RemoteOutcome.PUSHED):
            drop_refusal(repo, remote)
            return True
        if answer.outcome is RemoteOutcome.REFUSED or attempt == _MAX_STANDSTILLS:
            raise RemoteRejected(f"'{remote}' refuses the ref for memories: {answer.reason}")
        limit = min(_MAX_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
        sleep(random.uniform(0, limit))  # noqa: S311 - jitter, not a secret
        if clock() > deadline:
            break
    raise RemoteUnavailable(f"cannot replace the memories of '{remote}': it kept changing")


def push_along(workspace: Workspace, remote: str) -> None:
    """The same in the background: what the person must know becomes a notice.

    Raises:
        RemoteUnavailable, NotesMoved, ReadOnlyRepository, DiskFull: as for :func:`push`.
    """
    repo = workspace.repo
    try:
        before = read_exchange_tip(repo, remote) if is_first_sending(repo, remote) else ""
        answer = send(workspace, remote)
        if answer.outcome is not RemoteOutcome.PUSHED or before == "":
            return
        with suppress(GitmemError, OSError):
            amount = _amount_since(repo, before)
            told = first_sent_line(repo, remote, amount, is_new=answer.is_new, with_push=True)
            if told:
                add_notice(repo, told)
    except RemoteUnavailable:
        raise
    except RemoteError as error:
        if record_refusal(workspace, remote, error):
            add_notice(workspace.repo, str(error))


def _amount_since(repo: Repo, old: str | None) -> Amount:
    """What the remote has got; the index knows all of it without reading notes, which take time."""
    notes = NoteStore(repo)
    if old is not None:
        return amount_of(new_memories(notes, old, notes.tip()))
    with closing(Index.open(repo.state_dir)) as index:
        return Amount(memory_count(index), annotated_commit_count(index))


def record_refusal(workspace: Workspace, remote: str, error: RemoteError) -> bool:
    """Record that the remote takes nothing from here; returns whether that is news.

    A login may be there at the next push; a rule of the server is asked about once a day.
    """
    patience = 0.0 if isinstance(error, RemoteLogin) else DAY_SECONDS
    return keep_refusal(workspace.repo, remote, error.message, patience)


def _catch_up(workspace: Workspace, remote: str, answer: RemoteAnswer) -> bool:
    """Fetch and join what helps the next try; returns whether there was anything to join."""
    timeout = workspace.settings.push_timeout
    has_moved = fetch_notes(workspace.repo, remote, timeout)
    if (
        answer.outcome is RemoteOutcome.SHALLOW
    ):  # whoever has the whole history of the notes can give it
        for other in remotes_to_fetch(workspace.repo, remote)[:-1]:
            with suppress(RemoteError):
                fetch_notes(workspace.repo, other, timeout)
    join_fetched_notes(workspace.repo, NoteStore(workspace.repo))
    return has_moved


def _tip_to_replace(workspace: Workspace, remote: str) -> str:
    """The remote's notes, as last seen, if they are joined but contain what was scrubbed here."""
    tip = read_exchange_tip(workspace.repo, remote)
    is_joined = tip and read_cursors(workspace.repo).tracking.get(own_place(remote)) == tip
    return tip if tip and is_joined and NoteStore(workspace.repo).replaces(tip) else ""
