"""No git process inherits what a hook's environment says about another repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import gitmem

PACKAGE = Path(gitmem.__file__).parent


def functions(text: str) -> Iterator[str]:
    """The source of each function that starts git."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            source = ast.unparse(node)
            starts = re.search(r"\b(?:run|start|ending|subprocess\.Popen)\(", source)
            if starts and ("'git'" in source or "git_command(" in source):
                yield source


def test_every_git_process_gets_the_cleaned_environment() -> None:
    found = [each for path in PACKAGE.rglob("*.py") for each in functions(path.read_text("utf-8"))]

    assert len(found) > 8
    assert [each for each in found if "_environment()" not in each] == []


def test_only_what_talks_to_a_remote_may_fetch() -> None:
    """In a partial clone any other command would, object after object."""
    found = [each for path in PACKAGE.rglob("*.py") for each in functions(path.read_text("utf-8"))]
    free = [each for each in found if "git_command(" in each and "git_environment()" in each]

    names = {re.match(r"def (\w+)", each)[1] for each in free}  # type: ignore[index]
    assert names == {
        "_talk",
        "talk",
    }  # to a project's remote, and to that of a person's preferences
