from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.claude.adapter import read_transcript
from gitmem.agents.clock import believed_times

SESSION = "11111111-2222-4333-8444-555555555555"
DAY = "2026-11-28T10:00:"
COMMIT = 1_795_860_030.0  # 10:00:30


def transcript(folder: Path, *stamps: str) -> Path:
    """A prompt for each stamp; "" for none."""
    path = folder / f"{SESSION}.jsonl"
    records = [
        {"type": "user", "message": {"content": f"prompt {n}"}, "uuid": f"uuid-{n:04}"}
        | ({"timestamp": stamp} if stamp else {})
        for n, stamp in enumerate(stamps)
    ]
    path.write_text("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in records))
    return path


def read(path: Path, until: float | None = None) -> list[str]:
    return [event.text for event in read_transcript(path, until=until).events]


@pytest.mark.parametrize("odd", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", ""])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_of_a_wrong_time_hides_no_other(tmp_path: Path, odd: str, place: int) -> None:
    stamps = [f"{DAY}01Z", f"{DAY}02Z", f"{DAY}03Z"]
    path = transcript(tmp_path, *stamps[:place], odd, *stamps[place:], "2026-11-28T12:00:00Z")

    assert read(path, COMMIT) == [f"prompt {n}" for n in range(4)]
    times = [event.time for event in read_transcript(path).events]
    assert times == sorted(times)
    assert max(times) < COMMIT + 7_200


def test_a_clock_that_was_an_hour_ahead_for_a_while(tmp_path: Path) -> None:
    ahead = [f"2026-11-28T11:10:0{n}Z" for n in range(2)]
    path = transcript(tmp_path, f"{DAY}01Z", *ahead, *(f"{DAY}1{n}Z" for n in range(4)))

    assert read(path, COMMIT) == [f"prompt {n}" for n in range(7)]


def test_what_is_later_than_the_commit_still_is(tmp_path: Path) -> None:
    path = transcript(tmp_path, f"{DAY}01Z", "2026-11-28T12:00:00Z", "2026-11-28T12:00:05Z")

    assert read(path, COMMIT) == ["prompt 0"]


@given(st.lists(st.integers(1_000, 10**6).map(float), max_size=40))
def test_rising_times_are_all_believed(times: list[float]) -> None:
    assert believed_times(sorted(times)) == sorted(times)
