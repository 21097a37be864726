"""The command with which an agent takes up one of its sessions, where that can be done here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.guard.untrusted import clean_text

_MAX_PATH = 4096


@dataclass(frozen=True)
class Resumption:
    """``words`` and the ``folder`` to call them in (empty: any); without words ``reason`` says why
    not, and with them what is to be known.
    """

    words: tuple[str, ...] = ()
    folder: str = ""
    reason: str = ""

    @property
    def line(self) -> str:
        """The command as it is typed in a POSIX shell, every word quoted that needs it."""
        there = f"cd {shlex.quote(self.folder)} && " if self.folder else ""
        return f"{there}{shlex.join(self.words)}" if self.words else ""


def resumption_of(agents: Agents, source: str, session: str) -> Resumption:
    """How to take up a session whose transcript is ``source`` (empty: not on this machine).

    Only an id of plain letters, digits and ``._-`` becomes a part of a command, and only a folder
    that is there.
    """
    if not source:
        return Resumption(reason="its transcript is not on this machine")
    path = Path(source)
    words = agents.resume_command(path, session)
    if not words:
        return Resumption(
            reason=f"its transcript is at {clean_text(source, _MAX_PATH)}, where its agent does not"
            " look for it in this environment"
        )
    folder = agents.started_in(path)
    if not folder:
        return Resumption(reason="its transcript does not tell in which folder it was started")
    if not Path(folder).is_absolute() or clean_text(folder, _MAX_PATH) != folder or "\n" in folder:
        return Resumption(reason="the folder that its transcript names is no path that can be told")
    if not Path(folder).is_dir() and agents.resumes_anywhere(path):
        told = f"it was started in {folder}, which is not there any more: it goes on where you are"
        return Resumption(words, reason=told)
    if not Path(folder).is_dir():
        return Resumption(
            reason=f"it was started in {folder}, which is not there any more (moved or deleted),"
            " and its agent finds it from there alone"
        )
    return Resumption(words, folder)
