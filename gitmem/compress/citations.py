"""Citations for what stands word for word in a session, where its writer gave none.  Pure.

A writer that quotes knows where its words are from and cites them itself.  What is left is found
by looking: the message of an error where it was printed, other words where they were said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitmem.compress.quotes import MIN_QUOTE, SessionWords, fold
from gitmem.model import labels
from gitmem.model.items import Item, items_of
from gitmem.model.memory import Citation, Memory
from gitmem.model.session import Event, EventKind

_MAX_LINES = 40  # of a message that are looked up


def cite_verbatim(memories: Sequence[Memory], events: Sequence[Event]) -> list[Memory]:
    """The memories with a citation for each item that has none and stands in the events.

    ``events`` are masked as the memories are.  An item stands there if all of its words do, those
    of a decision in whatever records; what does not, or is too short to be known, is not cited.
    """
    said = SessionWords(events)
    printed = SessionWords([event for event in events if event.kind is EventKind.RESULT])
    return [_with_citations(memory, said, printed) for memory in memories]


def _with_citations(memory: Memory, said: SessionWords, printed: SessionWords) -> Memory:
    known = {citation.item for citation in memory.citations}
    found = [
        Citation(item.name, records)
        for item in items_of(memory)
        if item.name not in known and (records := _records_of(item, said, printed))
    ]
    return replace(memory, citations=(*memory.citations, *found)) if found else memory


def _records_of(item: Item, said: SessionWords, printed: SessionWords) -> tuple[int, ...]:
    if item.label == labels.ERROR:
        lines = [line for line in item.words[0].text.splitlines() if len(fold(line)) >= MIN_QUOTE]
        whole = printed.records_of(item.words[0].text)
        return whole or _common_records(lines[:_MAX_LINES], printed)
    places = [said.records_of(words.text) for words in item.words]
    return tuple(sorted({place[0] for place in places})) if all(places) else ()


def _common_records(lines: Sequence[str], printed: SessionWords) -> tuple[int, ...]:
    """The records that hold each of the lines, whatever stands between them."""
    places = [set(printed.records_of(line)) for line in lines]
    return tuple(sorted(set.intersection(*places))) if places else ()
