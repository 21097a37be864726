"""What people read: the log, one line per memory, a whole memory, and the same as plain values.

Laid out like ``git log``, so that eyes trained there find everything.  Memories may come from
a remote: whatever could drive the terminal is taken out here, whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.items import shown_title
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Json, Memory, to_fields
from gitmem.render.rows import Row, rows_beyond, rows_in_full, rows_of_log, wrap_text

ID_LENGTH = 9
COMMIT_LENGTH = 7
_MAX_TEXT = 1 << 16  # characters; no document of a note is larger
_MAX_LINE = 1_000
_MIN_WIDTH = 30
_INDENT = "    "


@dataclass(frozen=True)
class Palette:
    """Escape sequences that start a colour; all empty for plain text."""

    commit: str = ""
    refs: str = ""
    kind: str = ""
    title: str = ""
    label: str = ""
    error: str = ""
    dim: str = ""
    end: str = ""


PLAIN = Palette()
ANSI = Palette(
    commit="\x1b[33m",
    refs="\x1b[36m",
    kind="\x1b[35m",
    title="\x1b[1m",
    label="\x1b[32m",
    error="\x1b[31m",
    dim="\x1b[2m",
    end="\x1b[0m",
)


def palette(is_coloured: bool) -> Palette:
    """The colours to render with."""
    return ANSI if is_coloured else PLAIN


def render_log(entry: LogEntry, colours: Palette, width: int) -> str:
    """An entry of the log, like one of ``git log``; ends with a newline."""
    return _render(entry, colours, width, rows_of_log)


def render_show(entry: LogEntry, colours: Palette, width: int) -> str:
    """The same, with everything in the memories."""
    return _render(entry, colours, width, rows_in_full)


def render_oneline(entry: LogEntry, colours: Palette) -> str:
    """One line for each memory: commit, kind, title and id."""
    commit = "pending" if entry.is_pending else _line(entry.commit)[:COMMIT_LENGTH]
    lines = [
        f"{tint(commit, colours.commit, colours)} "
        f"{tint(_line(memory.kind), colours.kind, colours)} "
        f"{_line(shown_title(memory))} {tint(f'({memory.id[:ID_LENGTH]})', colours.dim, colours)}"
        for memory in entry.memories
    ]
    return "".join(f"{line}\n" for line in lines)


def entry_fields(entry: LogEntry) -> dict[str, Json]:
    """The entry as plain values for JSON: nothing shortened, control characters removed."""
    head: dict[str, Json] = {
        "commit": entry.commit or None,
        "author": _text(entry.author),
        "time": _moment(entry.time).isoformat()
        if entry.commit and (entry.author or entry.time)
        else None,
        "subject": _text(entry.subject),
        "refs": _text(entry.refs),
        "pending": entry.is_pending,
        "abandoned": _text(entry.abandonment) or None,
    }
    memories: list[Json] = [
        {"id": memory.id, **clean_fields(to_fields(memory))} for memory in entry.memories
    ]
    problems = [_text(problem) for problem in entry.problems]
    return {**head, "memories": memories, "problems": problems}


def _render(
    entry: LogEntry, colours: Palette, width: int, rows: Callable[[Memory], Iterator[Row]]
) -> str:
    lines = [*_head(entry, colours), *_memory_lines(entry, colours, width, rows)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def render_beside(
    entry: LogEntry, colours: Palette, width: int, *, said: str = "", in_full: bool = False
) -> str:
    """What is remembered, to stand below a commit that git printed; an empty line comes first.

    What ``said``, the commit as git printed it, already tells is not told again, but in full.
    """

    def rows(memory: Memory) -> Iterator[Row]:
        return rows_in_full(memory) if in_full else rows_beyond(rows_of_log(memory), said)

    mark = tint(f"abandoned {_line(entry.abandonment)}", colours.error, colours)
    head = f"\n{_INDENT}{mark}\n" if entry.abandonment else ""
    lines = _memory_lines(entry, colours, width, rows)
    return head + "".join(f"{line.rstrip()}\n" for line in lines)


def render_beside_line(entry: LogEntry, colours: Palette) -> str:
    """The same below a commit that is one line: a line for each memory."""
    lines = [
        _title(memory, memory.title if entry.subject.endswith(memory.title) else "", colours)
        for memory in entry.memories
    ]
    lines += [_problem(problem, colours) for problem in entry.problems]
    return "".join(f"{line}\n" for line in lines)


def _memory_lines(
    entry: LogEntry, colours: Palette, width: int, rows: Callable[[Memory], Iterator[Row]]
) -> Iterator[str]:
    width = max(width, _MIN_WIDTH)
    for memory in entry.memories:
        yield ""
        yield _title(memory, entry.subject, colours)
        for row in [*_origin(entry, memory), *rows(memory)]:
            yield from _row_lines(row, colours, width)
    for problem in entry.problems:
        yield ""
        yield _problem(problem, colours)


def _problem(problem: str, colours: Palette) -> str:
    return _INDENT + tint(f"unreadable: {_line(problem)}", colours.error, colours)


def _origin(entry: LogEntry, memory: Memory) -> Iterator[Row]:
    """The commit that the memory was made at, where it followed its change to another."""
    made_at = memory.provenance.commit
    if made_at and entry.commit and made_at != entry.commit:
        yield Row("from", made_at[:COMMIT_LENGTH])


def _head(entry: LogEntry, colours: Palette) -> Iterator[str]:
    if entry.is_pending:
        yield tint("pending", colours.commit, colours) + "  (not committed yet)"
        yield from _remarks(entry)
        return
    refs = f" ({tint(_line(entry.refs), colours.refs, colours)})" if entry.refs else ""
    yield tint(f"commit {_line(entry.commit)}", colours.commit, colours) + refs
    if entry.author or entry.time:
        yield f"Author: {_line(entry.author)}"
        yield f"Date:   {_moment(entry.time):%Y-%m-%d %H:%M:%S} +0000"
    else:
        yield "(this commit is not in this clone)"
    yield from _remarks(entry)
    if entry.abandonment:
        yield tint(f"abandoned {_line(entry.abandonment)}", colours.error, colours)
    if entry.subject:
        yield ""
        yield _INDENT + _line(entry.subject)


def _remarks(entry: LogEntry) -> Iterator[str]:
    for label, text in entry.remarks:
        yield f"{label + ':':<7} {_line(text)}"


def _title(memory: Memory, subject: str, colours: Palette) -> str:
    """Kind, title and id, and whether its agent told it; a title that only repeats the commit's
    subject is left out.
    """
    kind = tint(_line(memory.kind), colours.kind, colours)
    teller = ", told by its agent" if memory.provenance.is_of_agent else ""
    mark = tint(f"({memory.id[:ID_LENGTH]}{teller})", colours.dim, colours)
    if memory.title == subject:
        return f"{_INDENT}{kind} {mark}"
    title = tint(_line(shown_title(memory)), colours.title, colours)
    return f"{_INDENT}{kind}: {title} {mark}"


def _row_lines(row: Row, colours: Palette, width: int) -> Iterator[str]:
    margin = _INDENT + "  " * (row.depth + 1)
    text = _text(row.text)
    # Verbatim text keeps its own lines; everything else is set to the width.
    lines = text.split("\n") if row.is_verbatim else wrap_text(text, width - len(margin) - 2)
    colour = colours.error if row.label == "error" else colours.label
    head = tint(f"{_line(row.label)}:" if row.label else "-", colour, colours)
    if row.label and len(lines) > 1:
        yield f"{margin}{head}"
    else:
        yield f"{margin}{head} {lines.pop(0)}"
    deeper = "    " if row.is_verbatim else "  "
    for line in lines:
        yield f"{margin}{deeper}{line}"


def tint(text: str, colour: str, colours: Palette) -> str:
    """The text in a colour, if colours are on."""
    return f"{colour}{text}{colours.end}" if colour and text else text


def _line(text: str) -> str:
    return clean_line(text, _MAX_LINE)


def _text(text: str) -> str:
    return clean_text(text, _MAX_TEXT)


def _moment(seconds: int) -> datetime:
    """A commit may claim any time at all; an impossible one is shown as the epoch."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, timezone.utc)


def _clean_value(value: Json) -> Json:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return clean_fields(value)
    if isinstance(value, (list, tuple)):
        return [_clean_value(item) for item in value]
    return value


def clean_fields(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Plain values with control characters removed from every text."""
    return {_line(name): _clean_value(value) for name, value in fields.items()}
