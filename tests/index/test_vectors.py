from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.vectors import (
    CHUNK,
    Vectors,
    forget_vectors,
    last_vector_place,
    put_vectors,
    vector_state,
    without,
)
from tests.strategies import scaled

DIMENSIONS = 32


def some(count: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    made = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index.open(tmp_path / "gitmem")) as opened:
        yield opened


def test_the_nearest_vector_is_the_one_that_was_asked_with(index: Index) -> None:
    made = some(2_500)
    with index.reader() as database:
        assert put_vectors(database, "e", range(1, 2_501), made, vector_state(database))
        vectors = Vectors(database, DIMENSIONS)

    assert len(vectors) == 2_500
    for row in (0, CHUNK - 1, CHUNK, 2_499):
        place, cosine = vectors.nearest(made[row], 3)[0]
        assert place == row + 1
        assert cosine == pytest.approx(1.0, abs=0.02)


def test_scores_are_the_cosines(index: Index) -> None:
    made, asked = some(300), some(1, seed=7)[0]
    with index.reader() as database:
        put_vectors(database, "e", range(1, 301), made, vector_state(database))
        vectors = Vectors(database, DIMENSIONS)

    exact = made @ asked
    found = vectors.nearest(asked, 10)

    assert {place for place, _ in found[:5]} <= {int(p) + 1 for p in np.argsort(-exact)[:8]}
    assert vectors.cosines(asked, [5, 900, 1]) == {
        5: pytest.approx(float(exact[4]), abs=0.02),
        1: pytest.approx(float(exact[0]), abs=0.02),
    }


@settings(max_examples=scaled(20))
@given(st.lists(st.integers(1, 1_500), min_size=1, max_size=4))
def test_added_in_any_batches_they_are_the_same(batches: list[int]) -> None:
    made = some(sum(batches))
    with closing(Index.in_memory()) as index, index.reader() as database:
        vectors, first = Vectors(database, DIMENSIONS), 0
        for size in batches:
            places = range(first + 1, first + size + 1)
            assert put_vectors(
                database, "e", places, made[first : first + size], vector_state(database)
            )
            first += size
            if size % 2:
                vectors.refresh()
        vectors.refresh()
        whole = Vectors(database, DIMENSIONS).rows(range(1, first + 1))

        assert last_vector_place(database) == len(vectors) == first
        assert (vectors.rows(range(1, first + 1)) == whole).all()
        assert np.allclose(whole, made, atol=0.02)


@pytest.mark.parametrize("size", [1, 700, CHUNK, 2_500])
def test_asked_once_it_answers_the_same(index: Index, size: int) -> None:
    made, asked = some(size), some(1, seed=7)[0]
    with index.reader() as database:
        put_vectors(database, "e", range(1, size + 1), made, vector_state(database))
        usual = Vectors(database, DIMENSIONS)
        once = Vectors(database, DIMENSIONS, is_asked_once=True)
    count = min(50, size)

    found = dict(usual.nearest(asked, count))

    assert dict(once.nearest(asked, count)) == pytest.approx(found, abs=1e-4)
    places = [1, size, size // 2 + 1]
    assert (once.rows(places) == usual.rows(places)).all()


def test_a_place_without_a_memory_is_never_near(index: Index) -> None:
    with index.reader() as database:
        put_vectors(database, "e", [1, 4], some(2), vector_state(database))
        vectors = Vectors(database, DIMENSIONS)

    assert len(vectors) == 4
    assert not vectors.rows([2, 3]).any()


def test_who_was_slower_changes_nothing(index: Index) -> None:
    with index.reader() as database:
        seen = vector_state(database)
        assert put_vectors(database, "e", [1, 2], some(2), seen)
        assert not put_vectors(database, "e", [1, 2], some(2, seed=3), seen)
        assert np.allclose(Vectors(database, DIMENSIONS).rows([1, 2]), some(2), atol=0.02)


def test_an_index_that_was_built_anew_is_read_anew(index: Index) -> None:
    with index.reader() as database:
        put_vectors(database, "e", [1, 2, 3], some(3), vector_state(database))
        vectors = Vectors(database, DIMENSIONS)
        forget_vectors(database)
        put_vectors(database, "other", [1], some(1, seed=5), vector_state(database))
        vectors.refresh()

        assert len(vectors) == 1
        assert np.allclose(vectors.rows([1]), some(1, seed=5), atol=0.02)


def test_without_vectors_nothing_is_near(index: Index) -> None:
    with index.reader() as database:
        vectors = Vectors(database, DIMENSIONS)

    assert vectors.nearest(some(1)[0], 5) == []
    assert vectors.cosines(some(1)[0], [1]) == {}


def test_directions_left_out_do_not_count(index: Index) -> None:
    made = some(50)
    shared = np.linalg.svd(some(3, seed=9), full_matrices=False)[2]
    with index.reader() as database:
        assert put_vectors(database, "e", range(1, 51), made, vector_state(database))
        vectors = Vectors(database, DIMENSIONS)
        asked = without(made[7], shared)
        found = vectors.cosines(asked, [8, 9], shared)
    other = without(made[8], shared)

    assert np.abs(shared @ asked).max() < 1e-5
    assert found[8] == pytest.approx(1, abs=0.02)
    assert found[9] == pytest.approx(float(asked @ other), abs=0.02)
