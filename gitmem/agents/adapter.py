"""What gitmem needs from an agent: where its transcripts are, and how to read one.

One implementation a folder (:mod:`gitmem.agents.claude.adapter` is the first), named in
:mod:`gitmem.agents.adapters`; nothing behind them knows which agent it deals with.  An adapter maps
its agent's tools to the names in :mod:`gitmem.model.session`, so that an edit is an edit.  Adapters
share the modules beside this one and import nothing of one another.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from gitmem.agents.unread import Unread
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Transcript


@dataclass(frozen=True)
class TranscriptFile:
    """A transcript that was found, not yet read.  ``mtime`` is POSIX seconds.

    ``path`` is a file, or names a session in a file that holds many
    (:mod:`gitmem.agents.transcript_path`).
    """

    session: str
    path: Path
    mtime: float


class Adapter(Protocol):
    """One agent's files.  An agent that is not installed costs a look for its folder."""

    @property
    def name(self) -> str:
        """The agent as provenance names it, without its version: ``claude-code``."""

    @property
    def session_variables(self) -> tuple[str, ...]:
        """Environment variables in which the agent gives its session id to what it runs."""

    @property
    def resumes_anywhere(self) -> bool:
        """Whether it finds a session by its id from any folder."""

    @property
    def usual_place(self) -> str:
        """Where a transcript is kept, as people write it: ``~``, ``*``, and ``{session}``
        or its ``{beginning}``.
        """

    def owns(self, path: Path) -> bool:
        """Whether a file of this name is a transcript of this agent; the file is not opened."""

    def copies(self, session: str) -> list[Path]:
        """The files of a session, whatever folder it worked in: most often one."""

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Transcripts of sessions in a work tree or a folder below it, in no order.

        ``since`` (POSIX seconds) leaves out those not written to after it.  Names, times and
        first lines are read, never a whole transcript.
        """

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """Transcripts of all sessions written to after ``since`` (POSIX seconds), in no order."""

    def unread(self) -> Iterable[Unread]:
        """What of its sessions lies there and cannot be read, as far as a look without reading
        them tells.
        """

    def parts(self, path: Path) -> list[Path]:
        """The files that a transcript is read from: itself, and those of its subagents."""

    def started_in(self, path: Path) -> str:
        """The folder in which a transcript's session was started; empty where nothing tells."""

    def resume_command(self, session: str) -> tuple[str, ...]:
        """The words of the agent's own command that takes a session up again."""

    def read(
        self,
        path: Path,
        *,
        first: int = 0,
        first_byte: int = 0,
        until: float | None = None,
        end: int | None = None,
        in_full: bool = False,
    ) -> Transcript:
        """Read a transcript from record ``first`` on, in bounded memory.

        The number of a record never changes while the session goes on.  ``first_byte`` is where
        that record begins, when known; a wrong one costs time, not truth.  ``until`` (POSIX
        seconds) ends the reading before the first record that is later, ``end`` before the record
        of that number.  ``in_full`` is for people: an edit's text is then what it took out and
        put in, line by line, and longer.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """


@runtime_checkable
class HoldsManySessions(Protocol):
    """An adapter whose agent keeps many sessions in one file: none can be searched by itself."""

    def searched_bytes(self, path: Path) -> bytes | None:
        """What the tools of a session were given and answered, as JSON, to be searched for names;
        None for a transcript that is a file.
        """


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Name the transcript in the error where it cannot be read.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    try:
        yield
    except OSError as error:
        raise TranscriptMissing(f"cannot read the transcript '{path}': {error.strerror}") from error
