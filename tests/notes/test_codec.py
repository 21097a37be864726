from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitmem.errors import NoteError
from gitmem.model.memory import Decision, Memory, Provenance, Tombstone, to_fields
from gitmem.model.note import merge_notes, note_of
from gitmem.notes.codec import (
    MAX_DOCUMENT_BYTES,
    MAX_DOCUMENTS,
    MAX_NOTE_BYTES,
    document_of,
    parse_note,
    render_note,
    tombstone_document,
)
from gitmem.notes.yaml_subset import FAST_LOADER
from tests.strategies import memories, notes, scaled, tombstones

LOADERS = pytest.mark.parametrize("loader", [FAST_LOADER, yaml.SafeLoader])
PLAIN = Memory(kind="bugfix", title="Retry on 429", why="The API throttles bursts.")
OTHER = Memory(kind="decision", title="Keep it small")


def text_of(memory: Memory) -> bytes:
    return document_of(memory).text


@given(memories())
def test_reading_what_is_written_gives_the_memory(memory: Memory) -> None:
    """parse ∘ render is the identity on memories, unknown nested fields included."""
    document = document_of(memory)

    (found,) = parse_note(document.text).memories

    assert found.id == memory.id == document.stated_id
    assert json.dumps(to_fields(found)) == json.dumps(to_fields(memory))


@given(memories())
@settings(max_examples=scaled(40))
def test_the_slow_parser_reads_the_same(memory: Memory) -> None:
    text = text_of(memory)

    assert parse_note(text).memories == parse_note(text, loader=yaml.SafeLoader).memories


@given(memories())
@settings(max_examples=scaled(40))
def test_other_yaml_readers_see_the_same_text(memory: Memory) -> None:
    """What we quote is enough: PyYAML's own resolver, YAML 1.1, finds text where we wrote text."""
    found = yaml.load(text_of(memory), yaml.SafeLoader)

    assert memory.title == found["title"]
    assert list(memory.what) == found.get("what", [])


@given(tombstones())
def test_reading_what_is_written_gives_the_tombstone(tombstone: Tombstone) -> None:
    assert (tombstone,) == parse_note(tombstone_document(tombstone).text).tombstones


@given(notes())
def test_reading_what_is_written_gives_the_note(note: Any) -> None:
    """parse ∘ render is the identity on notes."""
    data = render_note(note)

    assert note == parse_note(data)
    assert data == b"" or (data.startswith(b"---") and data.endswith(b"\n"))


@given(notes(), notes(), st.sampled_from([b"", b"\n", b"\n\n", b"\r\n \n"]))
def test_any_text_concatenation_reads_as_the_union(one: Any, two: Any, glue: bytes) -> None:
    """git joins notes by text; that must be the same as joining them."""
    joined = render_note(one) + glue + render_note(two)

    assert merge_notes(one, two) == parse_note(joined)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b"\xef\xbb\xbf\xef\xbb\xbf---\nkind: x")
@example(b"---\n--- \n---\t\n---")
@example(b"--- \n\x00\n---\n\xff\xfe")
def test_no_bytes_raise_and_none_are_lost(data: bytes) -> None:
    """Whatever a note holds, it can be read, written back, and nothing visible is lost."""
    note = parse_note(data)
    again = render_note(note)

    assert note == parse_note(again)
    kept = again.replace(b"---", b"")
    for word in data.replace(b"\xef\xbb\xbf", b"").replace(b"---", b"").split():
        assert word in kept


@given(st.lists(st.sampled_from(["---\n", "\n", "id: m" + "0" * 20 + "\n", "kind: a\n", "x\n"])))
def test_reading_is_stable_after_one_writing(lines: list[str]) -> None:
    note = parse_note("".join(lines).encode())

    assert note == parse_note(render_note(note))


