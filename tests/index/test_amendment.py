from __future__ import annotations

import pytest
from hypothesis import given

from gitmem.index.amendment import PERHAPS, amendment_of
from gitmem.model.memory import Decision, Memory, Provenance
from tests.strategies import memories
from tests.support.amendments import ALIKE, AMENDED, LATER, LATER_ALIKE, Pair

MISSED = {"Go back to the standard logging module in the backend"}
OLD, NEW = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


def told(title: str, why: str = "", time: str = OLD, **fields: object) -> Memory:
    origin = Provenance(commit="3f2a1bc09e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b", time=time)
    return Memory("decision", title, why=why, provenance=origin, **fields)  # type: ignore[arg-type]


def amended_pair(pair: Pair) -> str:
    return amendment_of(told(*pair.newer, time=NEW), told(*pair.older))


@pytest.mark.parametrize("pair", AMENDED, ids=lambda pair: pair.newer[0])
def test_a_decision_that_was_amended_is_told(pair: Pair) -> None:
    assert bool(amended_pair(pair)) is (pair.newer[0] not in MISSED)


@pytest.mark.parametrize("pair", [*ALIKE, *LATER_ALIKE], ids=lambda pair: pair.newer[0])
def test_what_is_only_worded_alike_amends_nothing(pair: Pair) -> None:
    assert amended_pair(pair) == ""


def test_more_than_half_are_told_of_pairs_that_were_written_later() -> None:
    assert sum(bool(amended_pair(pair)) for pair in LATER) > len(LATER) / 2


@pytest.mark.parametrize("pair", [*AMENDED, *LATER], ids=lambda pair: pair.newer[0])
def test_the_older_one_amends_nothing(pair: Pair) -> None:
    older, newer = told(*pair.older), told(*pair.newer, time=NEW)

    assert amendment_of(older, newer) == ""
    assert amendment_of(told(*pair.newer), told(*pair.older)) == "", "made at the same time"
    assert amendment_of(newer, told(*pair.older, time="")) == "", "nobody knows when"


def test_a_revert_is_told_by_its_title_and_by_the_commit_it_names() -> None:
    old = told("Load images lazily")

    assert amendment_of(told('Revert "Load images lazily"', time=NEW), old) == "reverted by"
    assert amendment_of(told("No laziness", time=NEW, what=("Reverts 3f2a1bc09e",)), old)
    assert not amendment_of(told('Revert "Load fonts lazily"', time=NEW), old)
    assert not amendment_of(told("No laziness", time=NEW, what=("Reverts 4f2a1bc09e",)), old)


def test_what_a_decision_rejects_is_what_an_older_one_chose() -> None:
    choice = Decision("Postgres", rejected=("Redis: it lost them at every failover",))
    newer = told("Sessions must survive a failover", time=NEW, decisions=(choice,))

    assert amendment_of(newer, told("Store sessions in Redis")) == "amended by"
    assert amendment_of(newer, told("Store thumbnails in Redis")) == ""


def test_a_prefix_of_conventional_commits_is_no_part_of_it() -> None:
    older, newer = (
        told("feat(net): use requests for HTTP calls"),
        "refactor: use httpx for HTTP calls",
    )

    assert amendment_of(told(newer, time=NEW), older) == "amended by"


def test_of_two_commits_that_decide_nothing_it_is_said_with_doubt() -> None:
    def of_history(title: str, time: str, kind: str) -> Memory:
        return Memory(kind, title, provenance=Provenance(time=time, compressor="history/2"))

    older = of_history("Use requests for HTTP calls", OLD, "change")

    newer = [of_history("Use httpx for HTTP calls", NEW, kind) for kind in ("change", "decision")]

    assert [amendment_of(memory, older) for memory in newer] == [PERHAPS, "amended by"]


@given(memories(), memories())
def test_of_any_two_at_most_one_amends_the_other(one: Memory, other: Memory) -> None:
    assert not (amendment_of(one, other) and amendment_of(other, one))
    assert amendment_of(one, one) == ""
