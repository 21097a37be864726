"""What is worth keeping: the gate that every offline memory of a commit must pass.  Pure.

A reason, a decision or an error that was overcome makes any commit worth its memory.  Without one
a trivial commit (a typo, a format, a version, a lock file, a merge by itself) yields a short memory
where somebody said what it was for, else none.  Words that are kept in no memory stay unread, and
the session's next commit takes them.
"""

from __future__ import annotations

import re
from enum import Enum

from gitmem.compress.offline.history import is_routine, is_slight
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.value import replace

_SLIGHT_LINES = 40
_GENERATED_FILE = re.compile(
    r"(?:^|/)(?:[\w.-]*lock(?:\.json|\.yaml|file)?|go\.sum|[\w.-]+\.lock|npm-shrinkwrap\.json"
    r"|[\w.-]+\.min\.(?:js|css)|[\w.-]+(?:\.pb\.go|_pb2\.py|\.g\.dart|\.snap|\.generated\.\w+)"
    r"|(?:vendor|node_modules|dist|third_party)/.+)$",
    re.IGNORECASE,
)


class Worth(Enum):
    """How much of a memory to keep."""

    NONE = "none"
    SHORT = "short"
    FULL = "full"


def worth_of(memory: Memory, change: Change | None) -> Worth:
    """What the memory of a change is worth; work that is not committed is always worth keeping."""
    if change is None or not is_trivial(change):
        return Worth.FULL
    if memory.decisions or any(error.resolution for error in memory.errors):
        return Worth.FULL
    return Worth.SHORT if memory.why or memory.what or memory.next else Worth.NONE


def trim_to_worth(memory: Memory, change: Change | None) -> Memory | None:
    """The memory as far as it is worth keeping."""
    worth = worth_of(memory, change)
    if worth is Worth.SHORT:
        dropped = {f"what/{place}" for place in range(1, len(memory.what))}
        return replace(
            memory,
            what=memory.what[:1],
            concepts=(),
            files_read=(),
            symbols=(),
            terms="",
            tags={},
            citations=tuple(c for c in memory.citations if c.item not in dropped),
        )
    return memory if worth is Worth.FULL else None


def is_trivial(change: Change) -> bool:
    """Whether a commit by itself says nothing worth knowing."""
    if len(change.parents) > 1 and not change.files:
        return True
    if change.files and all(_GENERATED_FILE.search(file.path) for file in change.files):
        return True
    lines = sum(file.insertions + file.deletions for file in change.files)
    return is_routine(change.subject) or (is_slight(change.subject) and lines <= _SLIGHT_LINES)
