"""A preference's document: YAML that any reader takes, read by us without one."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.preference import (
    MAX_DOCUMENT,
    Preference,
    file_name,
    is_file_name,
    is_preference_id,
    parse_document,
    preference_id,
    render_document,
)

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200).map(
    str.strip
)


@given(words.filter(bool), st.sampled_from(["person", "claude-code"]))
def test_a_document_gives_its_preference_and_is_yaml(text: str, writer: str) -> None:
    one = Preference(preference_id(text), text, "2026-11-29T10:00:00Z", writer)
    document = render_document(one)

    assert parse_document(file_name(one), document.encode()) == one
    assert yaml.safe_load(document) == {"text": text, "time": one.time, "writer": writer}


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("text: Use tabs. # not here\n", "Use tabs."),
        ("text: 'It''s short'\n", "It's short"),
        ("text: |\n  One line.\n\n  Another.\ntime: x\n", "One line.\n\nAnother."),
        ("text: >-\n  folded\n  lines\n", "folded lines"),
        ('\ufefftext: "with a mark"\r\ntime: x\r\n', "with a mark"),
    ],
)
def test_what_a_person_writes_by_hand_is_read(document: str, text: str) -> None:
    one = parse_document("mine-0123456789.yaml", document.encode())

    assert one is not None
    assert one.text == text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mine-0123456789.yaml", b""),
        ("mine-0123456789.yaml", b"text:\n"),
        ("mine-0123456789.yaml", b"\xff\xfe"),
        ("mine-0123456789.yaml", b"- a list\n"),
        ("README.yaml", b"text: x\n"),
        ("mine-../x.yaml", b"text: x\n"),
    ],
)
def test_all_else_is_no_preference(name: str, data: bytes) -> None:
    assert parse_document(name, data) is None


@given(st.binary(max_size=2 * MAX_DOCUMENT))
def test_nothing_breaks_the_reader(data: bytes) -> None:
    one = parse_document("mine-0123456789.yaml", data)

    assert one is None or one.text


def test_an_id_is_no_memorys_and_no_commits() -> None:
    one = preference_id("x")

    assert is_preference_id(one)
    assert is_file_name(f"{one}.yaml")
    assert not any(map(is_preference_id, ("m0123456789ab", "HEAD", "mine", "mine-x", "main-0")))
