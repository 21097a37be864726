"""Which memories belong into the text of a pull request, and in what order.  Pure.

Told once and oldest first; without sessions that changed nothing, and without a memory that says
no more than the commit's subject above it, or failures that a program took from a session without
seeing them end: those are of the work, not of the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.model.items import items_of, without_items
from gitmem.model.labels import BARE_CORRECTION
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.repeats import fold_words, tell_once
from gitmem.model.value import replace

_BY_RULES = "extractive/"


def entries_to_tell(newest_first: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """The entries that have something to tell, oldest first, each memory at its first commit."""
    told: set[str] = set()
    for entry in list(tell_once(newest_first))[::-1]:
        memories = tuple(
            memory
            for memory in map(_without_loose_errors, entry.memories)
            if memory.id not in told and _says_something(memory, entry)
        )
        told.update(memory.id for memory in memories)
        if memories:
            yield replace(entry, memories=memories, problems=())


def _says_something(memory: Memory, entry: LogEntry) -> bool:
    is_work = memory.files_changed or memory.decisions or memory.errors or memory.next
    if memory.kind == "session" and not is_work:
        return False
    if memory.corrects and memory.title == BARE_CORRECTION:
        return False
    return not is_subject(memory.title, entry.subject) or any(items_of(memory))


def is_subject(title: str, subject: str) -> bool:
    """Whether a title only repeats a commit's subject, with or without ``fix(scope):`` before."""
    said, told = fold_words(subject), fold_words(title)  # which takes a cut's mark off
    if title.endswith("…"):
        return said.startswith(told) or f": {told}" in said
    return told == said or said.endswith(f": {told}")


def _without_loose_errors(memory: Memory) -> Memory:
    if not memory.provenance.compressor.startswith(_BY_RULES):
        return memory
    loose = (n for n, error in enumerate(memory.errors) if not error.resolution.strip())
    return without_items(memory, [f"errors/{n}" for n in loose])
