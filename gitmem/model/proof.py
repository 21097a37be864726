"""What became of checking a memory: claim by claim right, wrong, or beyond what can be checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from gitmem.model.items import Item
from gitmem.model.memory import Memory


class Verdict(Enum):
    """What a check found."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "cannot be checked"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: ``subject`` is an item's name, ``commit``, ``files``, ``id`` or
    ``supersedes``; ``text`` says what was found there, or why it could not be looked at.
    """

    subject: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class CitedRecord:
    """What one event of a cited transcript record says, masked: the passage that matters.

    ``number`` counts as memories do, ``time`` is POSIX seconds (0: unknown), ``speaker`` says in
    words whose it is.
    """

    number: int
    time: float
    speaker: str
    passage: str


@dataclass(frozen=True)
class ItemProof:
    """An item beside what it was made from.

    ``item`` is None where a citation names nothing that the memory has; ``quote`` is the one that
    the citation gives.
    """

    name: str
    item: Item | None
    check: Check
    quote: str = ""
    records: tuple[CitedRecord, ...] = ()


@dataclass(frozen=True)
class MemoryProof:
    """A memory at a commit, with the proof of its items and the checks of the rest.

    ``source`` says where the transcript is: its path if ``is_here``, otherwise in words.
    """

    memory: Memory
    commit: str
    source: str = ""
    is_here: bool = False
    items: tuple[ItemProof, ...] = ()
    checks: tuple[Check, ...] = ()

    def all_checks(self) -> Iterator[Check]:
        """Those of the memory, then those of its items."""
        yield from self.checks
        yield from (proof.check for proof in self.items)
