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
    assert [each for each in found if "git_environment()" not in each] == []
