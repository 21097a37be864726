"""The part of the transcript behind a memory, as far as it is here and can be trusted.

A transcript is not the memory's: its agent may have rewritten it, deleted it, or be writing it.
What a memory quotes is looked up in the records that it names before they are taken for its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gitmem.capture.agent_work import SessionFile
from gitmem.capture.reread import roots_of
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import is_intact
from gitmem.capture.workspace import Workspace
from gitmem.compress.quotes import MIN_QUOTE, fold
from gitmem.errors import TranscriptMissing
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_text
from gitmem.model.items import items_of
from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind, Slice, Transcript
from gitmem.model.session_part import SessionPart
from gitmem.recall.item_proof import fragments_of
from gitmem.recall.session_records import SessionRecords
from gitmem.state.cursors import Mark, read_cursors

_Span = tuple[int, int]
_MOST_ITEMS = 40
_ANSWERS = 8  # records behind a part in which the answers to its last calls are looked for


def read_session_parts(
    workspace: Workspace,
    memories: Sequence[Memory],
    *,
    whole: bool = False,
    span: _Span | None = None,
) -> Iterator[SessionPart]:
    """The sessions behind the memories, in order, each once for every part of it.

    ``whole`` reads each session from beginning to end, ``span`` these records of it instead of the
    memories' own.

    Raises:
        SettingsInvalid: what is to be masked cannot be told.
    """
    for memory in memories:
        if not memory.provenance.session:
            yield SessionPart(
                "", memory.provenance.agent, (memory,), remarks=(_no_session(memory),)
            )
    for session in dict.fromkeys(m.provenance.session for m in memories if m.provenance.session):
        theirs = [memory for memory in memories if memory.provenance.session == session]
        yield from _parts_of_session(workspace, session, theirs, whole=whole, span=span)


def read_whole_session(
    workspace: Workspace, session: str, span: _Span | None
) -> SessionPart | None:
    """A session by its id alone; None where its transcript is not on this machine."""
    file = session_file(workspace, session)
    if file is None:
        return None
    return _Reader(workspace, file).read((), span or (0, -1))


def _parts_of_session(
    workspace: Workspace,
    session: str,
    memories: Sequence[Memory],
    *,
    whole: bool,
    span: _Span | None,
) -> Iterator[SessionPart]:
    agent = memories[0].provenance.agent
    file = session_file(workspace, session)
    if file is None:
        remarks = tuple(_not_here(workspace, memories[0]))
        yield SessionPart(session, agent, tuple(memories), remarks=remarks)
        return
    reader = _Reader(workspace, file)
    if whole or span is not None:
        yield _or_missing(reader, memories, span or (0, -1))
        return
    nameless = [memory for memory in memories if memory.provenance.records is None]
    for records, theirs in _spans(memories):
        yield _or_missing(reader, theirs, records)
    if nameless:
        said = "It names no records of its session. The whole session: add --all."
        yield SessionPart(session, agent, tuple(nameless), str(file.path), remarks=(said,))


def _or_missing(reader: _Reader, memories: Sequence[Memory], span: _Span) -> SessionPart:
    try:
        return reader.read(memories, span)
    except TranscriptMissing as error:
        origin = memories[0].provenance
        said = f"Its transcript cannot be read: {error.message}."
        return SessionPart(origin.session, origin.agent, tuple(memories), remarks=(said,))


def _spans(memories: Sequence[Memory]) -> list[tuple[_Span, list[Memory]]]:
    """The memories' records, those that overlap or touch as one, in order."""
    found: list[tuple[_Span, list[Memory]]] = []
    ranged = [(m.provenance.records, m) for m in memories if m.provenance.records is not None]
    for (first, end), memory in sorted(ranged, key=lambda pair: pair[0]):
        if found and first <= found[-1][0][1]:
            before, theirs = found[-1]
            found[-1] = (before[0], max(before[1], end)), [*theirs, memory]
        else:
            found.append(((first, end), [memory]))
    return found


def _no_session(memory: Memory) -> str:
    origin = memory.provenance
    if origin.is_of_history:
        return "It was made from the commit alone: no agent's session is behind it."
    source = origin.extra.get("source")
    if isinstance(source, str) and source:
        return f"It was taken from {source}, without a session."
    return "It was written by hand or as an agent's note: no transcript is behind it."


def _not_here(workspace: Workspace, memory: Memory) -> Iterator[str]:
    origin = memory.provenance
    agent = origin.agent.partition(" ")[0]
    whose = f" of {origin.author}" if origin.author else ""
    yield f"The transcript of this session{whose} is not on this machine."
    place = workspace.agents.usual_place(agent, origin.session)
    if place:
        yield (
            f"It lay where the work was done, at {place}, unless it was deleted there:"
            " agents delete old ones."
        )
    quotes = sum(1 for citation in memory.citations if citation.quote.strip())
    left = f", with {quotes} quotation{'' if quotes == 1 else 's'} of it" if quotes else ""
    yield f"What remains is the memory{left}: gitmem show --evidence {memory.id[:9]}"


