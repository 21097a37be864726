"""A note's bytes as a :class:`Note`, and back: a stream of YAML documents, one memory each.

git joins notes by text (squash, fixup, ``union``, ``concatenate``) and people append remarks to
them, so the stream is split before any of it is parsed: what is wrong with one document stays
that document's own trouble.  Every document is kept by its source text; what this version
cannot read it writes back as it was.

The format is specified in ``docs/format.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitmem.errors import NoteError
from gitmem.model.memory import (
    ID_PATTERN,
    SCHEMA,
    FieldError,
    Json,
    Memory,
    Tombstone,
    from_fields,
    to_fields,
)
from gitmem.model.note import NEWER, Abandonment, Document, Note, note_of
from gitmem.model.value import dataclass
from gitmem.notes.plain_words import memory_of_words
from gitmem.notes.yaml_subset import FAST_LOADER, PlainYamlError, parse_yaml, render_yaml

MAX_NOTE_BYTES = 1 << 20
MAX_DOCUMENT_BYTES = 1 << 16
MAX_DOCUMENTS = 1024
_READ_LIMITS = f"{MAX_NOTE_BYTES} bytes and {MAX_DOCUMENTS} documents"

_MARKER = b"---\n"
_BOM = b"\xef\xbb\xbf"
# Column 0 and white space behind: the one thing YAML allows inside no scalar and no collection.
_START = re.compile(rb"^(?:\xef\xbb\xbf)?---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_BLANK_LINE = re.compile(rb"\n(?:[ \t]*\r?\n)+(?=([^\s])?)")
_ID_LINE = re.compile(rb"^(?:id: *[\"']?m[0-9a-f]{20}[\"']?[ \t]*\r?$|abandoned: )", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_PREFIXES = 16
_MAX_PREFIXES_OF_A_NOTE = 64


def parse_note(data: bytes, *, loader: Any = FAST_LOADER) -> Note:
    """Read a note, whatever it contains; a document that is not a memory has a ``problem``."""
    return note_of(_Reader(loader).documents(data))


def render_note(note: Note) -> bytes:
    """The note as git stores it: begins with ``---`` and ends with one newline.

    Documents are separated by nothing but their own markers.
    """
    return b"".join(document.text for document in note.documents)


def document_of(memory: Memory) -> Document:
    """Write a memory as a document of its own; reading it gives an equal memory.

    A character that UTF-8 cannot hold (half of a surrogate pair) becomes U+FFFD, and the id is
    that of what is written.

    Raises:
        NoteError: it is over the limits of a document, or no memory at all.
    """
    fields = _encodable(to_fields(memory))
    try:
        written = from_fields(fields)
    except FieldError as error:
        raise NoteError(f"the memory cannot be written: {error}") from error
    document = _render_document({"id": written.id, **fields})
    if document.memory is None:
        raise NoteError(f"the memory cannot be written: {document.problem or 'it is not one'}")
    return document


def tombstone_document(tombstone: Tombstone) -> Document:
    """Write a tombstone as a document of its own.

    Raises:
        NoteError: it is over the limits of a document, or its id is none.
    """
    fields = {"forgotten": tombstone.forgotten, **tombstone.extra}
    document = _render_document({"id": tombstone.id, **_encodable(fields)})
    if document.tombstone is None:
        raise NoteError(f"the tombstone cannot be written: {document.problem}")
    return document


def mark_document(mark: Abandonment) -> Document:
    """Write a mark as a document of its own.

    Raises:
        NoteError: it is over the limits of a document.
    """
    fields = {"abandoned": mark.since, "by": mark.by, **mark.extra}
    document = _render_document(
        _encodable({name: value for name, value in fields.items() if value})
    )
    if document.mark is None:
        raise NoteError(f"the mark cannot be written: {document.problem}")
    return document


def _render_document(fields: Mapping[str, Json]) -> Document:
    try:
        text = _MARKER + render_yaml(fields).encode()
    except PlainYamlError as error:
        raise NoteError(f"the memory {error}") from error
    return _Reader(FAST_LOADER).document(text)


def _encodable(fields: Mapping[str, Json]) -> dict[str, Json]:
    """The same values, encodable as UTF-8."""
    return {_replace_surrogates(key): _encodable_value(item) for key, item in fields.items()}


def _encodable_value(value: Json) -> Json:
    if isinstance(value, str):
        return _replace_surrogates(value)
    if isinstance(value, Mapping):
        return _encodable(value)
    if isinstance(value, (list, tuple)):
        return [_encodable_value(item) for item in value]
    return value


def _replace_surrogates(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


class _Reader:
    """Reads the documents of one note; counts the tries at documents that were appended to."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.remaining_tries = _MAX_PREFIXES_OF_A_NOTE

    def documents(self, data: bytes) -> Iterator[Document]:
        for number, chunk in enumerate(_chunks(data)):
            if number < MAX_DOCUMENTS and chunk.end <= MAX_NOTE_BYTES:
                yield from self._documents_of(chunk.text)
                continue
            problem = f"is beyond what is read of a note: {_READ_LIMITS}"
            yield Document(_normal(data[chunk.start :]), problem=problem)
            return

    def document(self, text: bytes) -> Document:
        """Read one document's text; what is wrong with it is its ``problem``."""
        if len(text) > MAX_DOCUMENT_BYTES:
            return Document(text, problem=f"is larger than {MAX_DOCUMENT_BYTES} bytes")
        try:
            value = parse_yaml(text.decode("utf-8"), self.loader)
            return _interpret(text, value)
        except UnicodeDecodeError:
            return Document(text, problem="is not UTF-8 text")
        except (PlainYamlError, FieldError) as error:
            return _words_or_problem(text, str(error))

    def _documents_of(self, chunk: bytes) -> Iterator[Document]:
        """The document a chunk holds, or the two, where somebody appended a remark to a memory."""
        text = _normal(chunk)
        if not text.removeprefix(b"---").strip():
            return
        whole = self.document(text)
        if (not whole.problem and _is_intact(whole)) or not _ID_LINE.search(text):
            yield whole
            return
        for end in _prefix_ends(text):
            if self.remaining_tries == 0:
                break
            self.remaining_tries -= 1
            first = self.document(_normal(text[:end]))
            if _is_intact(first):
                yield first
                yield from self._documents_of(text[end:])
                return
        yield whole


