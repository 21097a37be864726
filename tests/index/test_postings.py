from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.lexical import match_of, query_words
from gitmem.index.lookup import matches, memories
from gitmem.index.postings import Coverage, Postings
from gitmem.model.memory import Memory
from tests.index.test_cache import NEXT_TIP, TIP, note, oid
from tests.strategies import scaled

WORDS = ("retry", "upload", "proxy", "invoice", "colour", "cents", "queue", "session")


def asked_of(index: Index, text: str, count: int = 10, only: list[int] | None = None) -> list[str]:
    with index.reader() as database:
        found = Postings(database).best(query_words(text), count, only)
    known = memories(index, [place for place, _ in found])
    return [known[place].title for place, _ in found]


@pytest.fixture
def index() -> Iterator[Index]:
    made = [
        Memory("change", "Retry uploads", why="The proxy hangs up."),
        Memory("change", "Whole cents", why="Prices were off.", terms="retry invoice"),
        Memory("change", "Colours of the queue", files_changed=("src/retry.py",)),
    ]
    with closing(Index.in_memory()) as opened:
        opened.apply([(oid(n), note(m)) for n, m in enumerate(made, 1)], TIP)
        yield opened


def test_the_title_counts_most_and_a_path_least(index: Index) -> None:
    assert asked_of(index, "retry") == ["Retry uploads", "Whole cents", "Colours of the queue"]


def test_a_rare_word_counts_more_than_a_common_one(index: Index) -> None:
    assert asked_of(index, "retry queue")[0] == "Colours of the queue"


def test_coverage_is_the_share_of_the_words_by_their_rarity(index: Index) -> None:
    with index.reader() as database:
        postings = Postings(database)
        both = postings.coverage(["retry", "queue"], [1, 3])
        common = postings.coverage(["retry", "queue"], [1])
        unknown = postings.coverage(["retry", "nowhere"], [1])
        name = postings.coverage(["retryuploads", "retry", "uploads"], [1])

        assert postings.coverage([], [1]) == postings.coverage(["retry"], []) == Coverage(0, 1)

    assert both.best == pytest.approx(1)
    assert both.unknown == 0
    assert 0 < common.best < 0.5  # the rare one is missing
    assert 0 < unknown.best < common.best
    assert unknown.unknown == 0.5
    assert name.best == pytest.approx(1)  # its parts are there
    assert name.unknown == 0


def test_no_more_are_given_than_asked_for_and_only_of_those(index: Index) -> None:
    assert len(asked_of(index, "retry", 2)) == 2
    assert asked_of(index, "retry", 10, [2, 3, 99]) == ["Whole cents", "Colours of the queue"]
    assert asked_of(index, "nowhere") == []
    assert asked_of(index, "retry", 10, []) == []
    assert asked_of(index, "") == []


def test_of_equal_ones_the_newer_comes_first() -> None:
    with closing(Index.in_memory()) as opened:
        twins = [Memory("change", f"Retry {name}") for name in ("uploads", "invoice")]
        opened.apply([(oid(n), note(m)) for n, m in enumerate(twins, 1)], TIP)

        assert asked_of(opened, "retry") == ["Retry invoice", "Retry uploads"]


def test_what_is_added_and_what_is_gone_is_noticed(index: Index) -> None:
    with index.reader() as database:
        kept = Postings(database)
        assert len(kept.best(["retry"], 10)) == 3
        index.apply([(oid(9), note(Memory("change", "Retry sessions"))), (oid(1), None)], NEXT_TIP)
        kept.refresh()

        places = [place for place, _ in kept.best(["retry"], 10)]

    assert 4 in places
    assert set(memories(index, places)) == {2, 3, 4}


def test_an_index_that_was_built_anew_is_read_anew(index: Index) -> None:
    with index.reader() as database:
        kept = Postings(database)
        kept.best(["retry"], 10)
        index.rebuild([(oid(1), note(Memory("change", "Whole cents")))], NEXT_TIP)
        kept.refresh()

        assert kept.best(["retry"], 10) == []
        assert [place for place, _ in kept.best(["cents"], 10)] == [1]


texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@settings(max_examples=scaled(40))
@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=12), texts)
def test_the_memories_found_are_those_that_fts5_finds(
    told: list[tuple[str, str, str]], asked: str
) -> None:
    """Only the order is ours: FTS5 itself finds the same memories."""
    made = [Memory("change", f"n{n} {t}", why=w, terms=k) for n, (t, w, k) in enumerate(told)]
    with closing(Index.in_memory()) as opened:
        opened.apply([(oid(n), note(m)) for n, m in enumerate(made, 1)], TIP)
        theirs = {match.place for match in matches(opened, match_of(asked), 100)}
        with opened.reader() as database:
            ours = Postings(database).best(query_words(asked), 100)

    assert {place for place, _ in ours} == theirs
    assert [score for _, score in ours] == sorted((s for _, s in ours), reverse=True)
    assert all(score > 0 for _, score in ours)