@dataclass(frozen=True)
class _Reader:
    """Reads one session's transcript."""

    workspace: Workspace
    file: SessionFile

    def read(self, memories: Sequence[Memory], span: _Span) -> SessionPart:
        """The records of the span; an end below 0 is the file's.

        Raises:
            TranscriptMissing: the file is gone or cannot be read.
        """
        mark = read_cursors(self.workspace.repo).marks.get(self.file.session, Mark())
        first, end = span
        shift = mark.shift if first else 0
        transcript = self._transcript(first, end, shift)
        if end >= 0:
            transcript = _with_answers(transcript, first - shift, end - shift)
        part = self._part(memories, transcript, shift)
        if end < 0 or not memories:
            return part
        is_cut = transcript.end + shift < end
        is_moved = bool(mark.shift) or not is_intact(self.file.path, mark)
        items = _items_of(memories)
        found = self._found(part.events, items)
        if is_cut:
            said = "The transcript was shortened since: its last records are gone."
            part = replace(part, remarks=(said, *part.remarks))
        if part.events and (len(found) * 2 >= len(items) if items else not is_moved):
            return part
        placed = self._placed(memories, items, len(found))
        if placed.events or is_moved:
            return placed
        doubt = (
            "Nothing that the memory says stands in these records word for word: they may be"
            " another's."
        )
        return part if found or not items else replace(part, remarks=(doubt, *part.remarks))

    def _placed(
        self, memories: Sequence[Memory], items: Sequence[Sequence[str]], least: int
    ) -> SessionPart:
        """Where the memories' own words stand now, in a transcript whose numbers may not hold.

        Without events where no more of them than the ``least`` stand anywhere.
        """
        transcript = self._transcript(0, -1, 0)
        whole = self._part(memories, transcript, 0)
        found = self._found(whole.events, items)
        if len(found) <= least or len(found) * 2 < len(items):
            lost = (
                "The transcript was rewritten since, or is another's: the records that the memory"
                " names do not hold its words. The whole session: add --all."
            )
            return replace(whole, records=None, events=(), remarks=(lost,), goes_on=False)
        first, end = _turns_around(whole.events, min(found), max(found))
        events = tuple(one for one in whole.events if first <= one.record < end)
        said = (
            f"The transcript was rewritten since: this part was found by {len(found)} of"
            f" {len(items)} items of the memory, and may be longer or shorter than it was."
        )
        goes_on = end < transcript.end
        remarks = (said, *whole.remarks)
        return replace(whole, records=(first, end), events=events, remarks=remarks, goes_on=goes_on)

    def _transcript(self, first: int, end: int, shift: int) -> Transcript:
        until = None if end < 0 else max(0, end - shift) + _ANSWERS
        start = max(0, first - shift)
        return self.workspace.agents.read(self.file.path, first=start, end=until, in_full=True)

    def _part(self, memories: Sequence[Memory], read: Transcript, shift: int) -> SessionPart:
        remarks = []
        if read.is_thinned:
            remarks.append("It is very long: older answers and words were shortened or left out.")
        if read.broken_lines:
            lines = "1 line" if read.broken_lines == 1 else f"{read.broken_lines} lines"
            remarks.append(f"{lines} of it cannot be read, and are left out.")
        events = self._visible(read)
        if shift:
            events = tuple(replace(one, record=one.record + shift) for one in events)
        return SessionPart(
            session=self.file.session,
            agent=read.agent,
            memories=tuple(memories),
            source=str(self.file.path),
            records=(read.first + shift, read.end + shift),
            events=events,
            remarks=tuple(remarks),
            goes_on=read.goes_on,
            mask=partial(_masked, policy=self.workspace.policy),
        )

    def _visible(self, read: Transcript) -> tuple[Event, ...]:
        """What no excluded path hides."""
        exclusion = self.workspace.policy.exclusion
        if exclusion is None:
            return read.events
        roots = tuple(dict.fromkeys(roots_of(self.workspace, read)))
        part = Slice(read.session, read.agent, read.events, read.first, read.end, roots=roots)
        return exclusion.without(part).events

    def _found(self, events: Sequence[Event], items: Sequence[Sequence[str]]) -> list[int]:
        """A record for each item of which something is said, other than in a command."""
        known = SessionRecords(str(self.file.path), events, 0, self.workspace.policy)
        said = [one for one in events if one.kind is not EventKind.CALL]
        places = (
            next(
                (one.record for one in said if any(known.says(one, words) for words in item)), None
            )
            for item in items
        )
        return [place for place in places if place is not None]


def _with_answers(read: Transcript, first: int, end: int) -> Transcript:
    """The records up to ``end``, with what was answered to their calls just behind it; without
    the answers in front to calls before ``first``, which belong there.
    """
    inside = [event for event in read.events if event.record < end]
    called = {event.call_id for event in inside if event.kind is EventKind.CALL}
    behind = [
        event
        for event in read.events
        if event.record >= end and event.kind is EventKind.RESULT and event.call_id in called
    ]
    while first > 0 and inside and inside[0].kind is EventKind.RESULT:
        inside.pop(0)
    goes_on = read.goes_on or read.end > end
    return replace(read, events=(*inside, *behind), end=min(end, read.end), goes_on=goes_on)


def _masked(text: str, policy: Policy) -> str:
    return redact(clean_text(text, len(text)), policy)


def _items_of(memories: Sequence[Memory]) -> list[list[str]]:
    """Of each item that cites the session, the words by which it is known there."""
    found: list[list[str]] = []
    for memory in memories:
        items = {item.name: item for item in items_of(memory)}
        for citation in memory.citations:
            if citation.item in items:
                words = fragments_of(items[citation.item], citation)
                told = [one for one in words if len(fold(one)) >= MIN_QUOTE]
                found += [told] if told else []
    return found[:_MOST_ITEMS]


def _turns_around(events: Sequence[Event], first: int, last: int) -> tuple[int, int]:
    """From the prompt before the first record to the one after the last."""
    prompts = [one.record for one in events if one.kind is EventKind.PROMPT]
    begin = max((record for record in prompts if record <= first), default=first)
    end = min((record for record in prompts if record > last), default=-1)
    return begin, end if end >= 0 else max(one.record for one in events) + 1
