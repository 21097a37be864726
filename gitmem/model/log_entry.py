"""An entry of the log: a commit with what is remembered of it."""

from __future__ import annotations

from gitmem.model.memory import Memory
from gitmem.model.value import dataclass


@dataclass(frozen=True)
class LogEntry:
    """A commit and what is remembered of it, or (``is_pending``) memories without a commit yet.

    ``time`` is the author's, POSIX seconds; ``refs`` is what git decorates the commit with.
    ``problems`` tell of documents in the note that could not be read.  ``abandonment`` says since
    when and by what the commit is on no branch any more.  ``remarks`` are further lines of the
    head, each with its label.
    """

    commit: str = ""
    author: str = ""
    time: int = 0
    subject: str = ""
    refs: str = ""
    memories: tuple[Memory, ...] = ()
    problems: tuple[str, ...] = ()
    is_pending: bool = False
    abandonment: str = ""
    remarks: tuple[tuple[str, str], ...] = ()
