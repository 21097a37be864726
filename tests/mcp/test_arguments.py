from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.errors import UsageError
from gitmem.mcp.arguments import parse_count, parse_kinds, parse_names, parse_order, read_moment


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("", ""), set()),
        (("observations", ""), set()),
        (("all",), set()),
        (("sessions",), {"session"}),
        (("Bugfix, feature", "decision"), {"bugfix", "feature", "decision"}),
    ],
)
def test_kinds_are_named_as_other_memory_tools_do(
    values: tuple[str, ...], expected: set[str]
) -> None:
    assert parse_kinds(*values) == expected


@pytest.mark.parametrize("value", ["prompts", "poem"])
def test_what_is_no_kind_is_told(value: str) -> None:
    with pytest.raises(UsageError):
        parse_kinds(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        (1_772_359_200, "2026-03-01T10:00:00Z"),
        (1_772_359_200_000, "2026-03-01T10:00:00Z"),
        ("1772359200000", "2026-03-01T10:00:00Z"),
        ("", ""),
    ],
)
def test_moments_come_in_many_forms(home: Path, value: str | int, expected: str) -> None:
    assert read_moment(value) == expected


@pytest.mark.parametrize("value", ["whenever", 99_999_999_999_999_999])
def test_what_is_no_moment_is_told(home: Path, value: str | int) -> None:
    with pytest.raises(UsageError, match="not a date"):
        read_moment(value)


def test_orders() -> None:
    assert parse_order("") == "relevance"
    assert parse_order(" DATE_desc ") == "date_desc"
    with pytest.raises(UsageError):
        parse_order("sideways")


@pytest.mark.parametrize(
    "values", [["m1a", "m2b"], "m1a,m2b", "m1a m2b", ["m1a, m2b"], ["m1a", "", "m2b"]]
)
def test_ids_come_as_lists_or_texts(values: list[str | int | float] | str) -> None:
    assert parse_names(values) == ["m1a", "m2b"]


def test_a_number_of_another_tool_is_told_apart() -> None:
    with pytest.raises(UsageError, match="is not a memory id"):
        parse_names([12])
    with pytest.raises(UsageError, match="empty"):
        parse_names([])


def test_counts_are_kept_in_bounds() -> None:
    assert parse_count(1_000, "limit") == 100
    with pytest.raises(UsageError):
        parse_count(0, "limit", least=1)
