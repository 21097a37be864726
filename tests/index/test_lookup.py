from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.index.cache import Index
from gitmem.index.commits import note_numbers
from gitmem.index.lexical import match_of
from gitmem.index.lookup import (
    holders_in_scope,
    holders_of,
    keep_reach,
    matches,
    memories,
    newest,
    places_above,
    places_of,
    places_touching,
    read_reach,
    touch_counts,
    without_common_words,
)
from gitmem.model.memory import (
    Decision,
    Memory,
    Provenance,
    Tombstone,
    content_id,
    to_fields,
)
from gitmem.model.query import Query
from tests.index.test_cache import NEXT_TIP, TIP, note, oid


def made(title: str, month: int = 1, author: str = "Ada <ada@example.com>") -> Provenance:
    return Provenance(commit=title, time=f"2026-{month:02}-01T00:00:00Z", author=author)


RETRY = Memory(
    "decision",
    "Retry uploads in the transport",
    why="The proxy hangs up.",
    decisions=(Decision("retry", rejected=("ask the person",)),),
    tags={"phase": "implementation", "stack": ["python"]},
    concepts=("Networking",),
    files_changed=("src/net/upload.py", "tests/test_upload.py"),
    provenance=made("a", 1),
)
PRICE = Memory(
    "bugfix",
    "Prices are whole cents",
    files_changed=("src/shop/price.py",),
    provenance=made("b", 2, "Bob <bob@example.com>"),
)
COLOUR = Memory(
    "change", "Colours of the upload bar", files_changed=("src/net.py",), provenance=made("c", 3)
)


@pytest.fixture
def index() -> Iterator[Index]:
    with closing(Index.in_memory()) as opened:
        opened.apply([(oid(n), note(m)) for n, m in enumerate((RETRY, PRICE, COLOUR), 1)], TIP)
        yield opened


def titles(index: Index, places: list[int]) -> list[str]:
    found = memories(index, places)
    return [found[place].title for place in places]


def found(index: Index, text: str, query: Query | None = None) -> list[str]:
    return titles(index, [m.place for m in matches(index, match_of(text), 10, query)])


def test_words_find_what_has_them_the_title_first(index: Index) -> None:
    assert found(index, "uploads")[0] == RETRY.title or found(index, "uploads")[0] == COLOUR.title
    assert set(found(index, "upload")) == {RETRY.title, COLOUR.title}
    assert found(index, "proxy") == [RETRY.title]
    assert found(index, "nowhere to be found") == []


def test_scores_fall_and_are_never_negative(index: Index) -> None:
    scores = [match.score for match in matches(index, match_of("retry upload proxy"), 10)]

    assert scores == sorted(scores, reverse=True)
    assert all(score >= 0 for score in scores)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (Query(kinds=frozenset({"bugfix"})), [PRICE]),
        (Query(author="BOB"), [PRICE]),
        (Query(since="2026-02-01T00:00:00Z"), [PRICE, COLOUR]),
        (Query(until="2026-02-01T00:00:00Z"), [RETRY, PRICE]),
        (Query(tags=frozenset({"Python"})), [RETRY]),
        (Query(tags=frozenset({"phase:implementation"})), [RETRY]),
        (Query(concepts=frozenset({"networking"})), [RETRY]),
        (Query(paths=("src/net/",)), [RETRY]),
        (Query(paths=("src/net.py",)), [COLOUR]),
        (Query(paths=("src",)), [RETRY, PRICE, COLOUR]),
        (Query(paths=("src/ne",)), []),
        (Query(paths=("src",), author="ada", since="2026-02-01T00:00:00Z"), [COLOUR]),
        (Query(), [RETRY, PRICE, COLOUR]),
    ],
)
def test_filters(index: Index, query: Query, wanted: list[Memory]) -> None:
    names = {memory.title for memory in wanted}

    assert set(titles(index, newest(index, query, 10))) == names
    asked = matches(index, match_of("retry prices colours"), 10, query)
    assert set(titles(index, [match.place for match in asked])) == names


def test_without_words_the_newest_come_first(index: Index) -> None:
    assert titles(index, newest(index, Query(), 2)) == [COLOUR.title, PRICE.title]


