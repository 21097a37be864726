"""Work that no commit holds, tied to HEAD: so that it outlives the folder it waits in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from gitmem.errors import GitmemError
from gitmem.model.note import Document
from gitmem.store.gitdir import Repo, find_repo, resolve_commit
from gitmem.store.notefile import document_of
from gitmem.store.notes import NoteStore
from gitmem.store.pending import PendingStore


def settle_pending(repo: Repo) -> int:
    """Write every pending memory into the note of its work tree's HEAD; how many there were.

    A work tree that is gone or has no commit leaves its memories to this repository's HEAD.

    Raises:
        UnknownRevision: there is no commit to tie them to; they stay pending.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    store = PendingStore(repo)
    waiting = store.newest_first()
    additions: dict[str, list[Document]] = defaultdict(list)
    for pending in waiting:
        commit = _head_of(pending.worktree) or resolve_commit(repo, "HEAD")
        origin = replace(pending.memory.provenance, commit=commit)
        additions[commit].append(document_of(replace(pending.memory, provenance=origin)))
    if waiting:
        NoteStore(repo).add(additions, f"notes: settle {len(waiting)} pending")
    for pending in waiting:
        store.drop(pending.memory.provenance.session)
    return len(waiting)


def _head_of(worktree: str) -> str | None:
    try:
        return resolve_commit(find_repo(worktree), "HEAD")
    except (GitmemError, OSError):
        return None
