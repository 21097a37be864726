"""A hit: a memory that answers a query, and the reasons for its rank."""

from __future__ import annotations

from dataclasses import dataclass

from gitmem.model.memory import Memory
from gitmem.model.standing import Standing


@dataclass(frozen=True)
class Reason:
    """One part of a score: what it is of, how much of it, and in words a person reads."""

    name: str
    value: float
    text: str = ""


@dataclass(frozen=True)
class Hit:
    """A memory, and the commit that holds it (empty while it is pending).

    ``standing`` is how that commit stands, where somebody has asked.  ``repository`` and its
    ``place`` on disk are set where several were searched; ``superseded_by`` is the id of what
    replaces the memory, where somebody looked.
    """

    memory: Memory
    commit: str
    is_pending: bool
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    standing: Standing | None = None
    repository: str = ""
    place: str = ""
    superseded_by: str = ""
