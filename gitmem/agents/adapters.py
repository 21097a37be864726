"""The agents that gitmem can read, used as one.  To add an agent: its module and a line here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gitmem.agents.adapter import Adapter, HoldsManySessions, TranscriptFile
from gitmem.agents.claude.adapter import ClaudeCode
from gitmem.agents.cline.adapter import Cline
from gitmem.agents.codex.adapter import Codex
from gitmem.agents.copies import choose_copy
from gitmem.agents.copilot.adapter import CopilotCli
from gitmem.agents.cursor.adapter import Cursor
from gitmem.agents.first_line import agent_by_first_line
from gitmem.agents.gemini.adapter import GeminiCli
from gitmem.agents.opencode.adapter import OpenCode
from gitmem.agents.qwen.adapter import QwenCode
from gitmem.agents.transcript_path import holding_file, is_own_file
from gitmem.agents.unread import Unread, reason_of, unread_session
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Transcript, is_session_id

ADAPTERS: tuple[Callable[[Mapping[str, str]], Adapter], ...] = (
    Codex,
    QwenCode,
    Cline,
    Cursor,
    GeminiCli,
    OpenCode,
    CopilotCli,
    ClaudeCode,
)
"""Each is made from the environment; the first that calls a file its own reads it."""


_LONG_SECONDS = 5.0
"""What took longer until it failed is not tried again."""


class Agents:
    """All agents together: whoever left a transcript, it is found and read."""

    def __init__(self, adapters: Sequence[Adapter]) -> None:
        self._adapters = tuple(adapters)
        self._failed: dict[Path, tuple[Unread, TranscriptMissing, float]] = {}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Agents:
        """The agents of this person, wherever the environment says their files are."""
        return cls([make(environ) for make in ADAPTERS])

    def session_in(self, environ: Mapping[str, str]) -> str:
        """The session that an agent told its commands, or that our hook did where its client does
        not; empty where nobody did.
        """
        last_first = reversed(self._adapters)  # Claude Code, whose commands may start the others
        names = [name for adapter in last_first for name in adapter.session_variables]
        sessions = (environ.get(name, "") for name in (*names, "GITMEM_SESSION_ID"))
        return next((one for one in sessions if is_session_id(one)), "")

    def find(
        self, session: str, moment: float | None = None, *, known: Path | None = None
    ) -> Path | None:
        """The transcript of a session, whatever agent and folder it was.

        Of several files the one that holds what was done up to ``moment`` (POSIX seconds).
        ``known`` is where somebody saw it, which may be a copy, too.
        """
        if not is_session_id(session):
            return None
        told = [known] if known is not None and holding_file(known).is_file() else []
        listed = (filter(is_own_file, adapter.copies(session)) for adapter in self._adapters)
        found = next((paths for paths in map(list, listed) if paths), [])
        return choose_copy([*told, *found], moment)

    def usual_place(self, agent: str, session: str) -> str:
        """Where the agent of that name keeps the session's transcript, as people write it; empty
        for an agent that nobody knows.
        """
        place = next((a.usual_place for a in self._adapters if a.name == agent), "")
        return place.format(session=session, beginning=session[:8])

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Transcripts of sessions in a work tree or below it, last written first.

        ``since`` (POSIX seconds) leaves out those not written to after it.
        """
        found = [
            file
            for adapter in self._adapters
            for file in adapter.transcripts_for(worktree, since)
            if is_own_file(file.path)
        ]
        return sorted(found, key=lambda file: (-file.mtime, file.path))

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """Transcripts of all sessions, wherever they work, written to after ``since`` (POSIX
        seconds); in no order.
        """
        found = (file for adapter in self._adapters for file in adapter.transcripts_since(since))
        return [file for file in found if is_own_file(file.path)]

    def count_sessions(self, worktree: Path, since: float) -> dict[str, int]:
        """How many sessions each agent had in a work tree or below it; agents without are left out.

        ``since`` (POSIX seconds) leaves out those not written to after it.
        """
        counts = {a.name: len(a.transcripts_for(worktree, since)) for a in self._adapters}
        return {name: count for name, count in sorted(counts.items()) if count}

    def unread(self) -> list[Unread]:
        """What lies there of the agents' sessions and cannot be read: as a look at their places
        tells, and what reading them has told until now.
        """
        found = [one for adapter in self._adapters for one in adapter.unread()]
        known = {one.path for one in found}
        failed = (one for one, _, _ in self._failed.values())
        return found + [one for one in failed if not {one.path, one.path.parent} & known]

    def agent_of(self, path: Path) -> str:
        """The name of the agent whose transcript a file of this name is."""
        return self._owner(path).name

    def parts(self, path: Path) -> list[Path]:
        """The files that a transcript is read from: itself, and those of its subagents."""
        return self._owner(path).parts(path)

    def searched_bytes(self, path: Path) -> bytes | None:
        """What can be searched in place of the file, where the transcript is none of its own."""
        owner = self._owner(path)
        return owner.searched_bytes(path) if isinstance(owner, HoldsManySessions) else None

    def started_in(self, path: Path) -> str:
        """The folder in which a transcript's session was started; empty where nothing tells."""
        return self._owner(path).started_in(path)

    def resumes_anywhere(self, path: Path) -> bool:
        """Whether the transcript's agent finds the session by its id from any folder."""
        return self._owner(path).resumes_anywhere

    def resume_command(self, path: Path, session: str) -> tuple[str, ...]:
        """The words of the command with which the transcript's agent takes up the session again;
        empty for what is no session's id, and where the agent would not find that transcript.
        """
        owner = self._owner(path)
        if not is_session_id(session) or path not in owner.copies(session):
            return ()
        return owner.resume_command(session)

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
        """Read a transcript as the agent does whose it is; see :class:`Adapter`.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        owner, begun = self._owner(path), time.monotonic()
        if path in self._failed and self._failed[path][2] > _LONG_SECONDS:
            raise self._failed[path][1]
        try:
            transcript = owner.read(
                path, first=first, first_byte=first_byte, until=until, end=end, in_full=in_full
            )
        except TranscriptMissing as error:
            if os.path.lexists(holding_file(path)):
                failed = unread_session(owner.name, path, _reason_of(error))
                self._failed[path] = failed, error, time.monotonic() - begun
            raise
        self._failed.pop(path, None)
        return transcript

    def _owner(self, path: Path) -> Adapter:
        """Whose file it is: by its name, or by its first line where only the last would have it."""
        *others, last = self._adapters
        if named := next((a for a in others if a.owns(path)), None):
            return named
        begun = agent_by_first_line(path)
        return next((a for a in others if a.name == begun), last)


def _reason_of(error: TranscriptMissing) -> str:
    cause = error.__cause__
    return reason_of(cause) if isinstance(cause, OSError) else error.message.partition("': ")[2]
