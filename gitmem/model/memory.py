"""The memory: what is worth keeping of the work behind one commit.

A memory is immutable and named by its content.  The same content gets the same id on every
clone, so writing twice is writing once and merging is set union.  This module knows the
fields, their order, their types and what each text is for (:class:`gitmem.model.text_roles.Role`);
YAML is :mod:`gitmem.notes.codec`'s business.

The format is specified in ``docs/format.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Union

from gitmem.model.digest import sha256_hex
from gitmem.model.link import Link
from gitmem.model.text_roles import Role
from gitmem.model.value import dataclass, field, replace

SCHEMA = 1
"""The schema this version writes.  A reader takes what it knows of a higher one."""

KINDS = (
    "decision",
    "feature",
    "bugfix",
    "refactor",
    "change",
    "discovery",
    "gotcha",
    "security",
    "session",
    "note",
    "correction",
)

NOT_OF_WORK = ("session", "note", "correction")
"""Kinds that no compressor gives: what is no commit's, and what people say."""

ID_PATTERN = re.compile(r"m[0-9a-f]{20}")

Json = Union[None, bool, int, float, str, Sequence["Json"], Mapping[str, "Json"]]


@dataclass(frozen=True)
class Decision:
    """A choice, its reason, and what was not chosen (each with the reason where one was given)."""

    chose: str
    because: str = ""
    rejected: tuple[str, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})


@dataclass(frozen=True)
class RecordedError:
    """An error as it was printed, verbatim, the frames that matter, and what resolved it."""

    message: str
    frames: tuple[str, ...] = field(default=(), metadata={Role: Role.FRAME})
    resolution: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})


@dataclass(frozen=True)
class Citation:
    """Where one item of a memory stands in the session that the provenance names.

    ``item`` is ``why``, or a list's name and a place in it: ``what/0``, ``decisions/1``,
    ``errors/0``, ``next/0``.  ``records`` are transcript records (0-based), ascending.  ``quote``
    is what stands there, verbatim but for masks; empty where the item itself is the quotation.
    """

    item: str = field(metadata={Role: Role.LABEL})
    records: tuple[int, ...] = ()
    quote: str = field(default="", metadata={Role: Role.LABEL})
    extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})


@dataclass(frozen=True)
class Provenance:
    """Where a memory comes from.  ``time`` is the commit's author time, UTC, ISO 8601.

    ``picked_from`` are the commits that the message says it was picked or backported from.
    ``links`` are what other recorders say about the commit.
    ``records`` is the half-open range of transcript lines that was compressed;
    ``tokens_in`` and ``tokens_out`` are what a model was paid for (0 offline).
    """

    commit: str = field(default="", metadata={Role: Role.IDENTITY})
    patch_id: str = field(default="", metadata={Role: Role.IDENTITY})
    change_id: str = field(default="", metadata={Role: Role.IDENTITY})
    branch: str = field(default="", metadata={Role: Role.LABEL})
    author: str = field(default="", metadata={Role: Role.IDENTITY})
    time: str = field(default="", metadata={Role: Role.IDENTITY})
    agent: str = field(default="", metadata={Role: Role.LABEL})
    session: str = field(default="", metadata={Role: Role.IDENTITY})
    records: tuple[int, int] | None = None
    compressor: str = field(default="", metadata={Role: Role.LABEL})
    model: str = field(default="", metadata={Role: Role.LABEL})
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})
    picked_from: tuple[str, ...] = field(default=(), metadata={Role: Role.IDENTITY})
    links: tuple[Link, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})

    @property
    def is_of_history(self) -> bool:
        """Whether it was made from a commit's message and diff, without a session."""
        return self.compressor.startswith("history/")

    @property
    def is_of_agent(self) -> bool:
        """Whether the session's own agent told it, about its commit."""
        return self.compressor.startswith("agent/")

    @property
    def is_of_person(self) -> bool:
        """Whether a person wrote it, whose words no program replaces."""
        return self.compressor.startswith("person/")