@LOADERS
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("kind: a\nkind: b\ntitle: c", "twice"),
        ("a: &x [1]\nb: *x", "anchor or alias"),
        ("a: *x", "anchor or alias"),
        ("kind: !!python/object:os.system a\ntitle: b", "tag"),
        ("kind: !mine a\ntitle: b", "tag"),
        ("kind: a\ntitle: b\n1: c", "key that is not text"),
        ("kind: a\ntitle: b\n? [c]\n: d", "key that is not text"),
        ("kind: a\ntitle: b\r--- c", "more than one document"),
        ("kind: a\ntitle: " + "[" * 40 + "]" * 40, "levels deep"),
        ("kind: a\ntitle: [" + "1," * 5000 + "]", "values"),
        ("kind: a\ntitle: " + "x" * 40_000, "characters"),
        ("kind: a\ntitle: " + "x" * MAX_DOCUMENT_BYTES, "larger than"),
        ('kind: a\ntitle: "\\ud800"', "escape"),
        ("kind: a\ntitle: 'open", "is not YAML"),
        ("kind: a\ntitle: b\x00c", "is not YAML"),
        ("- kind: a", "not a mapping"),
        ("title: no kind", "'kind' and 'title'"),
        ("kind: a\ntitle: b\nwhat: c", "'what' must be a list"),
        ("kind: a\ntitle: b\nschema: 0", "'schema'"),
        ("schema: 7\nverdict: c", "newer gitmem (schema 7)"),
        ("forgotten: by hand", "tombstone"),
        ("id: m00000000000000000000\nforgotten: true", "tombstone"),
    ],
)
def test_a_bad_document_is_its_own_trouble(body: str, problem: str, loader: Any) -> None:
    """The neighbours of a document that cannot be read are read all the same, and it is kept."""
    bad = f"---\n{body}\n".encode()

    note = parse_note(text_of(PLAIN) + bad + text_of(OTHER), loader=loader)

    assert {PLAIN.id, OTHER.id} == {memory.id for memory in note.memories}
    assert problem in note.problems[0]
    assert len(note.problems) == 1
    assert bad in render_note(note)


def test_bytes_that_are_no_text_are_one_documents_trouble() -> None:
    bad = b"---\nkind: \xff\xfe\x00\x01\n"

    note = parse_note(text_of(PLAIN) + bad + text_of(OTHER))

    assert len(note.memories) == 2
    assert note.problems == ("is not UTF-8 text",)
    assert bad in render_note(note)


@LOADERS
def test_windows_line_ends_and_byte_order_marks_are_read(loader: Any) -> None:
    data = b"\xef\xbb\xbf" + text_of(PLAIN).replace(b"\n", b"\r\n") + b"\r\n"
    data += b"\xef\xbb\xbf" + text_of(OTHER)

    note = parse_note(data, loader=loader)

    assert {PLAIN.id, OTHER.id} == {memory.id for memory in note.memories}
    assert render_note(note).startswith(b"---")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("2026-11-20", "2026-11-20"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("True", "True"),
        ("017", "017"),
        ("+1", "+1"),
        ("1234567890123456789", "1234567890123456789"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("'12'", "12"),
        ("12", 12),
        ("-0", 0),
        ("1.5e3", 1500.0),
        ("true", True),
        ("~", None),
        ("", None),
    ],
)
def test_only_what_json_knows_is_more_than_text(text: str, value: Any) -> None:
    note = parse_note(f"---\nkind: a\ntitle: b\nx: {text}\n".encode())

    found = note.memories[0].extra["x"]

    assert (type(value), value) == (type(found), found)


def test_unknown_fields_comments_and_form_survive_being_joined() -> None:
    by_hand = b"--- # mine\nkind: a\ntitle:   'b'   # odd\nscore: {x: [1, 2]}\nschema: 1\n"

    joined = merge_notes(parse_note(by_hand), note_of([document_of(PLAIN)]))

    assert by_hand in render_note(joined)


def test_a_memory_edited_by_hand_is_read_and_keeps_the_id_it_states() -> None:
    edited = text_of(PLAIN).replace(b"Retry on 429", b"Retry on 429 and 503")

    (document,) = parse_note(edited).documents

    assert document.memory is not None
    assert document.memory.title == "Retry on 429 and 503"
    assert PLAIN.id == document.stated_id != document.memory.id


def test_a_tombstone_for_the_former_id_finds_an_edited_memory() -> None:
    edited = text_of(PLAIN).replace(b"Retry on 429", b"Retry on 429 and 503")
    tombstone = tombstone_document(Tombstone(PLAIN.id, "2026-11-20"))

    assert parse_note(edited + tombstone.text).memories == ()


@pytest.mark.parametrize(
    "remark",
    [
        b"Reviewed-by: Eve\n",
        b"looks good\n\nto me\n",
        b"    indented remark\n",
        b"- a list\n- of two\n",
        b"\xff\xfe binary\n",
        b'"open quote\n',
        b"title: doubled\n",
    ],
)
@pytest.mark.parametrize(
    "memory",
    [PLAIN, Memory(kind="a", title="b", why="first\n\nsecond\n\n  third", what=("c\n\nd",))],
)
def test_a_remark_appended_by_git_leaves_the_memory_whole(memory: Memory, remark: bytes) -> None:
    """``git notes append -m`` puts a blank line and the words behind the note."""
    note = parse_note(text_of(memory) + b"\n" + remark)

    assert (memory.id,) == tuple(found.id for found in note.memories if found.kind != "note")
    assert remark in render_note(note)
    assert note == parse_note(render_note(note))


