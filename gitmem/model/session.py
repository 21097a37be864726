"""The session: what an agent was asked, said, did and was answered, as a list of events.

An agent's own file format ends in :mod:`gitmem.agents`; everything behind it sees these values.
"""

from __future__ import annotations

import re
from enum import Enum

from gitmem.model.value import dataclass

_SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")

EDIT_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})
READ_TOOLS = frozenset({"Read", "NotebookRead"})
RUN_TOOLS = frozenset({"Bash", "BashOutput", "TaskOutput", "PowerShell"})
REPORT_TOOLS = frozenset({"Task", "Agent", "AskUserQuestion", "ExitPlanMode"})
"""The tools that mean something here, by Claude Code's names; other agents' are read as these."""


def is_session_id(text: str) -> bool:
    """Whether this may be a session's id: safe as a file name, in a shell and in a note."""
    return _SESSION_ID.fullmatch(text) is not None


class EventKind(Enum):
    """What an event is."""

    PROMPT = "prompt"
    """The user's words."""
    SAY = "say"
    """The assistant's words to the user."""
    THINK = "think"
    """The assistant's words to itself."""
    CALL = "call"
    """A tool was called: ``tool``, ``path`` or ``text`` (a command line), ``call_id``.

    A call that edits several files is an event for each."""
    RESULT = "result"
    """What the tool with ``call_id`` answered; ``is_error`` when it failed."""
    SUMMARY = "summary"
    """The agent's own summary of what was compacted away."""
    INTERRUPT = "interrupt"
    """The user stopped the agent."""


@dataclass(frozen=True)
class Event:
    """One event.  ``record`` is the transcript line it came from (0-based), ``time`` POSIX
    seconds, UTC.  Long texts are cut in the middle when they are read; ``path`` is as the agent
    gave it, usually absolute.  ``is_subagent`` marks a subagent's event.  ``added_marks`` and
    ``removed_marks`` stand for the lines that a call put into files or took out of them (see
    :mod:`gitmem.model.line_marks`); ``added_lines`` and ``removed_lines`` count them where an edit
    was read in full.  ``exit_code`` is what a command ended with, where its agent tells it.
    ``latest`` is set where the agent tells no exact time: it was not before ``time`` and not after
    ``latest``.
    """

    kind: EventKind
    record: int
    time: float
    text: str = ""
    tool: str = ""
    path: str = ""
    call_id: str = ""
    is_error: bool = False
    is_subagent: bool = False
    added_marks: frozenset[int] = frozenset()
    removed_marks: frozenset[int] = frozenset()
    added_lines: int = 0
    removed_lines: int = 0
    exit_code: int | None = None
    latest: float = 0.0

    @property
    def told_time(self) -> float:
        """When it happened, POSIX seconds, as its agent told it; 0.0 where only bounds are known.

        A moment that was told between others that were not is a whole second.
        """
        return self.time if not self.latest or self.time.is_integer() else 0.0


@dataclass(frozen=True)
class Transcript:
    """The part of a session's file that was read.

    ``first`` and ``end`` are the half-open range of records, ``end_byte`` the offset behind the
    last whole one.  ``broken_lines`` counts the lines that are not JSON objects.  ``cwds`` are the
    working directories seen, in order.  ``shift`` is how much larger the record numbers are than
    the file's, after the file was rewritten.  ``goes_on``: the file has more behind ``end``.
    ``is_thinned``: some events were shortened or dropped to hold no more than fits.
    """

    session: str
    agent: str
    events: tuple[Event, ...]
    first: int
    end: int
    end_byte: int
    broken_lines: int = 0
    cwds: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    shift: int = 0
    goes_on: bool = False
    is_thinned: bool = False


@dataclass(frozen=True)
class Slice:
    """The part of a session that belongs to one commit (or, without a commit, is still pending).

    ``edited_paths`` and ``read_paths`` are inside the work tree, relative to it, in order of
    first use; ``roots`` are the names of the work tree.  ``goes_on``: the session had more behind
    it when this was read.
    """

    session: str
    agent: str
    events: tuple[Event, ...]
    first: int
    end: int
    edited_paths: tuple[str, ...] = ()
    read_paths: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    goes_on: bool = False
