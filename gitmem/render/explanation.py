"""Why a context is as it is: what was considered, in order, and what spoke for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gitmem.guard.frames import neutralise
from gitmem.guard.untrusted import clean_line
from gitmem.model.context_item import ContextItem
from gitmem.model.items import shown_title
from gitmem.model.memory import Memory
from gitmem.render.context import COMMIT_LENGTH, ID_LENGTH, ContextBlock, shown_ranges

_MOST = 30


class Explainable(Protocol):
    """What to explain: a memory, what it is worth (0 to 1), the files that speak for it with the
    chance of each to be edited, and why it is left out.
    """

    @property
    def item(self) -> ContextItem: ...  # noqa: D102
    @property
    def worth(self) -> float: ...  # noqa: D102
    @property
    def files(self) -> Sequence[tuple[str, float]]: ...  # noqa: D102
    @property
    def refusal(self) -> str: ...  # noqa: D102


def render_explanation(
    candidates: Sequence[Explainable], block: ContextBlock, silence: str, *, path: str = ""
) -> str:
    """A line for each memory that was considered, and one below it with its files; plain text.

    ``silence`` says why there is none; ``path`` is the file that is read, of which no chance of an
    edit need be told.
    """
    if not candidates:
        return f"Nothing was considered: {silence}."
    given = frozenset(block.ids)
    lines = [f"Given: {block.item_count} of {len(candidates)} considered, {block.tokens} tokens."]
    for one in candidates[:_MOST]:
        lines += _lines(one, path, is_given=one.item.memory.id in given)
    if len(candidates) > _MOST:
        lines.append(f"... and {len(candidates) - _MOST} that are worth less.")
    return "\n".join(lines)


def _lines(one: Explainable, path: str, *, is_given: bool) -> Iterator[str]:
    memory = one.item.memory
    verdict = "given" if is_given else one.refusal or "no room in the budget"
    title = _line(shown_title(memory), 100)
    yield f"{one.worth:4.0%}  {title} ({_origin(memory, one.item)}): {verdict}"
    if one.item.lines:
        yield f"      has lines {shown_ranges(one.item.lines)} there"
    likely = [(name, chance) for name, chance in one.files if name != path]
    if likely:
        files = ", ".join(f"{_line(name, 120)} {chance:.0%}" for name, chance in likely)
        yield f"      likely to be edited: {files}"


def _origin(memory: Memory, item: ContextItem) -> str:
    commit = "not committed yet" if item.is_pending else item.commit[:COMMIT_LENGTH]
    return f"{memory.id[:ID_LENGTH]}, {_line(commit, 40)}"


def _line(text: str, limit: int) -> str:
    """An agent may read this as well as a person."""
    return neutralise(clean_line(text, limit))
