from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.instant import iso_of, iso_time, parse_any_iso_time, parse_iso_time

_LAST = 253_402_300_799  # the last second of the year 9999
SECONDS = st.integers(0, _LAST)


@given(SECONDS)
def test_what_is_written_is_read_again(seconds: int) -> None:
    for moment in (parse_iso_time(iso_time(seconds)), parse_any_iso_time(iso_time(seconds))):
        assert moment is not None
        assert moment.timestamp() == seconds


@given(SECONDS, SECONDS)
def test_instants_sort_by_time(one: int, other: int) -> None:
    assert (iso_time(one) < iso_time(other)) == (one < other)


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    moment = datetime(2026, 11, 28, 16, 7, tzinfo=timezone(timedelta(hours=2)))

    assert iso_of(moment) == "2026-11-28T14:07:00Z"


@pytest.mark.parametrize("text", ["", "now", "2026-11-28", "2026-11-28T14:07:00+00:00"])
def test_any_other_form_is_no_instant(text: str) -> None:
    assert parse_iso_time(text) is None


def test_a_zone_that_is_named_is_kept_and_none_is_invented() -> None:
    named = parse_any_iso_time("2026-11-28T14:07:00+02:00")
    unnamed = parse_any_iso_time("2026-11-28T14:07:00")

    assert named is not None
    assert named.utcoffset() == timedelta(hours=2)
    assert unnamed is not None
    assert unnamed.tzinfo is None
