from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.upkeep.nearest_commit import AFTER_SECONDS, BEFORE_SECONDS, CommitTimeline

_TIMES = st.floats(0, 3e6, allow_nan=False)
_COMMITS = st.lists(st.tuples(_TIMES, st.lists(st.sampled_from("abc"), max_size=3)), max_size=12)


def _ties(commits: list[tuple[float, list[str]]]) -> CommitTimeline:
    return CommitTimeline(
        (str(number), when, paths) for number, (when, paths) in enumerate(commits)
    )


@given(_COMMITS, st.lists(st.sampled_from("abcd"), max_size=3), _TIMES)
def test_what_is_found_touches_a_file_and_none_is_nearer(
    commits: list[tuple[float, list[str]]], paths: list[str], when: float
) -> None:
    found = _ties(commits).by_files(paths, when)

    costs = {}
    for number, (time, touched) in enumerate(commits):
        later = time - when
        if set(touched) & set(paths) and -BEFORE_SECONDS <= later <= AFTER_SECONDS:
            costs[str(number)] = later if later >= 0 else -3 * later
    assert (found == "") == (not costs)
    assert not costs or costs[found] == min(costs.values())


def test_the_next_commit_is_the_first_one_after_and_not_too_late() -> None:
    ties = _ties([(100.0, []), (50.0, []), (200.0, [])])

    assert ties.next_after(60.0) == "0"
    assert ties.next_after(200.0) == "2"
    assert ties.next_after(201.0) == ""
    assert _ties([(AFTER_SECONDS + 1, [])]).next_after(0.0) == ""


def test_a_path_is_known_when_a_commit_touches_it() -> None:
    ties = _ties([(1.0, ["a"])])

    assert ties.knows("a")
    assert not ties.knows("b")
