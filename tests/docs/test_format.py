"""``docs/format.md`` is true: its examples are read, its numbers are the code's."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from gitmem.model.memory import KINDS, Decision, Memory, Provenance, RecordedError, to_fields
from gitmem.model.note import NOTES_REF
from gitmem.notes import codec as notefile
from gitmem.notes import fanout
from gitmem.notes import yaml_subset as plainyaml
from gitmem.notes.codec import document_of, mark_document, parse_note, tombstone_document
from tests.docs.generate import DOCS

PAGE = (DOCS / "format.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def section(title: str) -> str:
    return PAGE.partition(f"# {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("text", examples("yaml"))
def test_an_example_is_written_as_we_write_it(text: str) -> None:
    (document,) = parse_note(text.encode()).documents

    if document.tombstone is not None:
        again = tombstone_document(document.tombstone)
    elif document.mark is not None:
        again = mark_document(document.mark)
    else:
        assert document.memory is not None
        assert document.memory.id == document.stated_id
        again = document_of(document.memory)

    assert text == again.text.decode()


def test_the_worked_id_can_be_computed_from_the_page_alone() -> None:
    """SHA-256 of the canonical JSON as it is printed there."""
    (canonical,) = examples("json")
    digest = hashlib.sha256(canonical.strip().encode()).hexdigest()[:20]

    assert json.dumps(json.loads(canonical), ensure_ascii=False, separators=(",", ":")) + "\n" == (
        canonical
    )
    assert f"begins with `{digest}`" in PAGE
    assert f"id: m{digest}\n" in examples("yaml")[1]


def test_the_limits_are_the_codes() -> None:
    limits = {
        "bytes of a note that are read": notefile.MAX_NOTE_BYTES,
        "documents of a note that are read": notefile.MAX_DOCUMENTS,
        "bytes of a document": notefile.MAX_DOCUMENT_BYTES,
        "characters of a scalar": plainyaml.MAX_SCALAR_CHARS,
        "levels of nesting": plainyaml.MAX_DEPTH,
        "values in a document, keys included": plainyaml.MAX_NODES,
    }

    for what, limit in limits.items():
        assert f"| {what} | {limit:,} |" in PAGE
    assert f"gitmem stops at {fanout.MAX_ENTRIES:,} entries" in PAGE
    assert f"`{NOTES_REF}`" in PAGE


def test_every_field_that_is_written_is_described() -> None:
    memory = Memory(
        kind="a",
        title="b",
        why="c",
        what=("d",),
        decisions=(Decision("e", "f", ("g",)),),
        errors=(RecordedError("h", ("i",), "j"),),
        next=("k",),
        concepts=("l",),
        tags={"m": "n"},
        files_changed=("o",),
        files_read=("p",),
        symbols=("q",),
        supersedes=("r",),
        provenance=Provenance("s", "t", "u", "v", "w", "x", "y", "z", (0, 1), "1", "2", 3, 4),
    )
    fields = to_fields(memory)
    provenance = fields["provenance"]
    assert isinstance(provenance, dict)

    told = set(re.findall(r"`([a-z-]+)`", section("A memory")))

    assert {*fields, *provenance, "id", "in", "out", "chose", "because", "rejected"} <= told
    assert {"message", "frames", "resolution", "changed", "read", *KINDS} <= told


@pytest.mark.parametrize("word", ["yes", "2026-11-20", "0x1f", "1_000", "12:30:00", "017"])
def test_what_the_page_calls_text_is_text(word: str) -> None:
    assert f"`{word}`" in section("The YAML of a document")
    assert word == plainyaml.parse_yaml(word)
