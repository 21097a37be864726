"""What memories of one session, or of one commit, say twice is told once in an answer.  Pure.

Two commits of one turn share their reasons, and a squash holds the memories of several.  Nothing
is taken from a note: an answer leaves an item out while another item in it says the same words, in
the same role, and perhaps more.  Memories of different sessions and commits are left alone: that
two people gave the same reason is worth knowing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from gitmem.model import labels
from gitmem.model.items import Item, items_of, without_items
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.value import dataclass, replace

_AT_ONCE = 8
"""Entries that are compared with one another before the first is told: commits of one turn stand
next to each other."""

_SPACE = re.compile(r"\s+")
_SAME_AS_FACT = (labels.WHY, labels.DECIDED, labels.BECAUSE)


def fold_words(text: str) -> str:
    """The text as it is compared: letter case, white space and the full stop do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", plain).strip().rstrip(".").rstrip()


def kin_of(memory: Memory, commit: str) -> tuple[str, ...]:
    """What makes memories one story: the session they come from, and the commit they stand at."""
    session = memory.provenance.session
    return tuple(key for key in (session and f"session {session}", commit) if key)


class Told:
    """What an answer has said so far."""

    def __init__(self) -> None:
        self._by_claim: dict[tuple[str, str, str], list[frozenset[tuple[str, str]]]] = {}

    def covers(self, item: Item, kin: Collection[str]) -> bool:
        """Whether a memory of the same story has said all of this."""
        label, text = _claim(item)
        roles = (label, *_SAME_AS_FACT) if label == labels.WHAT else (label,)
        wanted = _sayings(item)
        for role in roles:
            for name in kin:
                found = self._by_claim.get((name, role, text), ())
                if any(role != label or wanted <= said for said in found):
                    return True
        return False

    def add(self, item: Item, kin: Collection[str]) -> None:
        """The item is told."""
        said = _sayings(item)
        for label, text in said:
            for name in kin:
                self._by_claim.setdefault((name, label, text), []).append(said)


def tell_once(entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """The entries in their order, without the items that another one in them covers.

    Of two that say the same, the one that says more keeps it, then that of the later memory.  A
    memory with nothing left but what another of its entry has as title and files goes whole.
    """
    told, rest = Told(), iter(entries)
    while some := list(islice(rest, _AT_ONCE)):
        yield from _tell_together(some, told)


@dataclass(frozen=True)
class _Place:
    """An item where it stands: the entry's number, and the memory's in it."""

    entry: int
    number: int
    memory: Memory
    item: Item
    kin: tuple[str, ...]

    @property
    def moment(self) -> tuple[str, int]:
        """The commit's time and, within a turn, where the memory's records end."""
        origin = self.memory.provenance
        return origin.time, origin.records[1] if origin.records else 0


def _tell_together(entries: Sequence[LogEntry], told: Told) -> Iterator[LogEntry]:
    places = [
        _Place(n, number, memory, item, kin_of(memory, entry.commit))
        for n, entry in enumerate(entries)
        for number, memory in enumerate(entry.memories)
        for item in items_of(memory)
    ]
    # Sorting is stable: facts last, what says most first, then what is latest.
    places.sort(key=lambda place: place.moment, reverse=True)
    places.sort(key=lambda place: (place.item.label == labels.WHAT, -len(_sayings(place.item))))
    dropped: dict[tuple[int, int], set[str]] = {}
    for place in places:
        if told.covers(place.item, place.kin) or is_title(place.item, place.memory):
            dropped.setdefault((place.entry, place.number), set()).add(place.item.name)
        else:
            told.add(place.item, place.kin)
    for n, entry in enumerate(entries):
        memories = [
            without_items(memory, dropped.get((n, number), ()))
            for number, memory in enumerate(entry.memories)
        ]
        yield replace(entry, memories=tuple(_that_add_something(memories)))


def is_title(item: Item, memory: Memory) -> bool:
    """Whether a reason or fact only repeats the title above it."""
    is_plain = item.label in (labels.WHY, labels.WHAT)
    return is_plain and fold_words(item.words[0].text) == fold_words(memory.title)


def _that_add_something(memories: Sequence[Memory]) -> Iterator[Memory]:
    """Without those that have nothing left but a title and files that another one tells."""
    files_of: dict[tuple[str, str], set[str]] = {}
    for memory in sorted(memories, key=lambda one: not any(items_of(one))):
        key = memory.kind, fold_words(memory.title)
        known = files_of.get(key)
        if known is not None and not any(items_of(memory)) and known >= {*memory.files_changed}:
            memories = [one for one in memories if one is not memory]
        files_of.setdefault(key, set()).update(memory.files_changed)
    yield from memories


def _claim(item: Item) -> tuple[str, str]:
    return item.label, fold_words(item.words[0].text)


def _sayings(item: Item) -> frozenset[tuple[str, str]]:
    return frozenset((words.label, fold_words(words.text)) for words in item.words)
