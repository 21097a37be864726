"""Which memories belong into the text of a pull request, and in what order.  Pure.

Told once and oldest first; without sessions that changed nothing, and without a memory that says
no more than the commit's subject above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.model.items import items_of
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.repeats import fold_words, tell_once
from gitmem.model.value import replace


def entries_to_tell(newest_first: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """The entries that have something to tell, oldest first, each memory at its first commit."""
    told: set[str] = set()
    for entry in list(tell_once(newest_first))[::-1]:
        memories = tuple(
            memory
            for memory in entry.memories
            if memory.id not in told and _says_something(memory, entry)
        )
        told.update(memory.id for memory in memories)
        if memories:
            yield replace(entry, memories=memories, problems=())


def _says_something(memory: Memory, entry: LogEntry) -> bool:
    is_work = memory.files_changed or memory.decisions or memory.errors or memory.next
    if memory.kind == "session" and not is_work:
        return False
    has_own_title = fold_words(memory.title) != fold_words(entry.subject)
    return has_own_title or any(items_of(memory))
