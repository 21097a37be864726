from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.rank import (
    MEANING,
    WORDS,
    AmendmentRule,
    Candidate,
    QueryContext,
    fuse_scores,
    rank_candidates,
)
from gitmem.model.amendment import Amendment
from gitmem.model.memory import Memory, Provenance
from gitmem.model.standing import Standing, Verdict

NOW = 1_767_225_600.0  # 2026-01-01
AMENDED = Amendment.AMENDED
HERE = QueryContext(now=NOW, near=("src/up.py",), branch="topic")


def candidate(
    words: float = 0.5,
    *,
    path: str = "",
    branch: str = "",
    time: str = "2020-01-01T00:00:00Z",
    standing: Standing | None = None,
    title: str = "t",
    why: str = "",
) -> Candidate:
    memory = Memory(
        "change",
        title,
        why=why,
        files_changed=(path,) if path else (),
        provenance=Provenance(time=time, branch=branch),
    )
    return Candidate(memory, words, words, standing=standing)


def order(candidates: Sequence[Candidate], setting: QueryContext = HERE) -> list[int]:
    return [one.number for one in rank_candidates(candidates, setting)]


def test_words_and_meaning_are_shares_of_the_best() -> None:
    scores = fuse_scores({1: 8.0, 2: 4.0}, {2: 0.5, 3: 0.25, 4: -0.2})

    assert scores == {1: (1.0, 0.0), 2: (0.5, 1.0), 3: (0.0, 0.5), 4: (0.0, 0.0)}
    assert list(scores)[:2] == [2, 1]
    assert fuse_scores({}, {}) == {}
    assert fuse_scores({1: 0.0}, {}) == {1: (0.0, 0.0)}


@pytest.mark.parametrize(
    ("better", "name"),
    [
        (candidate(path="src/up.py"), "path"),
        (candidate(path="src/down.py"), "path"),
        (candidate(branch="topic"), "branch"),
        (candidate(time="2025-12-30T00:00:00Z"), "recency"),
        (candidate(why="Because."), "kind"),
    ],
)
def test_what_is_nearer_comes_first_among_equals_and_says_why(better: Candidate, name: str) -> None:
    found = rank_candidates([candidate(), better], HERE)

    assert [one.number for one in found] == [1, 0]
    assert name in {reason.name for reason in found[0].reasons}
    assert order([candidate(0.9), better]) == [0, 1], "it does not outweigh words and meaning"


def test_the_very_file_is_nearer_than_its_folder() -> None:
    assert order([candidate(path="src/x.py"), candidate(path="src/up.py")]) == [1, 0]


@pytest.mark.parametrize(
    ("verdict", "share"),
    [(Verdict.GONE, 0.0), (Verdict.OTHER_BRANCH, 1.0), (Verdict.DRIFTED, 0.1)],
)
def test_what_no_longer_stands_comes_later(verdict: Verdict, share: float) -> None:
    gone = candidate(standing=Standing(verdict, share))
    fresh = candidate(standing=Standing(Verdict.FRESH, 1.0))

    assert order([gone, fresh]) == [1, 0]
    assert "standing" in {r.name for r in rank_candidates([gone], HERE)[0].reasons}


def test_what_says_the_same_makes_room_for_others() -> None:
    three = [candidate(1.0), candidate(0.98), candidate(0.9)]

    found = rank_candidates(three, HERE, lambda a, b: 0.99 if {a, b} == {0, 1} else 0.3)

    assert [one.number for one in found] == [0, 2, 1]
    assert found[2].reasons[-1].name == "duplicate"


def test_what_is_merely_related_keeps_its_place() -> None:
    three = [candidate(1.0), candidate(0.98), candidate(0.9)]

    assert [one.number for one in rank_candidates(three, HERE, lambda a, b: 0.9)] == [0, 1, 2]


def by(how: Amendment) -> AmendmentRule:
    """The first candidate is amended by the last."""
    return lambda numbers: {min(numbers): (max(numbers), how)}


def test_what_was_only_fixed_says_so_and_stays() -> None:
    candidates = [candidate(1.0), candidate(0.8), candidate(0.4)]

    found = rank_candidates(candidates, HERE, None, by(Amendment.FIXED))

    assert [one.number for one in found] == [0, 1, 2]
    assert found[0].reasons[-1].text.startswith("fixed by ")


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Use the other one", [0, 1, 2]), ("Replace parse_args", [2, 0, 1])],
)
def test_who_has_the_identifier_is_put_behind_only_who_has_it_too(
    title: str, expected: list[int]
) -> None:
    asked = QueryContext(now=NOW, identifiers=("parse_args",))
    candidates = [
        candidate(1.0, title="Use parse_args"),
        candidate(0.8),
        candidate(0.4, title=title),
    ]

    found = rank_candidates(candidates, asked, None, by(AMENDED))

    assert [one.number for one in found] == expected
    marked = next(one for one in found if one.number == 0)
    assert marked.reasons[-1].name == "superseded"


def test_what_was_amended_stands_behind_its_amendment() -> None:
    old = candidate(1.0, title="Keep for 30 days", time="2025-01-01T00:00:00Z")
    other = candidate(0.8, title="Something else", time="2025-02-01T00:00:00Z")
    new = candidate(0.4, title="Keep for 90 days", time="2025-03-01T00:00:00Z")

    found = rank_candidates([old, other, new], HERE, lambda a, b: 0.5, by(AMENDED))

    assert [one.number for one in found] == [2, 0, 1]
    assert found[1].reasons[-1].name == "superseded"
    assert new.memory.id[:8] in found[1].reasons[-1].text
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_of_a_chain_of_amendments_the_last_comes_first() -> None:
    chain = [
        candidate(1.0 - 0.2 * n, title=f"Keep for {n} days", time=f"2025-0{n + 1}-01T00:00:00Z")
        for n in range(3)
    ]

    found = rank_candidates(
        chain, HERE, lambda a, b: 0.5, lambda _: {0: (1, AMENDED), 1: (2, AMENDED)}
    )

    assert found[0].number == 2
    assert {one.number for one in found} == {0, 1, 2}


shares = st.floats(0, 1)


@given(st.lists(st.builds(candidate, shares), max_size=12), st.floats(0, 1), st.booleans())
def test_everything_is_ranked_once_and_its_reasons_add_up(
    candidates: list[Candidate], alike: float, is_amended: bool
) -> None:
    def amended(numbers: Sequence[int]) -> dict[int, tuple[int, Amendment]]:
        return {n: (n + 1, AMENDED) for n in numbers if is_amended and n + 1 in numbers}

    found = rank_candidates(candidates, HERE, lambda a, b: alike, amended)

    assert sorted(one.number for one in found) == list(range(len(candidates)))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    if not is_amended:
        for one in found:
            assert sum(reason.value for reason in one.reasons) == pytest.approx(one.score)


@given(shares, shares)
def test_words_and_meaning_weigh_one_together(words: float, meaning: float) -> None:
    assert pytest.approx(1) == WORDS + MEANING
    assert 0 <= WORDS * words + MEANING * meaning <= 1 + 1e-9
