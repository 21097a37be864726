from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from gitmem.model.likeness import reason_to_keep_apart
from gitmem.model.memory import Memory
from tests.strategies import memories
from tests.support.alike import Pair, alike_pairs

PAIRS = alike_pairs()


@pytest.mark.parametrize("pair", [p for p in PAIRS if not p.is_same], ids=lambda p: p.about)
def test_what_says_something_else_is_never_folded(pair: Pair) -> None:
    assert reason_to_keep_apart(pair.one, pair.other)


def test_most_of_what_says_the_same_may_be_folded() -> None:
    same = [pair for pair in PAIRS if pair.is_same]

    assert sum(not reason_to_keep_apart(p.one, p.other) for p in same) >= 0.85 * len(same)


@given(memories(), memories())
def test_the_order_of_two_does_not_matter(one: Memory, other: Memory) -> None:
    assert bool(reason_to_keep_apart(one, other)) == bool(reason_to_keep_apart(other, one))


@given(memories())
def test_a_memory_says_what_it_says(memory: Memory) -> None:
    assert reason_to_keep_apart(memory, replace(memory)) == ""
