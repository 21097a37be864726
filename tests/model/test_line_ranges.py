from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.line_ranges import Ranges, count, intersect, join, subtract

RANGES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=6)


def numbers(ranges: Ranges) -> set[int]:
    return {line for first, last in ranges for line in range(first, last + 1)}


@given(RANGES, RANGES)
def test_ranges_are_sets_of_lines(some: Ranges, others: Ranges) -> None:
    assert numbers(join(some)) == numbers(some)
    assert numbers(intersect(some, others)) == numbers(some) & numbers(others)
    assert numbers(subtract(some, others)) == numbers(some) - numbers(others)
    assert count(some) == len(numbers(some))


@given(RANGES)
def test_joined_ranges_are_in_order_with_gaps_between_them(some: Ranges) -> None:
    joined = join(some)

    assert all(first <= last for first, last in joined)
    assert all(joined[n][1] + 1 < joined[n + 1][0] for n in range(len(joined) - 1))
