"""A list as a sentence has it."""

from __future__ import annotations

import pytest

from gitmem.model.and_list import and_list


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D", "E"], "A, B, C, D and E"),
    ],
)
def test_names_are_told_as_in_a_sentence(names: list[str], told: str) -> None:
    assert and_list(names) == told
