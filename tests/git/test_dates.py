from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from gitmem.errors import UsageError
from gitmem.git.dates import instant_of


def test_a_day_is_its_beginning_or_its_end(home: Path) -> None:
    assert instant_of("2026-03-01") == "2026-03-01T00:00:00Z"
    assert instant_of("2026-03-01", is_end=True) == "2026-03-01T23:59:59Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01 10:00", "2026-03-01T10:00:00Z"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_what_is_written_out_is_taken_at_its_word(home: Path, text: str, expected: str) -> None:
    assert instant_of(text) == expected


def test_git_reads_the_rest(home: Path) -> None:
    wanted = datetime.now(timezone.utc) - timedelta(weeks=2)

    found = datetime.strptime(instant_of("2.weeks"), "%Y-%m-%dT%H:%M:%SZ")

    assert abs(found.replace(tzinfo=timezone.utc) - wanted) < timedelta(hours=2)
    assert instant_of("now") == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("text", ["soonish", "--output=x", "\0", "a\nb"])
def test_what_is_no_date_is_told(home: Path, text: str) -> None:
    if text == "\0":
        assert instant_of(text) == ""
        return
    with pytest.raises(UsageError, match="is not a date"):
        instant_of(text)
