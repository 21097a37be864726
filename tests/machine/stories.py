"""Stories that once broke a law, kept as hypothesis printed them."""

from __future__ import annotations

import ast
import re

from tests.machine.machine import History

_STEP = re.compile(r"(\w+)\((.*)\)")


def tell(machine: type[History], story: str) -> None:
    """Let a story happen again, and check the laws as the machine does."""
    state = machine()
    try:
        for line in story.strip().splitlines():
            match = _STEP.fullmatch(line.strip().removeprefix("state."))
            assert match is not None, line
            call = ast.parse(f"f({match[2]})", mode="eval").body
            assert isinstance(call, ast.Call)
            given = {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg is not None}
            step = getattr(state, match[1])
            step(**given)
    finally:
        state.teardown()
