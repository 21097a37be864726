"""A memory as labelled rows: those that the log shows, and those only in ``gitmem show``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gitmem.model import labels
from gitmem.model.items import Item, items_of
from gitmem.model.link import Link
from gitmem.model.memory import SCHEMA, Citation, Json, Memory, Provenance

_FILES_IN_LOG = 8
_LINKS_IN_LOG = 3
_ERROR_LINES_IN_LOG = 6


@dataclass(frozen=True)
class Row:
    """One labelled text; without a label an item of the list that the row before began.

    ``depth`` counts steps of indentation.  Verbatim text is not wrapped.
    """

    label: str
    text: str
    depth: int = 0
    is_verbatim: bool = False


def rows_of_log(memory: Memory) -> Iterator[Row]:
    """Why, what the diff does not say, what was decided against what, what failed and how it
    was mended, what is next.
    """
    for rows in _item_rows(memory, _ERROR_LINES_IN_LOG).values():
        yield from rows
    yield from _text_row("files", _names_text(memory.files_changed, _FILES_IN_LOG))
    addresses = dict.fromkeys(link.url for link in memory.provenance.links if link.url)
    yield from _text_row("link", " ".join(list(addresses)[:_LINKS_IN_LOG]))


def rows_in_full(memory: Memory) -> Iterator[Row]:
    """Everything, unknown fields and where it comes from included."""
    extras = {f"decisions/{n}": one.extra for n, one in enumerate(memory.decisions)}
    extras |= {f"errors/{n}": one.extra for n, one in enumerate(memory.errors)}
    for name, rows in _item_rows(memory, None).items():
        yield from rows
        yield from _extra_rows(extras.pop(name, {}), depth=1)
    for name, extra in extras.items():  # of what has no words
        yield from _extra_rows(extra, prefix=f"{name} ")
    yield from _text_row("concepts", ", ".join(memory.concepts))
    yield from _extra_rows(memory.tags, prefix="tag ")
    yield from _list_rows("changed", memory.files_changed)
    yield from _list_rows("read", memory.files_read)
    yield from _extra_rows(memory.files_extra, prefix="files ")
    yield from _text_row("symbols", ", ".join(memory.symbols))
    yield from _text_row("terms", memory.terms)
    yield from _text_row("supersedes", ", ".join(memory.supersedes))
    yield from _text_row("corrects", ", ".join(memory.corrects))
    yield from _list_rows("evidence", [_citation_text(one) for one in memory.citations])
    yield from _extra_rows(memory.extra)
    yield from _provenance_rows(memory)


def rows_beyond(rows: Iterable[Row], said: str) -> Iterator[Row]:
    """Without what was changed and why where all of it stands word for word in ``said``, which the
    reader has just seen.  Elsewhere the label says more than the words: what is next, or failed.
    """
    known = f" {_spaced(said)} "
    belonging: list[Row] = []
    for row in [*rows, Row("", "")]:
        if row.depth == 0:
            is_told = bool(belonging) and belonging[0].label in (labels.WHY, labels.WHAT)
            if not (is_told and all(_is_in(one.text, known) for one in belonging)):
                yield from belonging
            belonging = []
        belonging.append(row)


def _is_in(text: str, known: str) -> bool:
    return not text or f" {_spaced(text)} " in known


def _spaced(text: str) -> str:
    return " ".join(text.split())


def wrap_text(text: str, width: int) -> list[str]:
    """The text set to ``width`` characters, at least one line; words are never broken, so that
    a path or an address can be copied.  Its own line breaks stay.
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _text_row(label: str, text: str, depth: int = 0) -> Iterator[Row]:
    if text.strip():
        yield Row(label, text.strip(), depth)


def _list_rows(label: str, texts: Sequence[str], depth: int = 0) -> Iterator[Row]:
    """One text next to its label, several below it."""
    texts = [text.strip() for text in texts if text.strip()]
    if len(texts) == 1:
        yield Row(label, texts[0], depth)
    elif texts:
        yield Row(label, "", depth)
        yield from (Row("", text, depth + 1) for text in texts)


