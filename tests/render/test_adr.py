from __future__ import annotations

import pytest

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Decision, Memory
from gitmem.render.adr import records_of


@pytest.mark.parametrize(
    ("chose", "title"),
    [
        ("round half to even. The law says so.", "Round half to even"),
        ('the user: "fix them all, skip 12 (but answer)"', "Fix them all, skip 12 (but answer)"),
        ('Old branches are kept (asked by the user: "and the old?")', "Old branches are kept"),
        (
            "For `log -c {id}`: prompts are those of the part",
            "For `log -c {id}`: prompts are those of the part",
        ),
        ("src/a.py is the only reader", "`src/a.py` is the only reader"),
        ("go-git reads v1.2. of it", "go-git reads v1.2. of it"),
        ("use **SQLite** (exit 1): no server", "Use SQLite (exit 1): no server"),
        ("word " * 40, "Word " + "word " * 17 + "word…"),
    ],
)
def test_a_title_is_the_first_sentence(chose: str, title: str) -> None:
    memory = Memory("decision", "a title", decisions=(Decision(chose),))
    (record,) = records_of([LogEntry(memories=(memory,))])

    assert record.title == title
