"""What is remembered about commits as a fragment of HTML: no style, no script, all text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from gitmem.guard.code_words import split_blocks, split_code
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model import labels
from gitmem.model.items import Item, Words, items_of, shown_title
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.model.pull_request import is_subject
from gitmem.render.markdown import MAX_CHARACTERS
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH

_MAX_LINE = 1_000
_MAX_TEXT = 8_000
_MAX_CODE = 2_000
_HEADINGS = {"what": "", "decisions": "Decisions", "errors": "Errors", "next": "Next"}


def render_html(entries: Iterable[LogEntry], revisions: str = "") -> Iterator[str]:
    """An ``article`` for each commit, with a ``section`` for each memory.

    It ends as the text in Markdown does: between two memories, with the number of those left out.
    """
    length = left_out = 0
    for entry in entries:
        head = f"<article>\n<h3>{_heading(entry)}</h3>\n"
        sections: list[str] = []
        for memory in entry.memories:
            lines = ["<section>", *_memory(memory, entry), "</section>"]
            section = "".join(f"{line}\n" for line in lines)
            size = len(section) + (0 if sections else len(head))
            if left_out or length + size > MAX_CHARACTERS:
                left_out += 1
                continue
            length += size
            sections.append(section)
        if sections:
            yield "".join([head, *sections, "</article>\n"])
    if left_out:
        yield f"<p>{left_out} more: {_code(f'gitmem log {revisions}'.strip())}</p>\n"


def _heading(entry: LogEntry) -> str:
    if entry.is_pending:
        return "Not committed yet"
    return f"{_prose(entry.subject)} ({_code(entry.commit[:COMMIT_LENGTH])})"


def _memory(memory: Memory, entry: LogEntry) -> Iterator[str]:
    is_told = is_subject(memory.title, entry.subject)
    title = "" if is_told else f": {_prose(shown_title(memory))}"
    kind = escape(clean_line(memory.kind, _MAX_LINE))
    yield f"<p><strong>{kind}</strong>{title} ({_code(memory.id[:ID_LENGTH])})</p>"
    items = list(items_of(memory))
    for item in items:
        if item.name == "why":
            for is_code, block in split_blocks(clean_text(item.words[0].text, _MAX_TEXT)):
                yield _block(block) if is_code else f"<p>{_prose(block)}</p>"
    for name, heading in _HEADINGS.items():
        alike = [item for item in items if item.name.startswith(f"{name}/")]
        if alike:
            if heading:
                yield f"<p><strong>{heading}</strong></p>"
            yield "<ul>"
            yield from (f"<li>{_item(item)}</li>" for item in alike)
            yield "</ul>"


def _item(item: Item) -> str:
    printed = [words.text for words in item.words if words.label in labels.VERBATIM]
    told = [words for words in item.words if words.label not in labels.VERBATIM]
    if printed:
        return _block("\n".join(printed)) + "".join(f"<p>{_labelled(words)}</p>" for words in told)
    is_claim = told[0].label not in (labels.BECAUSE, labels.REJECTED)
    claim = _prose(told[0].text) if is_claim else _labelled(told[0])
    below = "".join(f"<li>{_labelled(words)}</li>" for words in told[1:])
    return claim + (f"<ul>{below}</ul>" if below else "")


def _labelled(words: Words) -> str:
    return f"{escape(words.label)}: {_prose(words.text)}"


def _prose(text: str) -> str:
    pieces = split_code(clean_line(text, _MAX_TEXT))
    return "".join(_code(piece) if is_code else escape(piece) for is_code, piece in pieces)


def _block(text: str) -> str:
    return f"<pre><code>{escape(clean_text(text, _MAX_CODE))}</code></pre>"


def _code(text: str) -> str:
    return f"<code>{escape(clean_line(text, _MAX_LINE))}</code>"