@dataclass(frozen=True)
class _Chunk:
    text: bytes
    start: int
    end: int


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Cut before every line that starts a document; what precedes the first is a chunk, too."""
    start = 0
    for match in _START.finditer(data):
        if match.start() > start:
            yield _Chunk(data[start : match.start()], start, match.start())
        start = match.start()
    if start < len(data):
        yield _Chunk(data[start:], start, len(data))


def _normal(chunk: bytes) -> bytes:
    """The chunk with a marker before it (no byte order mark) and one line's end behind it."""
    while chunk.startswith(_BOM):
        chunk = chunk.removeprefix(_BOM)
    body = chunk.rstrip(b" \t\r\n")
    line_end = chunk.find(b"\n", len(body))
    text = chunk[: line_end + 1] if line_end >= 0 else chunk + b"\n"
    return text if _START.match(text) else _MARKER + text


def _prefix_ends(text: bytes) -> list[int]:
    """Where a remark may begin: behind blank lines, those before unindented text first.

    The memories we write have no unindented text behind a blank line.
    """
    found = [(match.group(1) is None, match.end()) for match in _BLANK_LINE.finditer(text)]
    return [end for _, end in sorted(found)][:_MAX_PREFIXES]


def _is_intact(document: Document) -> bool:
    """Whether a document is whole: a tombstone, or a memory whose content fits its id."""
    if document.memory is None:
        # Nobody writes a blank line into these: what stands behind one was appended.
        is_known = document.tombstone is not None or document.mark is not None
        appended = any(match[1] for match in _BLANK_LINE.finditer(document.text))
        return is_known and not appended
    return document.stated_id == document.memory.id


def _interpret(text: bytes, value: Json) -> Document:
    if not isinstance(value, Mapping):
        return _words_or_problem(text, "is not a mapping of fields")
    stated = value.get("id")
    stated_id = stated if isinstance(stated, str) else ""
    if "forgotten" in value:
        return Document(text, tombstone=_tombstone(value, stated_id), stated_id=stated_id)
    if "abandoned" in value and "kind" not in value and "title" not in value:
        return Document(text, mark=_mark(value))
    return Document(text, memory=_memory(value), stated_id=stated_id)


def _words_or_problem(text: bytes, problem: str) -> Document:
    memory = memory_of_words(text)
    return Document(text, memory, problem="" if memory else problem, is_plain=memory is not None)


def _tombstone(fields: Mapping[str, Json], stated_id: str) -> Tombstone:
    forgotten = fields["forgotten"]
    if not isinstance(forgotten, str) or not forgotten or not ID_PATTERN.fullmatch(stated_id):
        raise FieldError("a tombstone needs an 'id' and a text in 'forgotten'")
    extra = {key: item for key, item in fields.items() if key not in ("id", "forgotten")}
    return Tombstone(stated_id, forgotten, extra)


def _mark(fields: Mapping[str, Json]) -> Abandonment:
    since, by = fields["abandoned"], fields.get("by", "")
    if not isinstance(since, str) or not since or not isinstance(by, str):
        raise FieldError("a mark needs a text in 'abandoned'")
    extra = {key: item for key, item in fields.items() if key not in ("abandoned", "by")}
    return Abandonment(since, by, extra)


def _memory(fields: Mapping[str, Json]) -> Memory:
    try:
        return from_fields(fields)
    except FieldError as error:
        schema = fields.get("schema")
        if isinstance(schema, bool) or not isinstance(schema, int) or schema <= SCHEMA:
            raise
        raise FieldError(f"{NEWER} (schema {schema}): {error}") from error
