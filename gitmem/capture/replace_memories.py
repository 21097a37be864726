"""Memories in the place of others: without a trace where nobody else can have seen those."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gitmem.capture.workspace import Workspace
from gitmem.errors import NoteUnreadable
from gitmem.git.remotes import tracking_tips
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.model.memory import Memory
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh_index


def replace_memories(
    workspace: Workspace,
    index: Index,
    commits: Sequence[str],
    old: Collection[str],
    memories: Sequence[Memory],
    subject: str,
) -> None:
    """Write memories that supersede those of the ids ``old`` into the notes of these commits.

    An old one that no remote is known to hold leaves the notes.  ``index`` is up to date on return.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    notes = NoteStore(workspace.repo)
    unsent = set(old)
    for commit in commits:
        unsent &= unsent_ids(workspace.repo, notes, commit, old)
    documents = [document_of(memory) for memory in memories]
    notes.add(dict.fromkeys(commits, documents), subject, without=unsent)
    refresh_index(notes, index)


def unsent_ids(repo: Repo, notes: NoteStore, commit: str, ids: Collection[str]) -> set[str]:
    """The memories that no remote is known to hold: these can be replaced without a trace."""
    sent: set[str] = set()
    for tip in tracking_tips(repo).values():
        try:
            note = notes.read_at(tip, commit)
        except NoteUnreadable:
            return set()
        sent |= {memory.id for memory in note.memories} if note else set()
    return set(ids) - sent