def test_a_memory_appended_without_its_marker_is_still_a_memory() -> None:
    bare = text_of(OTHER).removeprefix(b"---\n")

    note = parse_note(text_of(PLAIN) + b"\n" + bare)

    assert {PLAIN.id, OTHER.id} == {memory.id for memory in note.memories}


def test_words_before_the_first_marker_are_kept() -> None:
    note = parse_note(b"Some words.\n" + text_of(PLAIN))

    assert [PLAIN.title, "Some words."] == [memory.title for memory in note.memories]
    assert text_of(PLAIN) + b"---\nSome words.\n" == render_note(note)


def test_a_note_over_the_cap_is_read_up_to_it_and_kept_whole() -> None:
    filler = b"---\n# " + b"x" * 60_000 + b"\n"
    data = text_of(PLAIN) + b"".join(
        filler + b"# %d\n" % number for number in range(MAX_NOTE_BYTES // len(filler) + 1)
    )
    data += text_of(OTHER)

    note = parse_note(data)

    assert PLAIN.id in {memory.id for memory in note.memories}
    assert OTHER.id not in {memory.id for memory in note.memories}
    assert any("beyond what is read" in problem for problem in note.problems)
    assert len(render_note(note)) == len(data)


def test_documents_over_the_cap_are_kept_unread() -> None:
    data = b"".join(b"---\nword %d\n" % number for number in range(MAX_DOCUMENTS)) + text_of(PLAIN)

    note = parse_note(data)

    assert PLAIN.id not in {memory.id for memory in note.memories}
    assert text_of(PLAIN) in render_note(note)


def test_a_newer_memory_is_read_as_far_as_it_is_understood() -> None:
    data = b"---\nschema: 2\nkind: a\ntitle: b\nwhy: c\nwhat: {new: form}\nnovel: [1]\n"

    (memory,) = parse_note(data).memories

    assert memory.is_newer
    assert memory.why == "c"
    assert memory.extra == {"what": {"new": "form"}, "novel": [1]}
    assert data == render_note(parse_note(data))


def test_a_memory_reads_well_in_git_log() -> None:
    memory = Memory(
        kind="bugfix",
        title="Retry on 429 with a growing pause",
        why="The upstream API throttles bursts: a nightly import failed three times in a row"
        " because every worker retried at once and was refused again.",
        what=("pause doubles up to 30 s", "yes", "2026-11-20"),
        decisions=(Decision("full jitter", "spreads the retries", ("fixed pause: synchronises",)),),
        files_changed=("src/client.py",),
        provenance=Provenance(time="2026-01-01T00:00:00Z", records=(3, 19), tokens_in=7),
    )

    expected = f"""\
---
id: {memory.id}
schema: 1
kind: bugfix
title: Retry on 429 with a growing pause
why: 'The upstream API throttles bursts: a nightly import failed three times in a
  row because every worker retried at once and was refused again.'
what:
  - pause doubles up to 30 s
  - 'yes'
  - '2026-11-20'
decisions:
  - chose: full jitter
    because: spreads the retries
    rejected:
      - 'fixed pause: synchronises'
files:
  changed:
    - src/client.py
provenance:
  time: '2026-01-01T00:00:00Z'
  records:
    - 3
    - 19
  tokens:
    in: 7
"""

    assert expected == text_of(memory).decode()


def test_lines_become_a_literal_block() -> None:
    memory = Memory(kind="a", title="b", why="one\n  two\n\nthree")

    assert "why: |-\n  one\n    two\n\n  three\n" in text_of(memory).decode()


def test_half_a_surrogate_pair_is_replaced_and_the_id_is_of_what_is_written() -> None:
    document = document_of(Memory(kind="a", title="b\ud83d", extra={"c\udc00": ["\udfff"]}))

    assert document.memory is not None
    assert document.memory.title == "b\ufffd"
    assert document.stated_id == document.memory.id


@pytest.mark.parametrize(
    "memory",
    [
        Memory(kind="a", title="x" * MAX_DOCUMENT_BYTES),
        Memory(kind="a", title=""),
        Memory(kind="a", title="b", extra={"n": 10**30}),
        Memory(kind="a", title="b", extra={"n": float("nan")}),
        Memory(kind="a", title="b", extra={"forgotten": "c"}),
    ],
)
def test_what_cannot_be_read_back_is_not_written(memory: Memory) -> None:
    with pytest.raises(NoteError):
        document_of(memory)
