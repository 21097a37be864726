"""What is remembered about commits, as the text of a pull request.

A heading for each commit, and below it why, what was decided against what, what failed and how it
was mended, what is next.  What is long is folded.  Every text of a memory is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitmem.guard.markdown import code_block, code_span, markdown_line, markdown_lines
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH

MAX_CHARACTERS = 60_000
"""GitHub refuses a description of more than 65,536 characters."""

_MAX_LINE = 1_000
_MAX_TEXT = 8_000
_MAX_CODE = 2_000
_MAX_OPEN_LINES = 14


def render_markdown(entries: Iterable[LogEntry]) -> Iterator[str]:
    """The entries as blocks, each with a blank line before it but the first.

    At 60,000 characters it ends with the number of commits that are left out.
    """
    length = 0
    left_out = 0
    for entry in entries:
        block = ("\n" if length else "") + _block(entry)
        if left_out or length + len(block) > MAX_CHARACTERS:
            left_out += 1
            continue
        length += len(block)
        yield block
    if left_out:
        commits = "1 more commit has" if left_out == 1 else f"{left_out} more commits have"
        yield f"\n*{commits} memories: see `gitmem log`.*\n"


def _block(entry: LogEntry) -> str:
    lines = [_heading(entry)]
    for memory in entry.memories:
        lines += ["", *_head(memory, entry)]
        lines += _fold([line for part in _parts(memory) for line in ["", *part]], memory)
    for problem in entry.problems:
        lines += ["", f"*Unreadable:* {markdown_line(problem, _MAX_LINE)}"]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _heading(entry: LogEntry) -> str:
    if entry.is_pending:
        return "### Not committed yet"
    commit = markdown_line(entry.commit[:COMMIT_LENGTH], COMMIT_LENGTH)
    return f"### {commit} {markdown_line(entry.subject, _MAX_LINE)}"


def _head(memory: Memory, entry: LogEntry) -> Iterator[str]:
    """Kind, title and id, and why; a title that only repeats the commit's subject is left out."""
    kind, name = markdown_line(memory.kind, _MAX_LINE), code_span(memory.id[:ID_LENGTH], ID_LENGTH)
    title = "" if memory.title == entry.subject else f": {markdown_line(memory.title, _MAX_LINE)}"
    yield f"**{kind}**{title} ({name})"
    if why := markdown_lines(memory.why, _MAX_TEXT):
        yield from ["", *why]


def _parts(memory: Memory) -> Iterator[list[str]]:
    if what := _items(memory.what):
        yield what
    if decisions := [line for decision in memory.decisions for line in _decision(decision)]:
        yield ["**Decisions**", "", *decisions]
    if errors := [line for error in memory.errors for line in _error(error)]:
        yield ["**Errors**", "", *errors]
    if following := _items(memory.next):
        yield ["**Next**", "", *following]


def _items(texts: Iterable[str]) -> list[str]:
    return [f"- {line}" for text in texts if (line := markdown_line(text, _MAX_TEXT))]


def _decision(decision: Decision) -> Iterator[str]:
    because = markdown_line(decision.because, _MAX_TEXT)
    yield f"- {markdown_line(decision.chose, _MAX_TEXT)}{f' – {because}' if because else ''}"
    for rejected in decision.rejected:
        yield f"  - rejected: {markdown_line(rejected, _MAX_TEXT)}"


def _error(error: RecordedError) -> Iterator[str]:
    """An item of a list that begins with a block of code: its lines stand below the item's."""
    text = "\n".join([error.message.strip(), *error.frames])
    first, *rest = code_block(text, _MAX_CODE)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)
    if error.resolution.strip():
        yield f"  resolved: {markdown_line(error.resolution, _MAX_TEXT)}"


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
