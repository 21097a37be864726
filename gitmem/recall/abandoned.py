"""Memories of dropped work: what was tried and abandoned is worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import abandoned_commits
from gitmem.index.memories import memories_of, memories_with_id
from gitmem.model.log_entry import LogEntry
from gitmem.notes.store import NoteStore
from gitmem.recall.log import abandonment_text, entry_of, missing_from_refs


def read_abandoned_entries(repo: Repo) -> Iterator[LogEntry]:
    """The commits that were dropped and not taken up again, newest first.

    Of a memory that also stands at a commit which some ref reaches, nothing is said.
    """
    with closing(Index.open(repo.state_dir)) as index:
        marks = abandoned_commits(index)
        notes = NoteStore(repo)
        gone = missing_from_refs(repo, notes, marks)
        newest = sorted(gone, key=lambda commit: (marks[commit][0], commit), reverse=True)
        for commit in newest:
            memories = [
                stored.memory
                for stored in memories_of(index, [commit])
                if not _is_reached_elsewhere(repo, notes, index, stored.memory.id, commit)
            ]
            if memories:
                entry = replace(entry_of(repo, commit), memories=tuple(memories))
                yield replace(entry, abandonment=abandonment_text(*marks[commit]))


def _is_reached_elsewhere(
    repo: Repo, notes: NoteStore, index: Index, memory_id: str, commit: str
) -> bool:
    others = {stored.commit for stored in memories_with_id(index, memory_id)} - {commit}
    return len(missing_from_refs(repo, notes, others)) < len(others)
