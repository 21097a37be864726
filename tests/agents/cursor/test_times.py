"""What a Cursor transcript tells of times, and how far it is believed."""

from __future__ import annotations

import pytest

from gitmem.agents.cursor.times import Timeline, latest_of, parse_stamp

TUESDAY = 1_788_901_000.0 - 1_788_901_000.0 % 60


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tuesday, Sep 8, 2026, 1:56 PM (UTC-7)", 1_788_900_960.0),
        ("Tuesday, Sep 8, 2026, 8:56 PM (UTC)", 1_788_900_960.0),
        ("Wednesday, Sep 9, 2026, 2:26 AM (UTC+5:30)", 1_788_900_960.0),
        ("Sunday, Sep 20, 2026, 12:31 AM (UTC+3)", 1_789_853_460.0),
        ("Sunday, Sep 20, 2026, 12:31 PM (GMT+3)", 1_789_896_660.0),
        ("Tuesday, September 8, 2026, 20:56 (UTC)", 1_788_900_960.0),
        ("Tuesday, Sep 8, 2026, 1:56 PM", 0.0),
        ("Tuesday, Smarch 8, 2026, 1:56 PM (UTC-7)", 0.0),
        ("Tuesday, Sep 88, 2026, 1:56 PM (UTC-7)", 0.0),
        ("Tuesday, Sep 8, 2026, 1:96 PM (UTC-7)", 0.0),
        ("Sat", 0.0),
        ("", 0.0),
    ],
)
def test_the_minute_in_front_of_a_prompt(text: str, moment: float) -> None:
    """A form that nobody has seen is no time: a wrong one would be worse."""
    assert parse_stamp(f"<timestamp>{text}</timestamp>\n<user_query>x</user_query>") == moment
    assert parse_stamp(f"He wrote <timestamp>{text}</timestamp>") == 0.0


def test_the_records_of_a_turn_keep_their_order() -> None:
    timeline = Timeline()

    times = [timeline.take(stamp) for stamp in (0.0, 0.0, TUESDAY, 0.0, 0.0, TUESDAY - 600, 0.0)]

    assert times == sorted(set(times))
    assert times[2] == TUESDAY
    assert times[-1] < TUESDAY + 1


def test_what_happened_was_over_at_the_next_minute_told_or_when_the_file_was_written() -> None:
    stamps = [TUESDAY, TUESDAY + 600]

    assert latest_of(1e-5, stamps, TUESDAY + 9_000) == TUESDAY + 60
    assert latest_of(TUESDAY + 1e-5, stamps, TUESDAY + 9_000) == TUESDAY + 660
    assert latest_of(TUESDAY + 601, stamps, TUESDAY + 9_000) == TUESDAY + 9_000
