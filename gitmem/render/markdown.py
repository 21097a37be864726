"""What is remembered about commits, as the text of a pull request.

A heading for each commit, and below it why, what was decided against what, what failed and how it
was mended, what is next.  What is long is folded.  Every text of a memory is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.guard.markdown import code_block, code_span, markdown_line, markdown_lines
from gitmem.model import labels
from gitmem.model.items import Item, Words, items_of, shown_title
from gitmem.model.labels import labelled, without_label
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.pull_request import is_subject
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH

MAX_CHARACTERS = 60_000
"""GitHub refuses a description of more than 65,536 characters."""

_MAX_LINE = 1_000
_MAX_TEXT = 8_000
_MAX_CODE = 2_000
_MAX_OPEN_LINES = 14


def render_markdown(entries: Iterable[LogEntry], revisions: str = "") -> Iterator[str]:
    """The entries as blocks, each with a blank line before it but the first.

    At 60,000 characters it ends, between two memories, with the number of those that are left out
    and where to read them: ``gitmem log`` of the ``revisions``.
    """
    length = 0
    left_out = 0
    for entry in entries:
        heading = _heading(entry) + "\n"
        for memory in entry.memories:
            gap = "\n" if heading and length else ""
            block = gap + heading + _block(memory, entry)
            if left_out or length + len(block) > MAX_CHARACTERS:
                left_out += 1
                continue
            heading = ""
            length += len(block)
            yield block
    if left_out:
        command = code_span(f"gitmem log {revisions}".strip(), _MAX_LINE)
        yield f"{chr(10) if length else ''}*{left_out} more: {command}*\n"


def _block(memory: Memory, entry: LogEntry) -> str:
    lines = ["", *_head(memory, entry)]
    lines += _fold([line for part in _parts(memory) for line in ["", *part]], memory)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _heading(entry: LogEntry) -> str:
    if entry.is_pending:
        return "### Not committed yet"
    commit = code_span(entry.commit[:COMMIT_LENGTH], COMMIT_LENGTH)
    return f"### {markdown_line(entry.subject, _MAX_LINE)} ({commit})"


def _head(memory: Memory, entry: LogEntry) -> Iterator[str]:
    """Kind, title and id, and why; a title that only repeats the commit's subject is left out."""
    kind, name = markdown_line(memory.kind, _MAX_LINE), code_span(memory.id[:ID_LENGTH], ID_LENGTH)
    title = (
        ""
        if is_subject(memory.title, entry.subject)
        else f": {markdown_line(shown_title(memory), _MAX_LINE)}"
    )
    yield f"**{kind}**{title} ({name})"
    if why := markdown_lines(without_label(labels.WHY, memory.why), _MAX_TEXT):
        yield from ["", *why]


def _parts(memory: Memory) -> Iterator[list[str]]:
    items = list(items_of(memory))
    for name, heading in (
        ("what", ""),
        ("decisions", "Decisions"),
        ("errors", "Errors"),
        ("next", "Next"),
    ):
        alike = [item for item in items if item.name.startswith(f"{name}/")]
        lines = [line for item in alike for line in _item(item)]
        if lines:
            yield [f"**{heading}**", "", *lines] if heading else lines


def _item(item: Item) -> Iterator[str]:
    """An item of the list below its heading, and below it, labelled, what belongs to it."""
    first, *others = item.words
    if item.name.startswith("errors/"):
        yield from _error(item)
        return
    is_claim = first.label not in (labels.BECAUSE, labels.REJECTED)
    claim = markdown_line(first.text, _MAX_TEXT) if is_claim else _marked(first)
    below = [line for words in others if (line := _marked(words))]
    if claim:
        yield f"- {claim}"
    yield from (f"  - {line}" if claim else f"- {line}" for line in below)


def _marked(words: Words) -> str:
    return labelled(words.label, markdown_line(words.text, _MAX_TEXT))


def _error(item: Item) -> Iterator[str]:
    """An item of a list that begins with a block of code: its lines stand below the item's."""
    printed = [words.text for words in item.words if words.label in labels.VERBATIM]
    first, *rest = code_block("\n".join(printed), _MAX_CODE)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)
    solved = (_marked(words) for words in item.words if words.label == labels.RESOLVED)
    yield from (f"  {line}" for line in solved if line)


def _fold(lines: list[str], memory: Memory) -> list[str]:
    if len(lines) <= _MAX_OPEN_LINES:
        return lines
    counts = [
        _count_of(len(memory.what), "fact"),
        _count_of(len(memory.decisions), "decision"),
        _count_of(len(memory.errors), "error"),
        _count_of(len(memory.next), "next step"),
    ]
    told = ", ".join(count for count in counts if count)
    return ["", "<details>", f"<summary>{told}</summary>", *lines, "", "</details>"]


def _count_of(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
