"""The contributor's page: every file that it sends somebody to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATHS = sorted(set(re.findall(r"`((?:gitmem|tests|docs)/[\w/.]*)`", PAGE)))
RECIPES = re.findall(r"^### .*\n\n((?:.+\n)+)", PAGE, re.MULTILINE)


@pytest.mark.parametrize("path", [path for path in PATHS if "NAME" not in path])
def test_every_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_there_are_eleven_recipes_of_three_lines() -> None:
    assert [len(recipe.splitlines()) for recipe in RECIPES] == [3] * 11


@pytest.mark.parametrize("name", ["COMMANDS", "ADAPTERS", "TIMEOUTS", "Settings", "to_fields"])
def test_every_name_that_is_to_be_edited_is_where_the_page_says(name: str) -> None:
    (sentence,) = [line for line in PAGE.splitlines() if f"`{name}`" in line][:1]
    places = re.findall(r"`(gitmem/[\w/]+\.py)`", sentence)

    assert any(
        re.search(rf"\b{name}\b", (ROOT / place).read_text("utf-8"))
        for place in places
        if "NAME" not in place
    )
