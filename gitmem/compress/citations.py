"""Citations for what stands word for word in a session, where its writer gave none.  Pure.

A writer that quotes knows where its words are from and cites them itself.  What is left is found
by looking: the message of an error where it was printed, other words where they were said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gitmem.compress.compressor import Compression
from gitmem.compress.quotes import MIN_QUOTE, SessionWords, fold
from gitmem.guard.redact import Evidence
from gitmem.model import labels
from gitmem.model.items import Item, items_of
from gitmem.model.memory import Citation, Memory
from gitmem.model.session import Event, EventKind

_BREAK = re.compile(r"(?<=[.!?])\s+|[;:]\s+|\n+|\bThen: ")
_MAX_LINES = 40  # of a message that are looked up


def cite_verbatim(memories: Sequence[Memory], events: Sequence[Event]) -> list[Memory]:
    """The memories with a citation for each item that has none and stands in the events.

    ``events`` are masked as the memories are.  An item stands there if all of its words do,
    sentence by sentence, in whatever records; what does not, or is too short to be known, is not
    cited.
    """
    said = SessionWords(events)
    printed = SessionWords([event for event in events if event.kind is EventKind.RESULT])
    return [_with_citations(memory, said, printed) for memory in memories]


def cite_evidence(made: Compression, evidence: Evidence) -> Compression:
    """What a compressor made of the evidence, cited in it; a commit without a session has none."""
    if not evidence.slice.session:
        return made
    return replace(made, memories=tuple(cite_verbatim(made.memories, evidence.slice.events)))


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
    parts = [part for words in item.words for part in _known_parts(words.text, said)]
    places = [said.records_of(part) for part in parts]
    return tuple(sorted({place[0] for place in places})) if all(places) else ()


def _known_parts(text: str, said: SessionWords) -> list[str]:
    return [text] if said.records_of(text) else sentences_of(text)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text that was put together, each as it may stand in the session; the text
    itself where it has none that are long enough to be known.
    """
    parts = (part.strip(" .;:") for part in _BREAK.split(text))
    return [part for part in parts if len(fold(part)) >= MIN_QUOTE] or [text]


def _common_records(lines: Sequence[str], printed: SessionWords) -> tuple[int, ...]:
    """The records that hold each of the lines, whatever stands between them."""
    places = [set(printed.records_of(line)) for line in lines]
    return tuple(sorted(set.intersection(*places))) if places else ()
