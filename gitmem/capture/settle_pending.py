"""Uncommitted work, tied to HEAD so that it outlives the folder it waits in."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from gitmem.errors import GitmemError, UnknownRevision
from gitmem.git.dirty import uncommitted_paths
from gitmem.git.log import seconds_of
from gitmem.git.repo import Repo, repo_at, resolve_commit, try_git
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory
from gitmem.model.note import Document
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.pending import Pending, PendingStore

_MOST = 200


def settle_pending(repo: Repo) -> int:
    """Write every pending memory into the note of its work tree's HEAD; how many there were.

    A work tree that is gone or has no commit leaves its memories to this repository's HEAD.

    Raises:
        UnknownRevision: there is no commit to tie them to; they stay pending.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    waiting = PendingStore(repo).newest_first()
    _write(repo, waiting)
    return len(waiting)


def end_session(repo: Repo, session: str) -> None:
    """The session is over: what is pending of it waits for a commit of its edits, or settles.

    What it said about a commit that is there is the worker's to make that commit's memory.

    Raises:
        ReadOnlyRepository, DiskFull: it could not be written.
    """
    store = PendingStore(repo)
    of_session = [pending] if (pending := store.get(session)) else []
    for found in [*of_session, *(p for p in store.newest_first() if p.note)]:
        if not found.note or (found.session == session and not found.commit):
            store.put(replace(found, has_ended=True))


def settle_ended_sessions(repo: Repo) -> int:
    """Tie what ended sessions left to HEAD, as kind ``session``; returns how many there were.

    What they edited and no commit holds yet waits on: it belongs to the commit that will.  So it
    does while anything is stashed, for the edits may be there.  Of a talk that left nothing to
    know, nothing is kept.

    Many sessions never end: their client was killed.  Of more than 200 that wait, the oldest settle
    as if they had ended, whatever they edited: a note has room for them, and a folder that every
    command reads has not.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    store = PendingStore(repo)
    waiting = store.newest_first()
    ended = [p for p in waiting[:_MOST] if p.has_ended and not _has_edits_left(repo, p)]
    ended += [p for p in waiting[_MOST:] if not p.commit]
    idle = [pending for pending in ended if not _says_something(pending)]
    kept = [pending for pending in ended if _says_something(pending)]
    for pending in idle:
        store.drop(pending.key)
    try:
        _write(repo, [p if p.note else _as_session(p) for p in kept])
    except UnknownRevision:
        return 0  # no commit yet: they stay pending
    return len(kept)


def _write(repo: Repo, waiting: Sequence[Pending]) -> None:
    additions: dict[str, list[Document]] = defaultdict(list)
    for pending in waiting:
        commit = pending.commit or _head_of(repo, pending.worktree) or resolve_commit(repo, "HEAD")
        additions[commit].append(document_of(_tied(pending, commit)))
    if waiting:
        NoteStore(repo).add(additions, f"notes: settle {len(waiting)} pending")
    for pending in waiting:
        PendingStore(repo).drop(pending.key)


def _tied(pending: Pending, commit: str) -> Memory:
    """The memory as one of that commit; the id of a note was handed out, and leads to this."""
    memory = pending.memory
    supersedes = (*memory.supersedes, memory.id) if pending.note else memory.supersedes
    origin = replace(memory.provenance, commit=commit)
    return replace(memory, supersedes=supersedes, provenance=origin)


def _head_of(repo: Repo, worktree: str) -> str | None:
    try:
        return resolve_commit(repo_at(repo, worktree), "HEAD")
    except (GitmemError, OSError):
        return None


def _as_session(pending: Pending) -> Pending:
    return replace(pending, memory=replace(pending.memory, kind="session"))


def _says_something(pending: Pending) -> bool:
    memory = pending.memory
    return bool(pending.note) or bool(
        memory.decisions or memory.errors or memory.what or memory.next or memory.files_changed
    )


def _has_edits_left(repo: Repo, pending: Pending) -> bool:
    """Whether the memory's edits may still be committed: they are in the work tree or stashed."""
    paths = pending.memory.files_changed
    if not paths:
        return False
    if _is_stashed_since(repo, pending.memory.provenance.time):
        return True
    try:
        place = repo_at(repo, pending.worktree)
    except (GitmemError, OSError):
        return False  # the work tree is gone, and its uncommitted files with it
    return bool(uncommitted_paths(place, paths))


def _is_stashed_since(repo: Repo, time: str) -> bool:
    """Whether anything was stashed after that time (ISO 8601): an older stash holds older work."""
    listed = try_git(repo, "log", "-g", "--format=%ct", "refs/stash", "--")
    if listed.returncode != 0:
        return False
    printed = os.fsdecode(listed.stdout).splitlines()
    return any(iso_time(seconds_of(line)) >= time for line in printed)
