"""Whether the items of a memory stand in the records that they cite.  Nothing is read here.

A quotation proves its item, word for word.  An item without one is itself the quotation: it is
right where its words stand together, wrong where most of them are missing, and in between, where it
was condensed, no machine can tell.  What it says that a person said must be a person's, verbatim.
Note and transcript are both compared without secrets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from gitmem.compress.citations import sentences_of
from gitmem.compress.quotes import MIN_QUOTE, fold
from gitmem.compress.sentences import sentences
from gitmem.guard.untrusted import MARK
from gitmem.model import labels
from gitmem.model.items import Item, items_of
from gitmem.model.memory import Citation, Memory
from gitmem.model.proof import Check, CitedRecord, ItemProof, Verdict
from gitmem.model.session import Event, EventKind
from gitmem.model.text import STOP_WORDS, words_of
from gitmem.model.user_words import sentences_as_said, split_user_words
from gitmem.recall.session_records import SessionRecords, fold_masked

_ENOUGH = 0.5  # of an item's words; with fewer it is not what stands there
_AROUND = 160
_MAX_PASSAGE = 600
_MAX_EVENTS = 4
_MAX_NUMBERS = 8
_NAME = re.compile(r"why|(?:what|decisions|errors|next)/\d+")
_CUT = "characters left out …]"  # as a text is marked that was too long to be read whole

_SPEAKERS = {
    EventKind.PROMPT: "a person",
    EventKind.SAY: "the agent",
    EventKind.THINK: "the agent, to itself",
    EventKind.SUMMARY: "the agent's summary",
    EventKind.RESULT: "printed",
    EventKind.INTERRUPT: "a person interrupted",
}


def prove_items(memory: Memory, records: SessionRecords) -> list[ItemProof]:
    """Each item beside the records that it cites, in the memory's order.

    Raises:
        SettingsInvalid: a pattern of the masking policy is none, or keeps taking too long.
    """
    return list(_proofs(memory, records, ""))


def leave_items(memory: Memory, reason: str) -> list[ItemProof]:
    """The same where nothing can be read: ``reason`` says why."""
    return list(_proofs(memory, None, reason))


def _proofs(memory: Memory, records: SessionRecords | None, reason: str) -> Iterator[ItemProof]:
    items = {item.name: item for item in items_of(memory)}
    cited: dict[str, list[Citation]] = {}
    for citation in memory.citations:
        cited.setdefault(citation.item, []).append(citation)
    for name, item in items.items():
        for citation in cited.get(name, [Citation(name)]):
            yield (
                _Prover(memory, records, item, citation).proof()
                if records is not None
                else _unread(item, citation, reason)
            )
    for name in (name for name in cited if name not in items):
        yield ItemProof(name, None, _dangling(name))


def _dangling(name: str) -> Check:
    """A citation of nothing: a mistake, or of a kind of item that a newer gitmem knows."""
    if _NAME.fullmatch(name):
        text = "a citation names an item that the memory does not have"
        return Check(name, Verdict.WRONG, text)
    return Check(name, Verdict.UNKNOWN, "a citation names an item of an unknown kind")


def _unread(item: Item, citation: Citation, reason: str) -> ItemProof:
    check = Check(item.name, Verdict.UNKNOWN, reason if citation.records else "it cites no record")
    return ItemProof(item.name, item, check, citation.quote)


class _Prover:
    """One citation of an item, beside the transcript."""

    def __init__(
        self, memory: Memory, records: SessionRecords, item: Item, citation: Citation
    ) -> None:
        self._records = records
        self._item = item
        self._citation = citation
        self._range = memory.provenance.records
        self._told, self._quoted = _told_and_quoted(item, citation)

    def proof(self) -> ItemProof:
        events = self._cited_events()
        verdict, text = self._judge(events)
        found = [event for event in events if self._holds_something(event)]
        shown = (found or events)[:_MAX_EVENTS]
        return ItemProof(
            self._item.name,
            self._item,
            Check(self._item.name, verdict, text),
            self._citation.quote,
            tuple(self._cited_record(event) for event in shown if self._text(event)),
        )

    def _cited_events(self) -> list[Event]:
        if self._citation.records:
            events = self._records.at(self._citation.records)
            if self._records.is_rewritten and not any(map(self._holds_something, events)):
                return [e for e in self._records.events if self._holds_something(e)]
            return [*events, *self._of_subagents_before()]
        if self._item.label == labels.ERROR and self._range is not None:
            inside = self._records.within(*self._range)
            return [event for event in inside if self._holds_something(event)]
        return []

    def _of_subagents_before(self) -> list[Event]:
        """A subagent's event stands at the record that it was written after, but at the one behind
        it where a slice began between the two.
        """
        before = self._records.at([number - 1 for number in self._citation.records])
        return [event for event in before if event.is_subagent and self._holds_something(event)]

    def _judge(self, events: Sequence[Event]) -> tuple[Verdict, str]:
        numbers = self._citation.records
        is_error = self._item.label == labels.ERROR
        if not numbers and not (is_error and self._range is not None):
            return Verdict.UNKNOWN, "it cites no record"
        if (
            numbers
            and self._range
            and not all(self._range[0] <= n < self._range[1] for n in numbers)
        ):
            first, end = self._range
            verb = "is" if len(numbers) == 1 else "are"
            return Verdict.WRONG, f"{_named(numbers)} {verb} not within {first} to {end}, its slice"
        where = _named(numbers) if numbers else "its slice of the session"
        is_short = sum(len(fold(one)) for one in self._needles()) < MIN_QUOTE
        if not is_error and is_short and self._is_said_by_a_person(events):
            return Verdict.UNKNOWN, f"{self._claim()} is too short to prove anything"
        if self._is_proved(events):
            place = (
                f"{where} of the transcript before it was rewritten"
                if (self._records.is_rewritten)
                else where
            )
            return Verdict.RIGHT, f"{self._claim()} stands in {place}"
        if not self._citation.quote and not is_error and self._is_proved_in_parts(events):
            return Verdict.RIGHT, f"it stands, sentence by sentence, in {where}"
        if reason := self._why_unsure(events):
            return Verdict.UNKNOWN, reason
        if not events and numbers:
            return Verdict.WRONG, f"nothing is said in {where}"
        if not self._is_said_by_a_person(events):
            return Verdict.WRONG, f"no person says the words in quotation marks in {where}"
        if self._citation.quote or is_error:
            return Verdict.WRONG, f"{self._claim()} does not stand in {where}"
        return self._judge_condensed(events, where)

    def _claim(self) -> str:
        if self._citation.quote:
            return "the quotation"
        return "the message" if self._item.label == labels.ERROR else "it"

    def _why_unsure(self, events: Sequence[Event]) -> str:
        numbers = self._citation.records
        if self._records.is_rewritten:
            return "the transcript was rewritten since, and its records are other ones"
        if numbers and max(numbers) >= self._records.end:
            return f"the transcript ends before {_named(numbers)}"
        if any(_CUT in event.text for event in events):
            return "what it cites was too long to be read whole"
        return "" if self._records.is_whole else "the session is too long to be read whole"

    def _judge_condensed(self, events: Sequence[Event], where: str) -> tuple[Verdict, str]:
        wanted = {word for one in self._told for word in words_of(one)} - STOP_WORDS
        said = {word for event in events for word in words_of(self._text(event))}
        share = len(wanted & said) / len(wanted) if wanted else 0.0
        if share < _ENOUGH:
            return Verdict.WRONG, f"{share:.0%} of its words stand in {where}"
        return Verdict.UNKNOWN, f"it is condensed: {share:.0%} of its words stand in {where}"

    def _is_proved(self, events: Sequence[Event]) -> bool:
        told = all(any(self._holds(event, one) for event in events) for one in self._told)
        return told and self._is_said_by_a_person(events)

    def _is_proved_in_parts(self, events: Sequence[Event]) -> bool:
        told = all(any(self._holds(event, part) for event in events) for part in self._told_parts())
        return told and self._is_said_by_a_person(events)

    def _is_said_by_a_person(self, events: Sequence[Event]) -> bool:
        """Whether a person says all that the item says a person said."""
        return all(any(self._asks(event, part) for event in events) for part in self._quoted_parts)

    def _holds_something(self, event: Event) -> bool:
        wanted = (*self._needles(), *self._told_parts())
        return any(self._holds(event, one) for one in wanted) or any(
            self._asks(event, part) for part in self._quoted_parts
        )

    def _told_parts(self) -> list[str]:
        return [part for one in self._told for part in sentences_of(one)]

    @cached_property
    def _quoted_parts(self) -> list[str]:
        return [part for one in self._quoted for part in sentences_as_said(one)]

    def _needles(self) -> list[str]:
        """What must stand in the records: what is told, and what a person is said to have said."""
        return [*self._told, *self._quoted]

    def _holds(self, event: Event, wanted: str) -> bool:
        """Whether the event says that; a command proves nothing but itself."""
        return event.kind is not EventKind.CALL and self._records.says(event, wanted)

    def _asks(self, event: Event, wanted: str) -> bool:
        """Whether a person says that there: as it stands, or in a sentence without Markdown."""
        if event.kind is not EventKind.PROMPT or event.is_subagent:
            return False
        if self._records.says(event, wanted):
            return True
        needle = fold_masked(wanted)
        return any(needle in fold_masked(one) for one in sentences(self._records.masked(event)))

    def _text(self, event: Event) -> str:
        return self._records.masked(event).strip() or event.path

    def _cited_record(self, event: Event) -> CitedRecord:
        text = self._text(event)
        wanted = (*self._needles(), *self._told_parts(), *self._quoted_parts)
        needle = next((one for one in wanted if fold_masked(one) in fold_masked(text)), "")
        passage = passage_around(text, fold_masked(needle))
        return CitedRecord(event.record, event.told_time, _speaker(event), passage)


def _told_and_quoted(item: Item, citation: Citation) -> tuple[list[str], list[str]]:
    """The quotation, the message's lines, or the words; and what of these is said to be a person's,
    word for word.
    """
    if citation.quote:
        return [citation.quote], []
    if item.label == labels.ERROR:
        return [line for line in item.words[0].text.splitlines() if fold(line)], []
    told: list[str] = []
    quoted: list[str] = []
    for words in item.words:
        rest, said = split_user_words(words.text)
        told += [rest] if rest else []
        quoted += said
    return told, quoted


def fragments_of(item: Item, citation: Citation) -> list[str]:
    """Words of which a session has some that the item comes from: whole, and by sentences."""
    told, quoted = _told_and_quoted(item, citation)
    parts = [part for one in told for part in sentences_of(one)]
    return [*told, *quoted, *parts, *(part for one in quoted for part in sentences_as_said(one))]


def passage_around(text: str, folded: str) -> str:
    """The part of a text that holds the words, with some of what stands around them.

    ``folded`` are the words as :func:`fold_masked` gives them; without any it is the beginning.
    """
    start = end = 0
    if folded and folded in fold_masked(text):
        # The shortest beginning that holds them, and of that the shortest end.
        end = bisect_left(range(len(text)), True, key=lambda n: folded in fold_masked(text[:n]))
        back = bisect_left(
            range(end), True, key=lambda n: folded in fold_masked(text[end - n : end])
        )
        start = end - back
    first, last = max(0, start - _AROUND), min(len(text), max(end, start) + _AROUND)
    if not folded:
        last = min(len(text), _MAX_PASSAGE)
    if last - first > _MAX_PASSAGE:
        last = first + _MAX_PASSAGE
    if first:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text):
        last = text.rfind(" ", end, last) if text.rfind(" ", end, last) > 0 else last
    shown = text[first:last].strip()
    return f"{MARK if first else ''}{shown}{MARK if last < len(text) else ''}"


def _speaker(event: Event) -> str:
    if event.kind is EventKind.CALL:
        told = f"the agent called {event.tool}"
    elif event.kind is EventKind.PROMPT and event.is_subagent:
        told = "asked"
    else:
        told = _SPEAKERS[event.kind] + (", failed" if event.is_error else "")
    return f"in a subagent, {told}" if event.is_subagent else told


def _named(numbers: Sequence[int]) -> str:
    told = ", ".join(map(str, numbers[:_MAX_NUMBERS]))
    more = f" and {len(numbers) - _MAX_NUMBERS} more" if len(numbers) > _MAX_NUMBERS else ""
    return f"{'record' if len(numbers) == 1 else 'records'} {told}{more}"
