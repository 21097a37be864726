"""The one table of fields: every weight in it is part of what makes an index count."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from gitmem.index.cache import Index
from gitmem.index.encoder import encode_memories, fields_of
from gitmem.index.fields import COLUMNS, FIELDS, MEANING_WEIGHTS, Field
from gitmem.index.lexical import columns_of
from gitmem.index.rows import VALIDITY, validity_of
from gitmem.index.vectors import vector_state
from gitmem.model.memory import Memory
from gitmem.model.text_roles import Role
from gitmem.refresh.embed import embed_memories
from tests.index.test_cache import TIP, note, oid
from tests.model.test_text_roles import REVIEWED
from tests.strategies import memories

WEIGHTS = [field.name for field in fields(Field) if field.name != "name"]


class Counting:
    """An encoder that counts what it is given."""

    name = "counting"
    dimensions = 4

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        return np.ones((len(texts), self.dimensions), dtype=np.float32)


def with_other(weight: str, of: str) -> list[Field]:
    """The table with one weight of one field changed, or with one text more in it."""
    (old,) = (field for field in FIELDS if field.name == of)
    before = getattr(old, weight)
    after = (*before, Role.LABEL) if isinstance(before, tuple) else (before or 0.0) + 0.125
    change: dict[str, Any] = {weight: after}
    return [replace(field, **change) if field is old else field for field in FIELDS]


def made_with(folder: Path, table: Sequence[Field]) -> None:
    """An index with a memory and its vector, as a gitmem with this table leaves it."""
    with closing(Index.open(folder)) as index:
        index.apply([(oid(1), note(Memory("change", "title")))], TIP)
        embed_memories(index, Counting())
        with index.reader() as database:
            told = (validity_of(table),)
            database.execute("UPDATE meta SET value = ? WHERE key = 'validity'", told)


@pytest.mark.parametrize("of", COLUMNS)
@pytest.mark.parametrize("weight", WEIGHTS)
def test_another_weight_makes_the_index_and_its_vectors_anew(
    tmp_path: Path, weight: str, of: str
) -> None:
    made_with(tmp_path, with_other(weight, of))
    encoder = Counting()

    with closing(Index.open(tmp_path)) as index:
        assert index.is_repaired
        assert index.tip is None
        with index.reader() as database:
            assert vector_state(database) == ("", 0)
        index.apply([(oid(1), note(Memory("change", "title")))], TIP)
        assert embed_memories(index, encoder) == 0

    assert encoder.texts == ["title"]


def test_the_same_weights_make_nothing_anew(tmp_path: Path) -> None:
    made_with(tmp_path, [replace(field) for field in FIELDS])
    encoder = Counting()

    with closing(Index.open(tmp_path)) as index:
        assert not index.is_repaired
        assert index.tip == TIP
        assert embed_memories(index, encoder) == 0
        with index.reader() as database:
            assert vector_state(database)[1] == 1

    assert encoder.texts == []


def test_every_process_tells_the_same_table_by_the_same_word() -> None:
    """A word that differed between processes would build the index anew with every command."""
    program = "from gitmem.index.rows import VALIDITY; print(VALIDITY)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout.decode().rstrip("\r\n") == VALIDITY


@given(memories())
def test_every_field_with_a_weight_for_meaning_has_a_text(memory: Memory) -> None:
    assert len(MEANING_WEIGHTS) == len(fields_of(memory))


def test_a_field_counts_for_its_meaning_as_the_table_says() -> None:
    """Each field alone in a direction of its own: the vector is the weights, at length one."""

    class Apart(Counting):
        def encode(self, texts: Sequence[str]) -> Any:
            return np.eye(self.dimensions, dtype=np.float32)[: len(texts)]

    memory = Memory("change", "t", why="b", files_changed=("f",), symbols=("s",))
    (vector,) = encode_memories(Apart(), [memory])

    assert vector / vector[0] == pytest.approx(np.asarray(MEANING_WEIGHTS) / MEANING_WEIGHTS[0])


def test_a_field_that_nobody_thought_of_is_indexed_and_encoded() -> None:
    memory = REVIEWED

    assert "grace" in columns_of(memory)[COLUMNS.index("body")].split()
    assert memory.reviewed_by in fields_of(memory)[1]


def test_every_role_that_is_searched_has_its_column() -> None:
    searched = {role for field in FIELDS for role in field.roles}

    assert searched == set(Role) - {Role.LABEL, Role.IDENTITY}
