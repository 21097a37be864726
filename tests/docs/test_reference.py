"""The documents say what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem import errors
from tests.docs.generate import DOCS, pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    """Mend with ``python -m tests.docs.generate``."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name]


def test_there_is_a_man_page_for_each_command_and_no_other() -> None:
    shown = {f"man/{file.name}" for file in (DOCS / "man").iterdir()}

    assert {name for name in pages() if name.startswith("man/")} == shown


def test_the_tree_drawn_in_the_errors_module_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]

    missing = [
        f"{cls.__name__} {cls.exit_code}"
        for cls in classes
        if issubclass(cls, errors.GitmemError)
        and "exit_code" in vars(cls)
        and [cls.__name__, str(cls.exit_code)]
        not in [
            line.replace("│", "").replace("└──", "").replace("├──", "").split()[:2]
            for line in drawn.splitlines()
        ]
    ]

    assert missing == []


def test_exit_codes_are_told_apart() -> None:
    codes = [
        cls.exit_code
        for cls in vars(errors).values()
        if isinstance(cls, type)
        and issubclass(cls, errors.GitmemError)
        and "exit_code" in vars(cls)
    ]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("mark", ["demo", "tests"])
def test_the_readme_holds_the_commands_that_ci_runs(mark: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"<!-- ci: {mark} -->\n```sh\n" in readme
