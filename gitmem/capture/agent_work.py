"""Where an agent worked, in which session, and up to when: the value that capture hands on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gitmem.agents.slice import slice_of
from gitmem.agents.worktree import WorkTree
from gitmem.model.session import Slice, Transcript


@dataclass(frozen=True)
class AgentWork:
    """An agent's work in one work tree.

    ``worktree`` is its folder as git's hooks name it.  ``session`` is the one that the hook's
    environment named, empty where none did.  ``moment`` (POSIX seconds) ends what is read: later
    records belong to later commits; None takes everything.  ``is_past``: it was done long ago, so
    that what is pending now, and the work tree as it is now, have nothing to do with it.
    ``names`` are others by which the session calls the work tree; ``is_elsewhere``: it was started
    in another place, so that of what it did only this work tree's files count.
    """

    worktree: str
    session: str = ""
    moment: float | None = None
    is_past: bool = False
    names: tuple[str, ...] = ()
    is_elsewhere: bool = False

    @cached_property
    def real_worktree(self) -> str:
        """The folder without symbolic links."""
        return os.path.realpath(self.worktree)

    @cached_property
    def tree(self) -> WorkTree:
        """The work tree under all its names, to tell its files by."""
        return WorkTree(
            [self.worktree, self.real_worktree, *self.names], is_elsewhere=self.is_elsewhere
        )

    def is_in(self, worktree: str) -> bool:
        """Whether that is the same work tree, whatever it is called."""
        return os.path.realpath(worktree) == self.real_worktree

    def slice_of(self, transcript: Transcript) -> Slice:
        """What of the transcript is worth compressing, its files as paths of the work tree."""
        roots = [self.real_worktree, *self.names]
        return slice_of(transcript, self.worktree, roots, is_elsewhere=self.is_elsewhere)


@dataclass(frozen=True)
class SessionFile:
    """A session, and the file that holds its transcript."""

    session: str
    path: Path
