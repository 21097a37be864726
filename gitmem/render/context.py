"""The context block: what the next session receives, within a token budget.

Items come ordered by importance.  Each is written as fully as its share of what is left
allows, so that the first say much and many more say at least their title.  No clock is looked
at: the same memories give the same text, and a resumed session is not told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitmem.guard.frames import neutralise
from gitmem.guard.untrusted import clean_line, frame_as_data
from gitmem.model.context_item import ContextItem
from gitmem.model.instant import parse_any_iso_time
from gitmem.model.items import Item, items_of, shown_title
from gitmem.model.line_ranges import Ranges
from gitmem.model.memory import Memory
from gitmem.model.repeats import Told, is_title, kin_of
from gitmem.model.standing import Standing, Verdict
from gitmem.model.value import dataclass
from gitmem.render.item_line import item_line

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
_RANGES = 3
_MAX_TITLE = 200  # as much as is kept of one: a rule does not lose its last words
_SMALLEST_ITEM = 24  # bytes; with less left no title is worth writing


@dataclass(frozen=True)
class ContextBlock:
    """The text to inject, how many items are in it and are not, and the ids of the former."""

    text: str
    item_count: int
    omitted_count: int
    ids: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        """What the text takes, by the estimate that budgets are kept by."""
        return -(-_size(self.text) // BYTES_PER_TOKEN)


def render_context(
    items: Sequence[ContextItem], budget_tokens: int, *, head_time: int = 0, path: str = ""
) -> ContextBlock:
    """Fit the items, most important first, into ``budget_tokens`` (4 UTF-8 bytes each).

    The text is never larger than the budget nor than the client shows whole, and empty when
    there are no items or not even one fits.  Ages are told against ``head_time`` (POSIX seconds;
    0: not at all).  ``path`` is the file that the items are about.
    """
    limit = min(budget_tokens * BYTES_PER_TOKEN, MAX_BYTES)
    name = _line(path, 200)
    room = limit - _size(_frame([], len(items), name))
    aged = [_DatedItem(item, head_time) for item in items]
    fitted = list(_fit(aged, room, needs_reason=bool(path)))
    omitted_count = len(items) - len(fitted)
    text = _frame([block for _, block in fitted], omitted_count, name) if fitted else ""
    ids = tuple(known.item.memory.id for known, _ in fitted)
    return ContextBlock(text, len(fitted), omitted_count, ids)


@dataclass(frozen=True)
class _DatedItem:
    """An item and the time that its age is measured from."""

    item: ContextItem
    head_time: int


def _fit(
    items: Sequence[_DatedItem], room: int, *, needs_reason: bool
) -> Iterator[tuple[_DatedItem, str]]:
    """Each item in the fullest form that its share of the room takes; nothing is told twice.

    ``needs_reason``: a title alone is not worth its place.
    """
    forms = _FORMS_WITH_REASON if needs_reason else _FORMS
    told = Told()
    for position, item in enumerate(items):
        if room < _SMALLEST_ITEM:
            return
        is_alone = position == len(items) - 1
        tried = [one for one in forms if one[0] is not _FULL or not item.item.is_brief]
        block, said = _fullest_block(item, tried, room, told, is_alone=is_alone)
        if block and (said or not needs_reason):
            for one in said:
                told.add(one, kin_of(item.item.memory, item.item.commit))
            room -= _size(block) + 1
            yield item, block


def _fullest_block(
    item: _DatedItem,
    forms: Sequence[tuple[_Form, float]],
    room: int,
    told: Told,
    *,
    is_alone: bool,
) -> tuple[str, list[Item]]:
    for form, share in forms:
        text, said = _block(item, form, told)
        block = neutralise(text)  # before it is measured: look-alikes take more bytes
        if _size(block) + 1 <= (room if is_alone else int(room * share)):
            return block, said
    return "", []


def _frame(blocks: Sequence[str], omitted_count: int, path: str) -> str:
    log = "gitmem log -- FILE" if path else "gitmem log"
    more = f"{omitted_count} more: `{log}`. " if omitted_count else ""
    if path:
        # Beside a file each word counts: this is printed often.
        footer = f"{more}In full: `gitmem show ID`; of a line: `gitmem why FILE:LINE`."
        return frame_as_data("\n".join([f"Of {path}:", *blocks, footer]), is_brief=True)
    footer = f"{more}All of one: `gitmem show ID`. A commit's: `gitmem show COMMIT`."
    return frame_as_data("\n".join([*blocks, footer]))


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _heading(known: _DatedItem) -> str:
    return f"- {_line(shown_title(known.item.memory), _MAX_TITLE)} ({', '.join(_origin(known))})"


def _origin(known: _DatedItem) -> Iterator[str]:
    """Kind, id, commit, date and age, author and standing; the date is the commit's, UTC."""
    item = known.item
    memory, origin = item.memory, item.memory.provenance
    yield _line(memory.kind, 20)
    yield memory.id[:ID_LENGTH]
    yield "not committed yet" if item.is_pending else _line(item.commit, 40)[:COMMIT_LENGTH]
    date, author = _line(origin.time, 40)[:10], _line(origin.author.partition("<")[0], 40)
    age = _age(origin.time, known.head_time)
    yield from (part for part in (f"{date}, {age}" if age else date, author) if part)
    if item.standing is not None:
        yield _standing(item.standing)
    if item.lines:
        yield f"lines {shown_ranges(item.lines)}"


