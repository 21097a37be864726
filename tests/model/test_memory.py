from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.memory import (
    ID_PATTERN,
    SCHEMA,
    FieldError,
    Json,
    Memory,
    content_id,
    from_fields,
    to_fields,
)
from tests.strategies import memories, values


def strict(fields: Any) -> str:
    """Fields in a form in which 1, 1.0 and True differ."""
    return json.dumps(fields)


@given(memories())
def test_reading_the_fields_gives_the_memory(memory: Memory) -> None:
    """from_fields ∘ to_fields is the identity, unknown nested fields included."""
    fields = to_fields(memory)

    again = from_fields(fields)

    assert strict(fields) == strict(to_fields(again))
    assert memory.id == again.id


@given(memories())
def test_an_id_has_its_form_and_does_not_depend_on_itself(memory: Memory) -> None:
    assert ID_PATTERN.fullmatch(memory.id)
    assert memory.id == content_id({"id": "anything", **to_fields(memory)})


@given(memories(), st.randoms())
def test_the_order_of_fields_does_not_count(memory: Memory, chance: Any) -> None:
    shuffled = list(to_fields(memory).items())
    chance.shuffle(shuffled)

    assert memory.id == content_id(dict(shuffled))


@given(memories(), st.sampled_from([None, "", 0, False, [], {}, {"inner": {"deep": ""}}]))
def test_an_empty_field_is_as_none(memory: Memory, empty: Json) -> None:
    """A writer that leaves out what is empty and one that does not give the same id."""
    fields = {**to_fields(memory), "y-empty": empty}

    assert memory.id == content_id(fields) == from_fields(fields).id


@given(memories(), st.text(min_size=1))
def test_an_id_that_is_known_is_not_derived_and_stays_with_its_content(
    memory: Memory, known: str
) -> None:
    """A copy with other content derives its own; what is told says nothing of being equal."""
    told = from_fields(to_fields(memory), known_id=known)

    assert told.id == known
    assert told == from_fields(to_fields(memory))
    assert replace(told, title="another").id == replace(memory, title="another").id


@given(values(), values())
def test_different_content_has_a_different_id(one: Json, two: Json) -> None:
    """As far as the fields differ in more than emptiness."""
    ids = [content_id({"x": ["item", value]}) for value in (one, two)]
    plain = [json.dumps(_without_empty(value), sort_keys=True) for value in (one, two)]

    assert (ids[0] == ids[1]) == (plain[0] == plain[1])


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        items = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def test_ids_are_stable_for_ever() -> None:
    """A changed id would double every memory on every clone."""
    assert Memory(kind="change", title="one").id == "m047ae7a71f687156ca53"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": "b"}, "'kind' and 'title'"),
        ({"kind": "a", "title": ""}, "'kind' and 'title'"),
        ({"kind": 1, "title": "b"}, "'kind' must be text"),
        ({"kind": "a", "title": "b", "schema": True}, "'schema'"),
        ({"kind": "a", "title": "b", "schema": "1"}, "'schema'"),
        ({"kind": "a", "title": "b", "what": "c"}, "'what'"),
        ({"kind": "a", "title": "b", "what": ["c", 1]}, "'what'"),
        ({"kind": "a", "title": "b", "files": []}, "'files'"),
        ({"kind": "a", "title": "b", "files": {"read": {}}}, "'read'"),
        ({"kind": "a", "title": "b", "decisions": ["c"]}, "'decisions'"),
        ({"kind": "a", "title": "b", "errors": [{"frames": "c"}]}, "'frames'"),
        ({"kind": "a", "title": "b", "provenance": {"records": [2, 1]}}, "'records'"),
        ({"kind": "a", "title": "b", "provenance": {"records": [1]}}, "'records'"),
        ({"kind": "a", "title": "b", "provenance": {"tokens": {"in": -1}}}, "'tokens'"),
    ],
)
def test_a_known_field_of_another_type_is_told(fields: dict[str, Json], problem: str) -> None:
    with pytest.raises(FieldError, match=problem):
        from_fields(fields)


def test_a_higher_schema_is_newer() -> None:
    assert not Memory(kind="a", title="b").is_newer
    assert Memory(kind="a", title="b", schema=SCHEMA + 1).is_newer
