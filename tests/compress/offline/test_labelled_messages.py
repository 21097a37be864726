"""Messages of real projects, labelled by reading: what is told of them is true.

``python -m tests.bench.history_decisions --wrong`` prints the table behind these bounds.
"""

from __future__ import annotations

from tests.bench.history_decisions import read_labels, score

JUDGED = ("tokio-rs/tokio", "junegunn/fzf")
"""The projects whose labels the rules were not tuned on."""


def test_there_are_enough_of_them() -> None:
    rows = read_labels()

    assert len(rows) >= 200
    assert len({row["repo"] for row in rows}) >= 5
    assert sum(not label.get("optional") for row in rows for label in row["decisions"]) >= 60
    assert sum(len(row.get("traps", ())) for row in rows) >= 15


def test_nine_of_ten_decisions_are_the_writers_and_none_is_turned_round() -> None:
    for projects in (JUDGED, tuple({row["repo"] for row in read_labels()})):
        result = score(row for row in read_labels() if row["repo"] in projects)

        assert result.inverted == 0, result.wrong
        assert result.right >= 0.9 * result.made, result.wrong
        assert result.found >= 0.6 * result.wanted  # saying nothing would be true as well


def test_nine_of_ten_kinds_fit() -> None:
    result = score(read_labels())

    assert result.right_kinds >= 0.9 * result.kinds
