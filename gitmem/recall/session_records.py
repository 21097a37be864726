"""The records that memories cite, read again from the transcripts that are on this machine.

Records are numbered as in the notes.  A transcript that was rewritten since (the agent compacted
or resumed it into a new file) still holds the words, but other numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gitmem.agents.slice import slice_of
from gitmem.capture.reread import roots_of
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import is_intact
from gitmem.capture.workspace import Workspace
from gitmem.compress.quotes import SessionWords, fold
from gitmem.errors import TranscriptMissing
from gitmem.guard.policy import MASK, Policy
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_text
from gitmem.model.memory import Provenance
from gitmem.model.session import Event
from gitmem.state.cursors import read_cursors

_MASK = "[masked]"
_GAPS = re.compile(r"\.\.\.|…")
_MAX_KEPT = 8  # sessions at once, each of up to some tens of MB


@dataclass
class SessionRecords:
    """What a session's transcript says, as far as a memory may tell it.

    ``is_rewritten``: the numbers in older notes are not those of ``events``.  ``is_whole``: no
    event was dropped for want of room.  ``end`` is behind the last record.
    """

    path: str
    events: Sequence[Event]
    end: int
    policy: Policy
    is_rewritten: bool = False
    is_whole: bool = True
    _masked: dict[int, str] = field(default_factory=dict, init=False)
    _folded: dict[int, str] = field(default_factory=dict, init=False)

    def within(self, first: int, end: int) -> list[Event]:
        """The events of a half-open range of records."""
        return [event for event in self.events if first <= event.record < end]

    def at(self, records: Sequence[int]) -> list[Event]:
        """The events of these records."""
        wanted = set(records)
        return [event for event in self.events if event.record in wanted]

    def masked(self, event: Event) -> str:
        """The event's text without secrets and control characters, as notes have it.

        Raises:
            SettingsInvalid: a pattern of the policy is none, or keeps taking too long.
        """
        key = id(event)
        if key not in self._masked:
            self._masked[key] = redact(clean_text(event.text, len(event.text)), self.policy)
        return self._masked[key]

    def says(self, event: Event, wanted: str) -> bool:
        """Whether the event says these words of a note, but for what a copyist changes and masks.

        "…" stands for words left out, and any mask for any secret.

        Raises:
            SettingsInvalid: as above.
        """
        needle = fold_masked(wanted)
        text = self._fold(event)
        if _MASK not in needle and "<private" not in text:
            return needle in text or bool(_GAPS.search(needle) and _records(event, text, needle))
        if not all(part in text for part in needle.split(_MASK)):
            return False  # without masking a text that cannot hold them
        text = fold_masked(self.masked(event))
        return needle in text or bool(_records(event, text, needle))

    def _fold(self, event: Event) -> str:
        key = id(event)
        if key not in self._folded:
            self._folded[key] = fold_masked(clean_text(event.text, len(event.text)))
        return self._folded[key]


def fold_masked(text: str) -> str:
    """The text as notes and transcripts are compared: a mask is a mask, of whatever kind."""
    return fold(MASK.sub(_MASK, text))


def _records(event: Event, text: str, needle: str) -> tuple[int, ...]:
    return SessionWords([replace(event, text=text)]).records_of(needle)


class RecordReader:
    """Reads the transcripts of many memories, each session mostly once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._marks = read_cursors(workspace.repo).marks
        self._known: dict[str, SessionRecords | TranscriptMissing] = {}

    def read(self, origin: Provenance) -> SessionRecords:
        """The records of the session that a memory comes from.

        Raises:
            TranscriptMissing: it names none, or its transcript is not on this machine.
        """
        if not origin.session:
            raise TranscriptMissing("it names no session", "")
        if origin.session not in self._known:
            while len(self._known) >= _MAX_KEPT:
                self._known.pop(next(iter(self._known)))
            try:
                self._known[origin.session] = self._read(origin, 0)
            except TranscriptMissing as error:
                self._known[origin.session] = error
        found = self._known[origin.session]
        if isinstance(found, TranscriptMissing):
            raise found
        if found.is_whole or found.is_rewritten or origin.records is None:
            return found
        return self._read(origin, origin.records[0])  # of a huge session from there on

    def _read(self, origin: Provenance, first: int) -> SessionRecords:
        agents = self._workspace.agents
        file = session_file(self._workspace, origin.session)
        if file is None:
            agent = origin.agent.partition(" ")[0]
            place = agents.usual_place(agent, origin.session) or "where its agent keeps them"
            raise TranscriptMissing(
                f"the transcript of session '{origin.session}' is not on this machine: look for it"
                f" where the work was done, at {place}",
                "",
            )
        mark = self._marks.get(origin.session)
        shift = 0 if mark is None else mark.shift
        transcript = agents.read(file.path, first=max(0, first - shift))
        is_rewritten = bool(shift) or (mark is not None and not is_intact(file.path, mark))
        worktree, *others = dict.fromkeys(roots_of(self._workspace, transcript))
        part = slice_of(transcript, worktree, others)
        exclusion = self._workspace.policy.exclusion
        events = (part if exclusion is None else exclusion.without(part)).events
        if shift:
            events = tuple(replace(event, record=event.record + shift) for event in events)
        return SessionRecords(
            path=str(file.path),
            events=events,
            end=transcript.end + shift,
            policy=self._workspace.policy,
            is_rewritten=is_rewritten,
            is_whole=not transcript.is_thinned,
        )
