"""What somebody else needs to go on with some work.  Pure."""

from __future__ import annotations

from gitmem.model.memory import Memory
from gitmem.model.value import dataclass
from gitmem.model.work_digest import DigestEntry


@dataclass(frozen=True)
class HandedSession:
    """A session behind the work: ``resume`` is a command for this machine, or ``reason`` says why
    there is none.
    """

    session: str
    agent: str
    author: str = ""
    resume: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Handoff:
    """The state of a branch or range: ``pending`` is what waits for its commit, ``uncommitted`` are
    paths with git's two letters in front, ``commits`` (id, subject) and ``entries`` are newest
    first.  ``aim`` is why the work was begun, empty where nothing tells.
    """

    name: str
    aim: str = ""
    pending: tuple[Memory, ...] = ()
    uncommitted: tuple[str, ...] = ()
    commits: tuple[tuple[str, str], ...] = ()
    entries: tuple[DigestEntry, ...] = ()
    sessions: tuple[HandedSession, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hand over."""
        return not (self.pending or self.uncommitted or self.commits)
