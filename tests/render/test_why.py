from __future__ import annotations

import pytest

from gitmem.model.log_entry import LogEntry
from gitmem.render.why import render_nearest


@pytest.mark.parametrize(
    ("spans", "where"),
    [
        (((3, 3),), " (line 3)"),
        (((3, 4),), " (lines 3-4)"),
        (((3, 3), (7, 7)), " (lines 3, 7)"),
        ((), ""),
    ],
)
def test_one_line_is_no_lines(spans: tuple[tuple[int, int], ...], where: str) -> None:
    entry = LogEntry(commit="a" * 40, subject="add a brake")

    assert render_nearest(entry, spans) == (
        f"Nothing is remembered about commit aaaaaaa{where}: add a brake\n"
    )
