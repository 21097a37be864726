from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.memory import Memory, RecordedError
from gitmem.render.rows import rows_in_full, rows_of_log, wrap_text


@given(st.text(), st.integers(1, 50))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrap_text(text, width)).split() == text.split()


@given(st.text("ab \n"), st.integers(1, 50))
def test_only_a_line_of_one_word_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(len(line) <= width or " " not in line for line in wrap_text(text, width))


def test_a_path_is_never_broken() -> None:
    assert wrap_text("see src/a/very/long/path.py for it", 10) == [
        "see",
        "src/a/very/long/path.py",
        "for it",
    ]


def test_a_long_error_is_shortened_in_the_log_and_whole_when_shown() -> None:
    memory = Memory(
        "bugfix", "t", errors=(RecordedError("\n".join(f"line {n}" for n in range(20))),)
    )

    (in_log,) = (row for row in rows_of_log(memory) if row.label == "error")
    (shown,) = (row for row in rows_in_full(memory) if row.label == "error")

    assert in_log.text.endswith("line 5\n... 14 more lines")
    assert shown.text.endswith("line 19")


def test_a_memory_of_a_newer_schema_says_so() -> None:
    rows = {row.label: row.text for row in rows_in_full(Memory("change", "t", schema=2))}

    assert rows["schema"] == "2 (written by a newer gitmem)"
