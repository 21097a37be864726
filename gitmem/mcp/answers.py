"""Results as a tool returns them: cleaned, bounded, and framed as data.

A client shows its model either the text or the structured form (the real one the latter), so
each of them says that what it holds is recorded data.  Empty fields cost tokens and are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

from gitmem.guard.frames import neutralise
from gitmem.guard.untrusted import INTRODUCTION, clean_line, clean_text, frame_as_data
from gitmem.mcp.shapes import Behind, Decided, Found, Met, Whole
from gitmem.model import labels
from gitmem.model.hit import Hit
from gitmem.model.items import shown_title
from gitmem.model.labels import without_label
from gitmem.model.memory import Memory
from gitmem.model.standing import Standing
from gitmem.render.results import snippets, standing_text
from gitmem.render.why import lines_text

ID_LENGTH = 12
MAX_ANSWER = 60_000
"""Characters of one answer; beyond it memories are left out and named."""

_MAX_TITLE = 300
_MAX_TEXT = 6_000
_MAX_SNIPPET = 200
_MAX_ITEMS = 40
_MAX_FILES = 4


Shape = TypeVar("Shape", Found, Whole, Behind)


@dataclass(frozen=True)
class ToolReply:
    """What a tool answers: for readers of text, and for readers of fields."""

    text: str
    fields: dict[str, Any]


def reply(shape: Any, lead: str = "") -> ToolReply:
    """The shape as an answer; ``lead`` is our own text, placed before the data."""
    fields = _plain(shape)
    text = frame_as_data("\n".join(_lines(fields)))
    return ToolReply(f"{lead}\n{text}" if lead else text, fields)


def _lines(fields: Mapping[str, Any]) -> Iterator[str]:
    """The fields as text: JSON, each memory on a line of its own."""
    for name, value in fields.items():
        if isinstance(value, list):
            yield f"{name}:"
            yield from (json.dumps(item, ensure_ascii=False) for item in value)
        elif name != "notice":  # the frame says that
            yield f"{name}: {value if isinstance(value, str) else json.dumps(value)}"


def notice() -> str:
    """The notice that comes with everything recorded."""
    return INTRODUCTION


def briefs_of(results: Sequence[Hit], query: str = "") -> list[Found]:
    """Results in a list; what one of them says, no later one of the same story says again."""
    told = snippets(results, query, _MAX_SNIPPET)
    return [_brief_of(result, text) for result, text in zip(results, told, strict=True)]


def _brief_of(result: Hit, told: str) -> Found:
    memory = result.memory
    files = [line(path, 160) for path in memory.files_changed[:_MAX_FILES]]
    if len(memory.files_changed) > _MAX_FILES:
        files.append(f"and {len(memory.files_changed) - _MAX_FILES} more")
    return Found(
        id=memory.id[:ID_LENGTH],
        kind=line(memory.kind, 40),
        title=line(shown_title(memory), _MAX_TITLE),
        date=line(memory.provenance.time, 40)[:10],
        commit=result.commit[:10],
        pending=result.is_pending,
        author=_name(memory),
        standing=_standing(result.standing),
        snippet=line(told, _MAX_SNIPPET),
        files=files,
        repository=line(result.repository, 80),
    )


def whole_of(result: Hit) -> Whole:
    """A result with its whole memory."""
    memory, origin = result.memory, result.memory.provenance
    return Whole(
        id=memory.id,
        kind=line(memory.kind, 40),
        title=line(shown_title(memory), _MAX_TITLE),
        date=line(origin.time, 40),
        commit=result.commit,
        pending=result.is_pending,
        author=_name(memory),
        branch=line(origin.branch, 200),
        standing=_standing(result.standing),
        superseded_by=result.superseded_by,
        why=_told(labels.WHY, memory.why),
        what=_texts(memory.what, labels.WHAT),
        decisions=[
            Decided(
                _told(labels.DECIDED, d.chose),
                _told(labels.BECAUSE, d.because),
                _texts(d.rejected, labels.REJECTED),
            )
            for d in memory.decisions[:_MAX_ITEMS]
        ],
        errors=[
            Met(text(e.message), _texts(e.frames), _told(labels.RESOLVED, e.resolution))
            for e in memory.errors[:_MAX_ITEMS]
        ],
        next=_texts(memory.next, labels.NEXT),
        concepts=_texts(memory.concepts),
        files_changed=_texts(memory.files_changed),
        files_read=_texts(memory.files_read),
        written_by=line(origin.compressor, 120),
    )


def behind_of(
    commit: str,
    subject: str,
    spans: Sequence[tuple[int, int]],
    standing: Standing | None,
    memories: Iterable[Memory],
    *,
    is_earlier: bool,
    is_pending: bool,
) -> Behind:
    """A commit behind a place."""
    return Behind(
        commit=commit,
        subject=line(subject, _MAX_TITLE),
        lines=lines_text(spans),
        standing=_standing(standing),
        earlier=is_earlier,
        pending=is_pending,
        memories=[whole_of(Hit(m, commit, is_pending)) for m in memories],
    )


def fit_answer(shapes: Sequence[Shape]) -> list[Shape]:
    """As many of the shapes, from the first on, as fit into an answer; at least one."""
    size = 0
    for number, shape in enumerate(shapes):
        size += len(json.dumps(_plain(shape), ensure_ascii=False))
        if number and size > MAX_ANSWER:
            return list(shapes[:number])
    return list(shapes)


def line(value: str, limit: int) -> str:
    """One line of recorded text that cannot be taken for a tag, a turn or an escape."""
    return neutralise(clean_line(value, limit))


def text(value: str) -> str:
    """The same with its lines."""
    return neutralise(clean_text(value, _MAX_TEXT)).strip()


def _told(label: str, value: str) -> str:
    """Text in a field whose name is its label."""
    return text(without_label(label, value))


def _texts(values: Sequence[str], label: str = "") -> list[str]:
    shown = [_told(label, value) for value in values[:_MAX_ITEMS]]
    if len(values) > _MAX_ITEMS:
        shown.append(f"and {len(values) - _MAX_ITEMS} more")
    return shown


def _name(memory: Memory) -> str:
    return line(memory.provenance.author.partition("<")[0], 60)


def _standing(standing: Standing | None) -> str:
    return standing_text(standing) if standing is not None else ""


def _plain(value: Any) -> Any:
    """Shapes as mappings, without empty texts, lists and numbers; an answer's own lists stay."""
    if is_dataclass(value):
        return {
            name: _plain(item)
            for name, item in vars(value).items()
            if item or name in ("results", "observations", "commits")
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
