"""What looks like a path, in any text and of any length."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.recall.path_spans import LONGEST_PATH, path_spans

# The same in one expression, which takes time by the square of a run's length.
_AT_ONCE = re.compile(r"[\w.@/\\-]*[\w-]\.[A-Za-z]\w{0,7}\b|[\w.@-]+(?:[/\\][\w.-]+)+")


@given(st.text(alphabet="aZ1_.@/\\-\u00e9\u4e2d ,", max_size=60))
def test_finds_what_one_expression_finds(text: str) -> None:
    assert list(path_spans(text)) == _AT_ONCE.findall(text)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("see src/app.py, and docs/", ["src/app.py"]),
        ("@lib/a.ts:12 at a\\b\\c", ["@lib/a.ts", "a\\b\\c"]),
        ("in src/main.rs:x/y now", ["src/main.rs", "x/y"]),
        ("and/or 3.14, v. 2", ["and/or"]),
    ],
)
def test_a_path_ends_like_a_file_or_has_directories(text: str, spans: list[str]) -> None:
    assert list(path_spans(text)) == spans


@pytest.mark.parametrize(
    "run",
    [
        "A1b2C3d4" * 125_000,
        "a" * 1_000_000,
        "M10.5-3.2c" * 100_000,
        "\u8bf7\u770b" * 500_000,
        "a/" * 500_000,
        "a.b" * 300_000,
    ],
)
def test_a_run_longer_than_any_path_names_none(run: str) -> None:
    assert list(path_spans(f"{run} src/app.py {run}")) == ["src/app.py"]


def test_the_longest_path_is_found() -> None:
    path = "a" * (LONGEST_PATH - 3) + ".py"
    assert list(path_spans(path)) == [path]
    assert list(path_spans(f"a{path}")) == []
