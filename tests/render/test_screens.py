from __future__ import annotations

import pytest

from tests.render.screens import GOLDEN, SCREENS


@pytest.mark.parametrize("name", SCREENS)
def test_a_whole_screen(name: str) -> None:
    assert SCREENS[name] == (GOLDEN / name).read_text("utf-8")
