"""Exchanging memories with remotes: fetch, join and push, or preview that."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field

from gitmem.capture.workspace import Workspace
from gitmem.errors import RemoteError, RemoteUnavailable
from gitmem.follow.amounts import NONE, Amount, amount_of, new_memories
from gitmem.follow.first_sent import first_sent_line
from gitmem.follow.push import record_refusal, send
from gitmem.git.remotes import memory_remote, read_exchange_tip, remotes_to_fetch
from gitmem.git.transport import fetch_notes, fetch_remote_tip
from gitmem.git.transport_status import RemoteOutcome
from gitmem.index.cache import Index
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import join_fetched_notes, refresh_index, trust_remote
from gitmem.refresh.restore_lost import apart_line
from gitmem.state.strangers import remotes_apart, trust_of


@dataclass(frozen=True)
class SyncReport:
    """What a sync did, or would do.

    ``remote`` is the one that memories go to, empty when the repository has none; ``sources`` are
    those that they come from.  ``trouble`` is why ours were not sent; ``notices`` tell of
    other remotes that could not be asked, or whose memories are kept apart.  ``newly_trusted``:
    the remote was named, and is trusted from now on.
    """

    remote: str
    sources: tuple[str, ...] = ()
    incoming: Amount = NONE
    outgoing: Amount = NONE
    is_pushed: bool = False
    trouble: RemoteError | None = None
    notices: tuple[str, ...] = field(default_factory=tuple)
    newly_trusted: bool = False


def sync(workspace: Workspace, remote: str = "") -> SyncReport:
    """Fetch, join and push, on request.  With ``remote``, only that one is contacted; whoever names
    it says thereby that it is to be trusted.

    That a remote takes nothing from here is in the report: what it has was received.

    Raises:
        RemoteUnavailable, RemoteLogin: the remote that memories go to cannot be asked.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    elected = memory_remote(workspace.repo, remote or workspace.settings.remote)
    if elected is None:
        return SyncReport("")
    repo = workspace.repo
    notes = NoteStore(repo)
    newly_trusted = bool(remote) and not trust_of(repo).has(remote)
    if newly_trusted:
        trust_remote(repo, notes, remote)
    join_fetched_notes(repo, notes)
    before = notes.tip()
    sources = [elected] if remote else remotes_to_fetch(workspace.repo, elected)
    notices = []
    for name in sources:
        try:
            fetch_notes(workspace.repo, name, workspace.settings.push_timeout)
        except RemoteError as error:
            if name == elected:
                raise
            notices.append(error.message)
    join_fetched_notes(workspace.repo, notes)
    incoming = amount_of(new_memories(notes, before, notes.tip()))
    outgoing = amount_of(
        new_memories(notes, read_exchange_tip(workspace.repo, elected), notes.tip())
    )
    is_pushed, is_new, trouble = False, False, None
    try:
        answer = send(workspace, elected)
        is_pushed, is_new = answer.outcome is RemoteOutcome.PUSHED, answer.is_new
    except RemoteError as error:
        trouble = error
        if not isinstance(error, RemoteUnavailable):
            record_refusal(workspace, elected, error)
    with closing(Index.open(repo.state_dir)) as index:
        refresh_index(notes, index)
    if is_pushed and (told := first_sent_line(repo, elected, outgoing, is_new=is_new)):
        notices.append(told)
    if not remote:
        notices += [apart_line(name) for name in remotes_apart(repo)]
    return SyncReport(
        elected,
        tuple(sources),
        incoming,
        outgoing if is_pushed else Amount(),
        is_pushed,
        trouble,
        tuple(notices),
        newly_trusted,
    )


def preview(workspace: Workspace, remote: str = "") -> SyncReport:
    """What :func:`sync` would do.  No ref moves, here or there; objects are fetched.

    Raises:
        RemoteUnavailable, RemoteLogin: the remote that memories go to cannot be asked.
    """
    elected = memory_remote(workspace.repo, remote or workspace.settings.remote)
    if elected is None:
        return SyncReport("")
    notes = NoteStore(workspace.repo)
    ours = notes.tip()
    sources = [elected] if remote else remotes_to_fetch(workspace.repo, elected)
    brought: set[tuple[str, str]] = set()
    notices = []
    trust = trust_of(workspace.repo)
    theirs = None
    for name in sources:  # the elected one comes last
        try:
            theirs = fetch_remote_tip(workspace.repo, name, workspace.settings.push_timeout)
        except RemoteError as error:
            if name == elected:
                raise
            notices.append(error.message)
            continue
        if remote or trust.has(name):
            brought.update(new_memories(notes, ours, theirs))
        elif theirs is not None and theirs != ours:
            notices.append(apart_line(name))
    is_theirs = set(new_memories(notes, None, theirs))
    outgoing = (set(new_memories(notes, None, ours)) | brought) - is_theirs
    return SyncReport(
        elected,
        tuple(sources),
        amount_of(brought),
        amount_of(outgoing),
        notices=tuple(notices),
    )


def fetch(workspace: Workspace, remote: str = "") -> None:
    """Fetch the remotes' memories and join them; nothing if there is no remote.

    With ``remote`` no other one is asked.

    Raises:
        RemoteUnavailable, RemoteLogin: the remote that memories go to cannot be asked.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    elected = memory_remote(workspace.repo, remote or workspace.settings.remote)
    if elected is None:
        return
    for name in [elected] if remote else remotes_to_fetch(workspace.repo, elected):
        try:
            fetch_notes(workspace.repo, name, workspace.settings.push_timeout)
        except RemoteError:
            if name == elected:
                raise
    join_fetched_notes(workspace.repo, NoteStore(workspace.repo))
