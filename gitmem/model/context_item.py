"""A memory that a session may be given."""

from __future__ import annotations

from gitmem.model.line_ranges import Ranges
from gitmem.model.memory import Memory
from gitmem.model.standing import Standing
from gitmem.model.value import dataclass


@dataclass(frozen=True)
class ContextItem:
    """A memory to tell, the commit that holds it (empty while it is pending), and how much of what
    that commit did still stands.  ``lines`` are those of the file at hand that come from it.
    ``is_brief``: it is not told in full, whatever room there is.
    """

    memory: Memory
    commit: str
    is_pending: bool
    standing: Standing | None = None
    lines: Ranges = ()
    is_brief: bool = False
