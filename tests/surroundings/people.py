"""What an agent was told, as its transcript holds it: reasons, each with a word of its own."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path
from random import Random

from tests.support.session import SessionWriter

_FIRST = ("Amber", "Birch", "Cedar", "Dusk", "Elm", "Fern", "Gale", "Hazel", "Iris", "Jade", "Kelp")
_SECOND = ("Falcon", "Garnet", "Harbor", "Island", "Jungle", "Kernel", "Lagoon", "Meadow", "Orchid")
_THIRD = ("Reader", "Writer", "Queue", "Cache", "Parser", "Router", "Buffer", "Ledger", "Planner")
_REASONS = (
    "use {word} for the buffer of {thing} because the vendor caps requests at {n} MB",
    "we chose {word} for {thing}, since the old one loses messages when {n} brokers restart",
    "name it {word} in {thing}; the auditors read that file every {n} months",
    "{word} must come first in {thing}, because the board needs {n} ms to wake up",
    "{thing} has to go through {word}, as the customer in Oslo pays for {n} seats only",
)
_THINGS = (
    "the importer", "the invoice export", "the night job", "the login page", "the sensor driver",
    "the search box", "the mail queue", "the map tiles", "the price table", "the backup",
)  # fmt: skip


def word_of(number: int) -> str:
    """The word of a change: letters only, as an identifier is."""
    rest = number // len(_FIRST)
    return (
        _FIRST[number % len(_FIRST)] + _SECOND[rest % len(_SECOND)] + _THIRD[number % len(_THIRD)]
    )


def secret_of(number: int) -> str:
    """What must be masked: a token in the form of a code host's, made here and worth nothing."""
    choices = Random(f"secret {number}")
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "ghp_" + "".join(choices.choices(letters, k=36))


class Agent:
    """The sessions of one person's agent in a work tree, one after another."""

    def __init__(self, home: Path, worktree: Path) -> None:
        self._home = home
        self._worktree = worktree
        self._sessions = 0
        self._writer: SessionWriter | None = None

    def work(self, number: int, edited: list[str], last: int, *, choices: Random) -> None:
        """A prompt with the change's word, then the edits; in a session of its own or the last.

        ``last`` is when something was last committed, in POSIX seconds.
        """
        # No agent is asked within the second of a commit, and git counts in seconds.
        time.sleep(max(0.0, last + 1.1 - time.time()))
        if self._writer is None or choices.random() < 0.6:
            self._writer = self._begin()
        writer = self._writer
        writer.now = time.time()
        reason = choices.choice(_REASONS).format(
            word=word_of(number), thing=choices.choice(_THINGS), n=number * 7 + 4
        )
        writer.prompt(f"For change {number}: {reason}.")
        for name in edited:
            self._edit(writer, name)
        if choices.random() < 0.3:
            writer.bash("env | grep TOKEN", f"TOKEN={secret_of(number)}")

    def _edit(self, writer: SessionWriter, name: str) -> None:
        """What the agent did to the file: wrote it, or made it by a command where it is no text."""
        path, told = self._worktree / name, name.encode("utf-8", "replace").decode()
        try:
            writer.write(told, "" if path.is_symlink() else path.read_text("utf-8")[:2000])
        except (OSError, UnicodeDecodeError):
            writer.bash(f"make-it {shlex.quote(told)}")

    def _begin(self) -> SessionWriter:
        self._sessions += 1
        where = str(self._worktree.resolve())
        raw = where.encode("utf-16-le", "surrogatepass")  # the client replaces UTF-16 units
        units = "".join(chr(raw[n] | raw[n + 1] << 8) for n in range(0, len(raw), 2))
        slug = re.sub("[^A-Za-z0-9]", "-", units)[:200]
        session = f"{self._sessions:08d}-2222-4333-8444-555555555555"
        path = self._home / ".claude/projects" / slug / f"{session}.jsonl"
        return SessionWriter(path, self._worktree.resolve(), session=session, now=0, step=0.0001)
