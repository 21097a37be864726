"""A memory written straight into the notes, and what the notes hold."""

from __future__ import annotations

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver

NOTES_REF = "refs/notes/claude-mem"


def remember(git: GitDriver, title: str, commit: str = "HEAD") -> str:
    """Add a memory to a commit's note; the commit's id."""
    oid = git.out("rev-parse", commit)
    memory = Memory("decision", title, provenance=Provenance(commit=oid))
    NoteStore(git.repo).add({oid: [document_of(memory)]}, "notes: test")
    return oid


def titles(git: GitDriver) -> list[str]:
    """The titles of all memories, doubles included, sorted."""
    return sorted(memory.title for _, note in NoteStore(git.repo) for memory in note.memories)


def notes_tip(git: GitDriver) -> str:
    """Where the notes ref stands; empty where there is none."""
    return git.out("for-each-ref", "--format=%(objectname)", NOTES_REF)
