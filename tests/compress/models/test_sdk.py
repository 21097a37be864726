from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.models.sdk import fit_tries

SECONDS = st.floats(0.01, 1_000.0)


@given(SECONDS, st.integers(0, 10), SECONDS)
def test_all_tries_fit_into_the_time_that_is_left(
    timeout: float, retries: int, seconds: float
) -> None:
    each, more = fit_tries(timeout, retries, seconds)

    assert 0 < each <= min(timeout, seconds)
    assert 0 <= more <= retries
    assert each * (more + 1) <= seconds * 1.000_001


def test_as_often_as_is_wanted_where_there_is_time() -> None:
    assert fit_tries(60.0, 2, 420.0) == (60.0, 2)
    assert fit_tries(60.0, 2, 130.0) == (60.0, 1)
    assert fit_tries(60.0, 2, 30.0) == (30.0, 0)