def test_what_touched_a_file(index: Index) -> None:
    paths = ["src/net/upload.py", "src/shop/price.py", "src/none.py"]

    assert titles(index, places_touching(index, paths, 10)) == [PRICE.title, RETRY.title]
    assert touch_counts(index, paths) == {"src/net/upload.py": 1, "src/shop/price.py": 1}


def test_a_memory_on_two_commits_is_found_once(index: Index) -> None:
    index.apply([(oid(9), note(RETRY))], NEXT_TIP)
    (match,) = matches(index, match_of("proxy"), 10)

    assert [held.commit for held in holders_of(index, [match.place])[match.place]] == [
        oid(1),
        oid(9),
    ]
    assert places_of(index, [RETRY.id, "m" + "0" * 20]) == {RETRY.id: match.place}


def test_what_no_note_holds_any_more_is_found_by_no_word(index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "Other words"))), (oid(2), None)], NEXT_TIP)

    assert found(index, "proxy prices") == []
    assert found(index, "other") == ["Other words"]
    assert places_touching(index, ["src/shop/price.py"], 10) == []


def test_the_forgotten_and_the_superseded_live_nowhere(index: Index) -> None:
    newer = Memory("bugfix", "Prices are decimals", supersedes=(PRICE.id,))
    index.apply([(oid(8), note(newer, Tombstone(RETRY.id, "by hand")))], NEXT_TIP)
    holders_in_scope = holders_of(index, places_above(index, 0))

    assert set(titles(index, sorted(holders_in_scope))) == {COLOUR.title, newer.title}


def test_superseded_on_another_branch_only_it_lives_here(index: Index) -> None:
    newer = Memory("bugfix", "Prices are decimals", supersedes=(PRICE.id,))
    index.apply([(oid(8), note(newer))], NEXT_TIP)
    numbers = note_numbers(index, [oid(n) for n in (1, 2, 3, 8)])
    here, there = [numbers[oid(n)] for n in (1, 2, 3)], list(numbers.values())
    every = places_above(index, 0)

    def told(scope: list[int] | None) -> set[str]:
        return set(titles(index, sorted(holders_in_scope(index, every, scope))))

    assert told(here) == {RETRY.title, PRICE.title, COLOUR.title}
    assert told(there) == told(None) == {RETRY.title, newer.title, COLOUR.title}
    index.apply([(oid(9), note(Tombstone(newer.id, "was wrong")))], TIP)
    assert told(None) == {RETRY.title, PRICE.title, COLOUR.title}


def test_the_least_used_histories_are_forgotten(index: Index) -> None:
    for number in range(5):
        keep_reach(index, f"tip{number}", 3, bytes([number]), 3)
    keep_reach(index, "tip2", 4, b"again", 3)

    assert read_reach(index) == [
        ("tip2", 4, b"again"),
        ("tip4", 3, b"\x04"),
        ("tip3", 3, b"\x03"),
    ]


def test_a_memory_that_is_read_has_the_id_that_its_content_has(index: Index) -> None:
    """It is not derived again, so it must be the same."""
    index.apply([(oid(7), note(Memory("gotcha", "named once", why="ünïcode \ud800")))], NEXT_TIP)

    for memory in memories(index, range(1, 20)).values():
        assert memory.id == content_id(to_fields(memory))


def test_what_most_memories_say_is_not_asked_for(tmp_path: Path) -> None:
    """The same memories come first; where no other words are left, these are asked for."""
    kept = [
        Memory("fix", f"The cache of page {n} is stale", provenance=made(oid(n)))
        for n in range(1, 9)
    ]
    with closing(Index.open(tmp_path)) as index:
        index.apply([(memory.provenance.commit, note(memory)) for memory in kept], TIP)
        whole = match_of("stale cache of page 5")

        rare = without_common_words(index, whole)

        assert rare == '"5"'
        assert matches(index, whole, 1)[0].place == matches(index, rare, 9)[0].place
        assert len(matches(index, rare, 9)) == 1
        common = match_of("stale cache")
        assert common == without_common_words(index, common)
        assert without_common_words(index, '"cache" OR "unknown"') == '"unknown"'