def _item_rows(memory: Memory, most_error_lines: int | None) -> dict[str, list[Row]]:
    """The rows of each item by its name; the items of a list stand at the name of its first."""
    found: dict[str, list[Row]] = {}
    for label, items in groupby(items_of(memory), key=lambda item: item.label):
        alike = list(items)
        if label in (labels.WHAT, labels.NEXT):
            found[alike[0].name] = list(_list_rows(label, [one.words[0].text for one in alike]))
        else:
            found |= {item.name: list(_rows_of(item, most_error_lines)) for item in alike}
    return found


def _rows_of(item: Item, most_error_lines: int | None) -> Iterator[Row]:
    """The claim, and below it the words that belong to it."""
    for depth, (label, words) in enumerate(groupby(item.words, key=lambda one: one.label)):
        texts = [one.text for one in words]
        if label == labels.ERROR:
            yield Row(label, _first_lines(texts[0], most_error_lines), is_verbatim=True)
        elif label == labels.FRAMES:
            if most_error_lines is None:
                yield Row(label, texts[0], 1, is_verbatim=True)
        else:
            yield from _list_rows(label, texts, min(depth, 1))


def _first_lines(text: str, most: int | None) -> str:
    lines = text.splitlines()
    shown = lines[:most]
    if len(shown) < len(lines):
        shown.append(f"... {len(lines) - len(shown)} more lines")
    return "\n".join(shown)


def _citation_text(citation: Citation) -> str:
    records = ", ".join(map(str, citation.records))
    where = f"{'record' if len(citation.records) == 1 else 'records'} {records}" if records else ""
    quote = f'"{citation.quote.strip()}"' if citation.quote.strip() else ""
    extra = json.dumps(citation.extra, ensure_ascii=False) if citation.extra else ""
    told = [part for part in (where, quote, extra) if part]
    return f"{citation.item}: {', '.join(told)}" if told else citation.item


def _names_text(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _extra_rows(fields: Mapping[str, Json], prefix: str = "", depth: int = 0) -> Iterator[Row]:
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield from _text_row(f"{prefix}{name}", text, depth)


def _provenance_rows(memory: Memory) -> Iterator[Row]:
    pairs = dict(_origin(memory.provenance))
    if memory.schema != SCHEMA:
        pairs["schema"] = f"{memory.schema} (written by a newer gitmem)"
    yield Row("from", "")
    yield Row("id", memory.id, 1)
    for label, text in pairs.items():
        yield from _text_row(label, text, 1)
    yield from _list_rows("links", [_link_text(one) for one in memory.provenance.links], depth=1)
    yield from _extra_rows(memory.provenance.extra, depth=1)


def _link_text(link: Link) -> str:
    known = {"session": link.session, "checkpoint": link.checkpoint}
    parts = [link.recorder, *(f"{name} {text}" for name, text in known.items() if text), link.url]
    parts += [json.dumps(link.extra, ensure_ascii=False)] if link.extra else []
    return " ".join(part for part in parts if part)


def _origin(origin: Provenance) -> Iterator[tuple[str, str]]:
    yield "commit", origin.commit
    yield "patch-id", origin.patch_id
    yield "change-id", origin.change_id
    yield "picked from", " ".join(origin.picked_from)
    yield "branch", origin.branch
    yield "author", origin.author
    yield "time", origin.time
    yield "agent", origin.agent
    yield "session", origin.session
    if origin.records is not None:
        yield "records", f"{origin.records[0]} to {origin.records[1]}"
    yield "compressor", " ".join(part for part in (origin.compressor, origin.model) if part)
    if origin.tokens_in or origin.tokens_out:
        yield "tokens", f"{origin.tokens_in} in, {origin.tokens_out} out"
    yield from ((f"tokens {name}", str(value)) for name, value in origin.tokens_extra.items())
