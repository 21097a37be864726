from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.relevance import Relevance

_SHARES = st.floats(0, 1)
_COUNTS = st.integers(0, 200_000)


def test_one_that_has_every_word_is_an_answer_however_many_there_are() -> None:
    assert Relevance(1.0, 0.0, 0.0, 200_000).is_enough
    assert Relevance(1.0, 0.0, None, 200_000).is_enough


def test_nothing_in_common_is_no_answer() -> None:
    assert not Relevance(0.0, 1.0, 0.0, 5).is_enough
    assert not Relevance(0.0, 1.0, None, 5).is_enough


def test_without_a_word_in_common_only_a_paraphrase_is_an_answer() -> None:
    assert not Relevance(0.0, 0.0, 0.4, 5).is_enough
    assert Relevance(0.0, 0.0, 0.6, 5).is_enough
    assert Relevance(0.1, 0.5, 0.4, 5).is_enough


def test_a_cosine_that_tells_among_few_is_chance_among_many() -> None:
    assert Relevance(0.15, 0.5, 0.3, 5).is_enough
    assert not Relevance(0.15, 0.5, 0.3, 10_000).is_enough


@given(_SHARES, _SHARES, _COUNTS, _SHARES)
def test_more_words_never_speak_against_an_answer(
    coverage: float, cosine: float, count: int, more: float
) -> None:
    better = Relevance(max(coverage, more), 0.5, cosine, count)

    assert better.is_enough >= Relevance(coverage, 0.5, cosine, count).is_enough


def test_less_is_asked_of_a_long_query_which_no_memory_covers() -> None:
    short = Relevance(0.3, 0.3, 0.5, 10_000, 4)
    long = Relevance(0.3, 0.3, 0.5, 10_000, 24)

    assert not short.is_enough
    assert long.is_enough
    assert short.is_enough == Relevance(0.3, 0.3, 0.5, 10_000, 1).is_enough


def test_a_line_of_a_longer_query_must_stand_mostly_in_one_memory() -> None:
    assert Relevance(0.7, 0.3, None, 10_000, 5).is_of_a_line
    assert not Relevance(0.5, 0.3, 0.9, 10_000, 5).is_of_a_line
    assert not Relevance(1.0, 0.0, None, 10_000, 2).is_of_a_line  # two words meet by chance
