"""A memory as its items: each claim with the words that belong to it, every word with its role.

Whoever shows a memory, in part or whole, takes the words from here: the reason and the rejected
options of a decision cannot be had without their labels.  An item's name is the one by which a
:class:`~gitmem.model.memory.Citation` names it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from gitmem.model import labels
from gitmem.model.labels import labelled, without_label
from gitmem.model.memory import Memory
from gitmem.model.value import dataclass, replace


@dataclass(frozen=True)
class Words:
    """Words and the label of their role; they are told without what repeats the label."""

    label: str
    text: str

    @property
    def line(self) -> str:
        """The words behind their label, as they are where only this much is shown."""
        return labelled(self.label, self.text)


@dataclass(frozen=True)
class Item:
    """One claim of a memory: ``name`` as citations have it, and its words, the claim's own first.

    Only a decision (because, rejected) and an error (frames, resolved) have more than one.
    """

    name: str
    words: tuple[Words, ...]

    @property
    def label(self) -> str:
        """The role of the claim itself."""
        return self.words[0].label


def items_of(memory: Memory) -> Iterator[Item]:
    """The items in the order in which people read them; what is blank is left out."""
    yield from _item("why", (labels.WHY, memory.why))
    for number, text in enumerate(memory.what):
        yield from _item(f"what/{number}", (labels.WHAT, text))
    for number, decision in enumerate(memory.decisions):
        yield from _item(
            f"decisions/{number}",
            (labels.DECIDED, decision.chose),
            (labels.BECAUSE, decision.because),
            *((labels.REJECTED, option) for option in decision.rejected),
        )
    for number, error in enumerate(memory.errors):
        yield from _item(
            f"errors/{number}",
            (labels.ERROR, error.message),
            (labels.FRAMES, "\n".join(error.frames)),
            (labels.RESOLVED, error.resolution),
        )
    for number, text in enumerate(memory.next):
        yield from _item(f"next/{number}", (labels.NEXT, text))


def without_items(memory: Memory, names: Collection[str]) -> Memory:
    """The memory shown in part, without these items; it keeps its id, being the same one.

    Never to be written: its fields are no longer those that the id was computed from.
    """
    if not names:
        return memory

    def rest(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(one for n, one in enumerate(values) if f"{name}/{n}" not in names)

    part = replace(
        memory,
        why="" if "why" in names else memory.why,
        what=rest("what", memory.what),
        decisions=rest("decisions", memory.decisions),
        errors=rest("errors", memory.errors),
        next=rest("next", memory.next),
    )
    part.__dict__["id"] = memory.id  # where the cached property would keep it
    return part


def shown_title(memory: Memory) -> str:
    """The title as it stands behind the kind: a decision's does not begin with "Decision:"."""
    is_decision = memory.kind == "decision"
    return without_label(labels.DECIDED, memory.title) if is_decision else memory.title


def _item(name: str, *pairs: tuple[str, str]) -> Iterator[Item]:
    words = tuple(_words(label, text) for label, text in pairs if text.strip())
    if words:
        yield Item(name, words)


def _words(label: str, text: str) -> Words:
    return Words(label, text.strip() if label in labels.VERBATIM else without_label(label, text))
