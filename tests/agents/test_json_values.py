"""Whatever another program wrote, its values read as something or as nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.json_values import (
    MAX_PATH,
    collect_path,
    parse_id,
    parse_line,
    parse_name,
    parse_object,
    parse_objects,
    parse_path,
    parse_text,
    parse_time,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "type"]), inner, max_size=2)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("parse", "kind"),
    [
        (parse_object, dict),
        (parse_objects, list),
        (parse_text, str),
        (parse_name, str),
        (parse_path, str),
        (parse_id, str),
        (parse_time, (float, type(None))),
    ],
)
@given(value=values)
def test_a_value_of_any_shape_reads_as_one_type(
    parse: Callable[[object], object], kind: type | tuple[type, ...], value: object
) -> None:
    assert isinstance(parse(value), kind)


@given(st.binary(max_size=100))
def test_a_line_of_any_bytes_is_an_object_or_none(data: bytes) -> None:
    assert isinstance(parse_line(data), (dict, type(None)))


def test_a_line_holds_one_object() -> None:
    assert parse_line(b'{"a": 1}\n') == {"a": 1}
    assert parse_line(b"[1]\n") is None
    assert parse_line(b'{"a": ' * 100_000) is None
    assert parse_line(None) is None


def test_the_texts_of_content_parts_are_lines_of_one() -> None:
    parts = [{"text": "one"}, {"image": "x"}, {"text": 2}, "three", {"text": "four"}]

    assert parse_text(parts) == "one\nfour"


def test_a_name_can_be_written_to_a_file() -> None:
    name = parse_name(json.loads('"\\ud800' + "x" * 300 + '"'))

    assert len(name) == 200
    assert name.encode()


@pytest.mark.parametrize("path", ["a\0b", "x" * (MAX_PATH + 1)])
def test_what_no_file_can_be_called_is_no_path(path: str) -> None:
    assert parse_path("/w/a.py") == "/w/a.py"
    assert parse_path(path) == ""


def test_an_id_is_one_that_a_file_may_be_named_by() -> None:
    assert parse_id("2.1.329") == "2.1.329"
    assert parse_id("../a") == ""


def test_paths_are_collected_once_in_order_and_not_without_end() -> None:
    paths: dict[str, None] = {}
    for value in ("/b", "/a", "/b", 3, "", *map(str, range(100))):
        collect_path(paths, value)

    assert list(paths)[:3] == ["/b", "/a", "0"]
    assert len(paths) == 64


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.25+00:00", 1.25),
        ("1970-01-01T01:00:01+01:00", None),
        ("1970-13-01T00:00:01Z", None),
        ("yesterday", None),
    ],
)
def test_a_time_is_utc(stamp: str, seconds: float | None) -> None:
    assert parse_time(stamp) == seconds
