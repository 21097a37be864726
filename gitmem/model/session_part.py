"""The part of a session behind some memories: what people are shown of a transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind
from gitmem.model.value import dataclass


def _unmasked(text: str) -> str:
    raise TypeError("a part of a session is told through a mask, and this one has none")


@dataclass(frozen=True)
class SessionPart:
    """What a session was asked, said and did for these memories.

    ``source`` is where the transcript lies on this machine, empty where it is not.  ``records`` is
    the half-open range that was read, as memories number it, or None; ``events`` are those of it.
    ``remarks`` say in sentences what cannot be shown, or how far it can be trusted.  Every text is
    told through ``mask``, which takes out secrets and control characters; without one nothing is.
    """

    session: str
    agent: str
    memories: tuple[Memory, ...] = ()
    source: str = ""
    records: tuple[int, int] | None = None
    events: tuple[Event, ...] = ()
    remarks: tuple[str, ...] = ()
    goes_on: bool = False
    mask: Callable[[str], str] = _unmasked


@dataclass(frozen=True)
class Step:
    """An event, with the answer to it where it is a call and one is recorded."""

    event: Event
    answer: Event | None = None


def steps_of(events: Sequence[Event]) -> Iterator[Step]:
    """The events as steps, in order; what the agent said to itself is left out.

    An answer whose call is not among the events is a step of its own.
    """
    answers: dict[str, list[Event]] = {}
    called = {one.call_id for one in events if one.kind is EventKind.CALL and one.call_id}
    for event in events:
        if event.kind is EventKind.RESULT and event.call_id:
            answers.setdefault(event.call_id, []).append(event)
    for event in events:
        if event.kind is EventKind.THINK:
            continue
        if event.kind is EventKind.RESULT:
            if event.call_id not in called:
                yield Step(event)
            continue
        found = answers.get(event.call_id) if event.kind is EventKind.CALL else None
        yield Step(event, found[-1] if found else None)
