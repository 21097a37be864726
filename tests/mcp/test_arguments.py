from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import UsageError
from gitmem.mcp.arguments import (
    fit_arguments,
    parse_count,
    parse_kinds,
    parse_names,
    parse_order,
    read_moment,
)
from gitmem.mcp.offers import TOOLS

SCHEMAS: dict[str, Any] = {str(tool["name"]): tool["inputSchema"] for tool in TOOLS}


@pytest.mark.parametrize(
    ("tool", "given", "expected"),
    [
        ("search", {}, {"query": "", "limit": 20, "files": [], "all": False}),
        ("search", {"limit": "2", "offset": 4.0}, {"limit": 2, "offset": 4}),
        ("search", {"limit": None, "query": 5}, {"limit": 20, "query": "5"}),
        ("search", {"files": "a.py"}, {"files": ["a.py"]}),
        ("search", {"files": '["a.py", "b.py"]'}, {"files": ["a.py", "b.py"]}),
        ("search", {"files": ""}, {"files": []}),
        ("search", {"all": "true"}, {"all": True}),
        ("search", {"dateStart": 1_772_359_200}, {"dateStart": 1_772_359_200}),
        ("timeline", {"anchor": "m1a"}, {"anchor": "m1a"}),
        ("get_observations", {"ids": ["m1a", 2]}, {"ids": ["m1a", 2]}),
        ("get_observations", {"ids": '["m1a", "m2b"]'}, {"ids": ["m1a", "m2b"]}),
        ("get_observations", {"ids": "m1a,m2b"}, {"ids": "m1a,m2b"}),
        (
            "remember",
            {"facts": {"text": "t"}, "decisions": '[{"chose": "c"}]', "x": 1},
            {"facts": [{"text": "t"}], "decisions": [{"chose": "c"}]},
        ),
    ],
)
def test_arguments_come_in_many_forms(
    tool: str, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    fitted = fit_arguments(SCHEMAS[tool], given)

    assert expected == {name: fitted[name] for name in expected}
    assert set(fitted) == set(SCHEMAS[tool]["properties"])


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("search", {"limit": "x"}, "'limit' is not a whole number"),
        ("search", {"limit": 2.5}, "'limit' is not a whole number"),
        ("search", {"limit": True}, "'limit' is not a whole number"),
        ("search", {"limit": "1e999"}, "'limit' is not a whole number"),
        ("search", {"query": {}}, "'query' is not a text"),
        ("search", {"query": "x" * 200_001}, "'query' is longer"),
        ("search", {"files": [{}]}, "'files' is not a text"),
        ("search", {"all": "perhaps"}, "'all' is not true or false"),
        ("search", {"dateEnd": []}, "'dateEnd' is not a text or a number"),
        ("get_observations", {}, "'ids' is missing"),
        ("get_observations", {"ids": {}}, "'ids' is not a list or a text or a number"),
        ("get_observations", {"ids": [True]}, "'ids' is not a text or a number"),
        ("why", {"path": "a", "line": -3}, "'line' is -3"),
        ("remember", {"facts": ["t"]}, "'facts' is not an object"),
        ("why", {"path": "a\0b"}, "^'path' has a character that no name can have"),
        ("why", {"path": "\ud800"}, "^'path' has a character that no name can have"),
        ("why", {"path": "y" * 100_000}, "^'path' is longer than 4096 characters$"),
        ("timeline", {"anchor": "a\0b"}, "^'anchor' has a character"),
        ("get_observations", {"ids": ["\ud800"]}, "^'ids' has a character"),
        ("search", {"branch": "\0"}, "^'branch' has a character"),
        ("search", {"files": ["\0"]}, "^'files' has a character"),
        ("remember", {"commit": "\0"}, "^'commit' has a character"),
    ],
)
def test_what_fits_nowhere_is_told(tool: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        fit_arguments(SCHEMAS[tool], given)


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