def shown_ranges(lines: Ranges) -> str:
    """The first few ranges of lines, as people write them."""
    shown = [f"{first}-{last}" if last > first else f"{first}" for first, last in lines[:_RANGES]]
    return ", ".join(shown) + (", ..." if len(lines) > _RANGES else "")


def _standing(standing: Standing) -> str:
    if standing.verdict is not Verdict.DRIFTED:
        return standing.verdict.words
    return f"drifted: {round(standing.share * 100)}% still stands"


def _age(time: str, head_time: int) -> str:
    """How long before HEAD's commit; no clock, so that the same repository gives the same text."""
    moment = parse_any_iso_time(time)
    if not head_time or moment is None or moment.tzinfo is None:
        return ""
    days = int(head_time - moment.timestamp()) // 86_400
    if days < 1:
        return ""
    for unit, length in (("year", 365), ("month", 30), ("week", 7)):
        if days >= 2 * length:
            return f"{days // length} {unit}s before HEAD"
    return f"{days} day{'s' if days > 1 else ''} before HEAD"


@dataclass(frozen=True)
class _Form:
    """How fully a memory is told: how many items of each list and files, and how long they are."""

    most: Mapping[str, int]
    limits: Mapping[str, int]
    files: int


_FULL = _Form(
    {"why": 1, "what": 5, "decisions": 5, "errors": 4, "next": 4},
    {"why": 700, "what": 240, "decisions": 400, "errors": 400, "next": 240},
    8,
)
_BRIEF = _Form(
    {"why": 1, "decisions": 2, "errors": 1, "next": 1},
    {"why": 200, "decisions": 200, "errors": 200, "next": 120},
    3,
)
_TITLE = _Form({}, {}, 0)
_FORMS = ((_FULL, _SHARE_IN_FULL), (_BRIEF, _SHARE_IN_BRIEF), (_TITLE, 1.0))
_SHORT = _Form(
    {"why": 1, "decisions": 1, "errors": 1}, {"why": 120, "decisions": 120, "errors": 120}, 1
)
_FORMS_WITH_REASON = ((_FULL, _SHARE_IN_FULL), (_BRIEF, _SHARE_IN_BRIEF), (_SHORT, 1.0))


def _block(known: _DatedItem, form: _Form, told: Told) -> tuple[str, list[Item]]:
    """The memory in that form, and the items that it tells: none that were told before."""
    memory = known.item.memory
    kin = kin_of(memory, known.item.commit)
    left, items = dict(form.most), []
    for item in items_of(memory):
        name = item.name.partition("/")[0]
        if left.get(name, 0) and not told.covers(item, kin) and not is_title(item, memory):
            left[name] -= 1
            items.append(item)
    lines = [item_line(item, form.limits[item.name.partition("/")[0]]) for item in items]
    below = [line for line in [*lines, *_files(memory, form.files)] if line]
    shown = [_heading(known), *(f"  {line}" for line in below)]
    return "\n".join(shown), items


def _files(memory: Memory, most: int) -> Iterator[str]:
    names = [_line(name, 120) for name in memory.files_changed[:most]]
    more = len(memory.files_changed) - len(names)
    if names:
        yield f"files: {', '.join(names)}" + (f" and {more} more" if more else "")


def _line(text: str, limit: int) -> str:
    return clean_line(text, limit)