@dataclass(frozen=True)
class Memory:
    """One memory.  Only ``kind`` and ``title`` are always there.

    ``terms`` are words to find it by, with blanks between them: those that the change brought in.
    ``extra`` holds the fields this version does not know; they count for the id and survive a
    round trip.  ``supersedes`` names memories that this one replaces in recall, ``corrects`` those
    that a person says are wrong: nothing tells them again, nor what a program made of them.
    """

    kind: str = field(metadata={Role: Role.LABEL})
    title: str = field(metadata={Role: Role.TITLE})
    why: str = ""
    what: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    errors: tuple[RecordedError, ...] = ()
    next: tuple[str, ...] = ()
    concepts: tuple[str, ...] = field(default=(), metadata={Role: Role.CONCEPT})
    tags: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})
    files_changed: tuple[str, ...] = field(default=(), metadata={Role: Role.FILE})
    files_read: tuple[str, ...] = field(default=(), metadata={Role: Role.LABEL})
    files_extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})
    symbols: tuple[str, ...] = field(default=(), metadata={Role: Role.SYMBOL})
    terms: str = field(default="", metadata={Role: Role.TERM})
    supersedes: tuple[str, ...] = field(default=(), metadata={Role: Role.IDENTITY})
    corrects: tuple[str, ...] = field(default=(), metadata={Role: Role.IDENTITY})
    citations: tuple[Citation, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    schema: int = SCHEMA
    extra: Mapping[str, Json] = field(default_factory=dict, metadata={Role: Role.LABEL})

    @cached_property
    def id(self) -> str:
        """The content's name: ``m`` and 20 hexadecimal digits."""
        return content_id(to_fields(self))

    @property
    def is_newer(self) -> bool:
        """Whether a newer gitmem wrote it, so that some of its meaning may be missed."""
        return self.schema > SCHEMA


@dataclass(frozen=True)
class Tombstone:
    """The memory ``id`` is forgotten.  It carries no content and wins every merge.

    ``extra`` may say which records of which session the memory was made of, so that they are not
    captured again.
    """

    id: str
    forgotten: str
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def session(self) -> str:
        """The agent's id for the session; empty if unknown."""
        session = self.extra.get("session")
        return session if isinstance(session, str) else ""

    @property
    def records(self) -> tuple[int, int] | None:
        """The half-open range of records that was compressed; None if unknown."""
        try:
            return _range(self.extra.get("records"))
        except FieldError:
            return None

    @property
    def pins(self) -> str:
        """The id of the memory that this pins; empty where it is no pin but forgets one."""
        pins = self.extra.get("pins")
        return pins if isinstance(pins, str) else ""


class FieldError(ValueError):
    """A document is not a memory: a required field is missing or a known one has another type."""


def content_id(fields: Mapping[str, Json]) -> str:
    """Name a document by its content; the field ``id`` itself does not count.

    A field that is empty (null, "", [], {}, 0, false) is the same as one that is not there.
    Canonical form: JSON with sorted keys, no white space, UTF-8, no escapes but those JSON
    demands.  **Source:** in the spirit of RFC 8785, whose number rules are not needed because
    no field of the format is a fraction.
    """
    content = _without_empty({key: value for key, value in fields.items() if key != "id"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "m" + sha256_hex(text.encode("utf-8", "surrogatepass"))[:20]


def _without_empty(value: Json) -> Json:
    if isinstance(value, Mapping):
        pruned = ((key, _without_empty(item)) for key, item in value.items())
        return {key: item for key, item in pruned if item}
    if isinstance(value, (list, tuple)):
        return [_without_empty(item) for item in value]
    return value


def to_fields(memory: Memory) -> dict[str, Json]:
    """The memory as plain values in the order people read them; no ``id``, no empty fields."""
    fields: dict[str, Json] = {"schema": memory.schema, "kind": memory.kind, "title": memory.title}
    _put(fields, "why", memory.why)
    _put(fields, "what", list(memory.what))
    _put(fields, "decisions", [_decision_fields(decision) for decision in memory.decisions])
    _put(fields, "errors", [_error_fields(error) for error in memory.errors])
    _put(fields, "next", list(memory.next))
    _put(fields, "concepts", list(memory.concepts))
    _put(fields, "tags", dict(memory.tags))
    files: dict[str, Json] = {}
    _put(files, "changed", list(memory.files_changed))
    _put(files, "read", list(memory.files_read))
    files.update(memory.files_extra)
    _put(fields, "files", files)
    _put(fields, "symbols", list(memory.symbols))
    _put(fields, "terms", memory.terms)
    _put(fields, "supersedes", list(memory.supersedes))
    _put(fields, "corrects", list(memory.corrects))
    _put(fields, "citations", [_citation_fields(citation) for citation in memory.citations])
    _put(fields, "provenance", _provenance_fields(memory.provenance))
    fields.update(memory.extra)
    return fields


def from_fields(fields: Mapping[str, Json], *, known_id: str = "") -> Memory:
    """Read a memory from plain values; unknown fields are kept in ``extra``.

    ``id`` is not looked at: it follows from the content.  ``known_id`` is what follows, from a
    caller who has derived it before: that costs as much as all the reading here.  Of a later
    schema as much is read as can be: there a known field of another type is an unknown one.

    Raises:
        FieldError: ``kind`` or ``title`` is missing, or a known field has another type.
    """
    schema = fields.get("schema")
    is_later = isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA
    memory = _from_later_fields(fields) if is_later else _from_own_fields(fields)
    if known_id:
        memory.__dict__["id"] = known_id  # where the cached property would keep it
    return memory


def _from_own_fields(fields: Mapping[str, Json]) -> Memory:
    """The memory of fields that are all of the type they have in this schema."""
    rest = {key: value for key, value in fields.items() if key != "id"}
    schema = rest.pop("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise FieldError("'schema' must be a whole number from 1")
    kind, title = _text(rest, "kind"), _text(rest, "title")
    if not kind or not title:
        raise FieldError("'kind' and 'title' must be there and not empty")
    files = _mapping(rest, "files")
    return Memory(
        kind=kind,
        title=title,
        why=_text(rest, "why"),
        what=_texts(rest, "what"),
        decisions=tuple(_decision(item) for item in _items(rest, "decisions")),
        errors=tuple(_error(item) for item in _items(rest, "errors")),
        next=_texts(rest, "next"),
        concepts=_texts(rest, "concepts"),
        tags=_mapping(rest, "tags"),
        files_changed=_texts(files, "changed"),
        files_read=_texts(files, "read"),
        files_extra=files,
        symbols=_texts(rest, "symbols"),
        terms=_text(rest, "terms"),
        supersedes=_texts(rest, "supersedes"),
        corrects=_texts(rest, "corrects"),
        citations=tuple(_citation(item) for item in _items(rest, "citations")),
        provenance=_provenance(_mapping(rest, "provenance")),
        schema=schema,
        extra=rest,
    )


def _from_later_fields(fields: Mapping[str, Json]) -> Memory:
    """The memory of what is readable; the rest is extra, in the mappings of ours as well."""
    base = {key: fields[key] for key in ("schema", "kind", "title") if key in fields}
    _from_own_fields(base)
    readable, odd = _part_readable(lambda part: {**base, **part}, fields)
    files, odd_files = _readable_within("files", base, odd)
    origin, odd_origin = _readable_within("provenance", base, odd)
    memory = _from_own_fields({**base, **readable, **files, **origin})
    provenance = replace(memory.provenance, extra={**memory.provenance.extra, **odd_origin})
    return replace(
        memory,
        files_extra={**memory.files_extra, **odd_files},
        provenance=provenance,
        extra={**memory.extra, **odd},
    )


def _readable_within(
    name: str, base: Mapping[str, Json], odd: dict[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """The same for a mapping of ours that is odd as a whole; then it is not odd any more."""
    value = odd.get(name)
    if not isinstance(value, Mapping):
        return {}, {}
    readable, rest = _part_readable(lambda part: {**base, name: part}, value)
    del odd[name]
    return {name: readable}, rest


def _part_readable(
    form: Callable[[dict[str, Json]], Mapping[str, Json]], fields: Mapping[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """The fields that can be read, each by itself, where ``form`` puts it; and the others."""
    readable: dict[str, Json] = {}
    odd: dict[str, Json] = {}
    for key, value in fields.items():
        try:
            _from_own_fields(form({key: value}))
        except FieldError:
            odd[key] = value
        else:
            readable[key] = value
    return readable, odd


def _put(fields: dict[str, Json], key: str, value: Json) -> None:
    if value:
        fields[key] = value


def _decision_fields(decision: Decision) -> dict[str, Json]:
    fields: dict[str, Json] = {"chose": decision.chose}
    _put(fields, "because", decision.because)
    _put(fields, "rejected", list(decision.rejected))
    fields.update(decision.extra)
    return fields


def _error_fields(error: RecordedError) -> dict[str, Json]:
    fields: dict[str, Json] = {"message": error.message}
    _put(fields, "frames", list(error.frames))
    _put(fields, "resolution", error.resolution)
    fields.update(error.extra)
    return fields


def _citation_fields(citation: Citation) -> dict[str, Json]:
    fields: dict[str, Json] = {"item": citation.item}
    _put(fields, "records", list(citation.records))
    _put(fields, "quote", citation.quote)
    fields.update(citation.extra)
    return fields


def _link_fields(link: Link) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    _put(fields, "recorder", link.recorder)
    _put(fields, "session", link.session)
    _put(fields, "checkpoint", link.checkpoint)
    _put(fields, "url", link.url)
    fields.update(link.extra)
    return fields


def _provenance_fields(provenance: Provenance) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    _put(fields, "commit", provenance.commit)
    _put(fields, "patch-id", provenance.patch_id)
    _put(fields, "change-id", provenance.change_id)
    _put(fields, "picked-from", list(provenance.picked_from))
    _put(fields, "branch", provenance.branch)
    _put(fields, "author", provenance.author)
    _put(fields, "time", provenance.time)
    _put(fields, "agent", provenance.agent)
    _put(fields, "session", provenance.session)
    if provenance.records is not None:
        fields["records"] = list(provenance.records)
    _put(fields, "compressor", provenance.compressor)
    _put(fields, "model", provenance.model)
    _put(fields, "links", [_link_fields(link) for link in provenance.links])
    tokens: dict[str, Json] = {}
    _put(tokens, "in", provenance.tokens_in)
    _put(tokens, "out", provenance.tokens_out)
    tokens.update(provenance.tokens_extra)
    _put(fields, "tokens", tokens)
    fields.update(provenance.extra)
    return fields


def _text(fields: dict[str, Json], key: str) -> str:
    value = fields.pop(key, "")
    if not isinstance(value, str):
        raise FieldError(f"'{key}' must be text")
    return value


def _texts(fields: dict[str, Json], key: str) -> tuple[str, ...]:
    values = fields.pop(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise FieldError(f"'{key}' must be a list of texts")
    return tuple(str(value) for value in values)


def _mapping(fields: dict[str, Json], key: str) -> dict[str, Json]:
    value = fields.pop(key, {})
    if not isinstance(value, dict):
        raise FieldError(f"'{key}' must be a mapping")
    return dict(value)


def _items(fields: dict[str, Json], key: str) -> list[dict[str, Json]]:
    values = fields.pop(key, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise FieldError(f"'{key}' must be a list of mappings")
    return [dict(value) for value in values if isinstance(value, dict)]


def _decision(fields: dict[str, Json]) -> Decision:
    return Decision(
        chose=_text(fields, "chose"),
        because=_text(fields, "because"),
        rejected=_texts(fields, "rejected"),
        extra=fields,
    )


def _error(fields: dict[str, Json]) -> RecordedError:
    return RecordedError(
        message=_text(fields, "message"),
        frames=_texts(fields, "frames"),
        resolution=_text(fields, "resolution"),
        extra=fields,
    )


def _citation(fields: dict[str, Json]) -> Citation:
    records = fields.pop("records", [])
    if not isinstance(records, list):
        raise FieldError("'records' of a citation must be a list of whole numbers")
    return Citation(
        item=_text(fields, "item"),
        records=tuple(_count(record) for record in records),
        quote=_text(fields, "quote"),
        extra=fields,
    )


def _link(fields: dict[str, Json]) -> Link:
    return Link(
        recorder=_text(fields, "recorder"),
        session=_text(fields, "session"),
        checkpoint=_text(fields, "checkpoint"),
        url=_text(fields, "url"),
        extra=fields,
    )


def _provenance(fields: dict[str, Json]) -> Provenance:
    records = fields.pop("records", None)
    tokens = _mapping(fields, "tokens")
    links = _items(fields, "links")
    return Provenance(
        commit=_text(fields, "commit"),
        patch_id=_text(fields, "patch-id"),
        change_id=_text(fields, "change-id"),
        picked_from=_texts(fields, "picked-from"),
        branch=_text(fields, "branch"),
        author=_text(fields, "author"),
        time=_text(fields, "time"),
        agent=_text(fields, "agent"),
        session=_text(fields, "session"),
        records=_range(records),
        compressor=_text(fields, "compressor"),
        model=_text(fields, "model"),
        tokens_in=_count(tokens.pop("in", 0)),
        tokens_out=_count(tokens.pop("out", 0)),
        tokens_extra=tokens,
        links=tuple(_link(item) for item in links),
        extra=fields,
    )


def _range(value: Json) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2:
        first, end = value
        if isinstance(first, int) and isinstance(end, int) and 0 <= first <= end:
            return first, end
    raise FieldError("'records' must be two whole numbers, the first not above the second")


def _count(value: Json) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise FieldError("'tokens', and the 'records' of a citation, must be whole numbers from 0")
