"""The context block: what the next session is told, fitted to a token budget.

Items come ordered by importance.  Each is written as fully as its share of what is left
allows, so that the first say much and many more say at least their title.  No clock is looked
at: the same memories give the same text, and a resumed session is not told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gitmem.guard.untrusted import clean_line, frame_as_data, neutralise
from gitmem.model.memory import Decision, ErrorMet, Memory

BYTES_PER_TOKEN = 4
"""The estimate of a token's size, in UTF-8 bytes: about right for English and for code, and on
the safe side for scripts whose characters take three bytes.  Tokenizers are not at hand here."""

MAX_BYTES = 9_800
"""The client shows a preview only of what has more than 10,000 UTF-16 units; UTF-8 never has
fewer bytes than a text has such units, so counting bytes keeps both limits."""

ID_LENGTH = 9
COMMIT_LENGTH = 10

_SHARE_IN_FULL = 0.4
_SHARE_IN_BRIEF = 0.6
_SMALLEST_ITEM = 24  # bytes; with less left no title is worth writing


@dataclass(frozen=True)
class ContextItem:
    """A memory to tell, and the commit that holds it (empty while it is pending)."""

    memory: Memory
    commit: str
    is_pending: bool


@dataclass(frozen=True)
class ContextBlock:
    """The text to inject, and how many of the items are in it and are not."""

    text: str
    shown: int
    left_out: int


def render_context(items: Sequence[ContextItem], budget_tokens: int) -> ContextBlock:
    """Fit the items, most important first, into ``budget_tokens`` (4 UTF-8 bytes each).

    The text is never larger than the budget nor than the client shows whole, and empty when
    there are no items or not even one fits.
    """
    limit = min(budget_tokens * BYTES_PER_TOKEN, MAX_BYTES)
    room = limit - _size(_framed([], len(items)))
    blocks = list(_fitted(items, room))
    left_out = len(items) - len(blocks)
    text = _framed(blocks, left_out) if blocks else ""
    return ContextBlock(text, len(blocks), left_out)


def _fitted(items: Sequence[ContextItem], room: int) -> Iterator[str]:
    """Each item in the fullest form that its share of the room takes."""
    forms = ((_in_full, _SHARE_IN_FULL), (_in_brief, _SHARE_IN_BRIEF), (_heading, 1.0))
    for position, item in enumerate(items):
        if room < _SMALLEST_ITEM:
            return
        block = _first_fitting(item, forms, room, is_alone=position == len(items) - 1)
        if block:
            room -= _size(block) + 1
            yield block


def _first_fitting(
    item: ContextItem,
    forms: Iterable[tuple[Callable[[ContextItem], str], float]],
    room: int,
    *,
    is_alone: bool,
) -> str:
    for form, share in forms:
        block = neutralise(form(item))  # before it is measured: look-alikes take more bytes
        if _size(block) + 1 <= (room if is_alone else int(room * share)):
            return block
    return ""


def _framed(blocks: Sequence[str], left_out: int) -> str:
    more = f"{left_out} more: `gitmem log`. " if left_out else ""
    footer = f"{more}All of one: `gitmem show ID`. A commit's: `gitmem show COMMIT`."
    return frame_as_data("\n".join([*blocks, footer]))


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _heading(item: ContextItem) -> str:
    memory = item.memory
    return f"- {_line(memory.title, 160)} ({', '.join(_origin(item))})"


def _origin(item: ContextItem) -> Iterator[str]:
    """Kind, id, commit, date and author; the date is the commit's, UTC."""
    memory, origin = item.memory, item.memory.provenance
    yield _line(memory.kind, 20)
    yield memory.id[:ID_LENGTH]
    yield "not committed yet" if item.is_pending else _line(item.commit, 40)[:COMMIT_LENGTH]
    date, author = _line(origin.time, 40)[:10], _line(origin.author.partition("<")[0], 40)
    yield from (part for part in (date, author) if part)


def _in_full(item: ContextItem) -> str:
    memory = item.memory
    return _block(
        item,
        [
            *_field("why", memory.why, 700),
            *(_line(fact, 240) for fact in memory.what[:5]),
            *(_decision(decision, 400) for decision in memory.decisions[:5]),
            *(_error(error, 400) for error in memory.errors[:4]),
            *(f"next: {_line(step, 240)}" for step in memory.next[:4]),
            *_files(memory, 8),
        ],
    )


def _in_brief(item: ContextItem) -> str:
    memory = item.memory
    return _block(
        item,
        [
            *_field("why", memory.why, 200),
            *(_decision(decision, 200) for decision in memory.decisions[:2]),
            *(_error(error, 200) for error in memory.errors[:1]),
            *(f"next: {_line(step, 120)}" for step in memory.next[:1]),
            *_files(memory, 3),
        ],
    )


def _block(item: ContextItem, lines: Iterable[str]) -> str:
    return "\n".join([_heading(item), *(f"  {line}" for line in lines if line)])


def _field(name: str, value: str, limit: int) -> Iterator[str]:
    text = _line(value, limit)
    if text:
        yield f"{name}: {text}"


def _decision(decision: Decision, limit: int) -> str:
    because = _line(decision.because, limit)
    rejected = "; ".join(_line(option, limit // 2) for option in decision.rejected[:3] if option)
    return "".join(
        [
            f"decided: {_line(decision.chose, limit)}",
            f", because {because}" if because else "",
            f" (rejected: {rejected})" if rejected else "",
        ]
    )


def _error(error: ErrorMet, limit: int) -> str:
    resolution = _line(error.resolution, limit)
    solved = f" -> resolved: {resolution}" if resolution else ""
    return f"error: {_error_line(error.message, limit)}{solved}"


def _error_line(message: str, limit: int) -> str:
    """The message on one line; of a long one the line that says most, not the first characters."""
    lines = message.strip().splitlines()
    if len(lines) > 1 and len(message) > limit:
        message = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return _line(message, limit)


def _files(memory: Memory, most: int) -> Iterator[str]:
    names = [_line(name, 120) for name in memory.files_changed[:most]]
    more = len(memory.files_changed) - len(names)
    if names:
        yield f"files: {', '.join(names)}" + (f" and {more} more" if more else "")


def _line(text: str, limit: int) -> str:
    return clean_line(text, limit)
