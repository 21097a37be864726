from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.standing import (
    FileAtHead,
    FileEdit,
    Verdict,
    collapse_spaces,
    count_lines,
    distinctive_lines,
    judge,
)

LINES = st.dictionaries(st.binary(min_size=8, max_size=12), st.integers(1, 4), max_size=6)


def touched(added_lines: dict[bytes, int], path: bytes = b"a", **rest: object) -> FileEdit:
    return FileEdit(path, added_lines, {}, **rest)  # type: ignore[arg-type]


def test_half_of_the_lines_is_still_fresh() -> None:
    file = touched({b"first line": 1, b"second line": 1})

    standing = judge([file], {b"a": FileAtHead("b", {b"first line": 1})}, is_reached=True)

    assert (standing.verdict, standing.share) == (Verdict.FRESH, 0.5)


def test_less_than_half_has_drifted_and_nothing_is_orphaned() -> None:
    file = touched({b"first line": 1, b"second line": 2})

    drifted = judge([file], {b"a": FileAtHead("b", {b"first line": 1})}, is_reached=True)
    orphaned = judge([file], {b"a": FileAtHead("b", {})}, is_reached=True)

    assert (drifted.verdict, drifted.share) == (Verdict.DRIFTED, 0.333)
    assert (orphaned.verdict, orphaned.share) == (Verdict.GONE, 0.0)


def test_what_head_does_not_reach_says_so_and_still_has_a_share() -> None:
    """A picked commit's lines stand, though the commit itself is elsewhere."""
    file = touched({b"first line": 1})

    standing = judge([file], {b"a": FileAtHead("b", {b"first line": 1})}, is_reached=False)

    assert (standing.verdict, standing.share) == (Verdict.OTHER_BRANCH, 1.0)


def test_a_commit_that_only_took_away_stands_while_it_stays_away() -> None:
    file = FileEdit(b"a", {}, {b"old line one": 1, b"old line two": 1})

    away = judge([file], {b"a": FileAtHead("b", {})}, is_reached=True)
    back = judge([file], {b"a": FileAtHead("b", {b"old line one": 1})}, is_reached=True)

    assert (away.share, back.share) == (1.0, 0.5)


def test_a_deleted_file_that_came_back_is_orphaned_only_with_its_lines() -> None:
    file = FileEdit(b"a", {}, {b"old line one": 1}, is_deleted=True)

    assert judge([file], {}, is_reached=True).verdict is Verdict.FRESH
    other = {b"a": FileAtHead("b", {})}
    assert judge([file], other, is_reached=True).verdict is Verdict.FRESH
    same = {b"a": FileAtHead("b", {b"old line one": 1})}
    assert judge([file], same, is_reached=True).verdict is Verdict.GONE


def test_an_empty_commit_has_nothing_that_could_go() -> None:
    assert judge([], {}, is_reached=True).verdict is Verdict.FRESH


def test_short_lines_count_only_where_there_are_no_others() -> None:
    assert distinctive_lines({b"else:": 1, b"a longer line": 1, b"": 3}) == {b"a longer line": 1}
    assert distinctive_lines({b"x = 3": 1, b"": 3}) == {b"x = 3": 1}


@given(st.binary(max_size=40))
def test_indenting_changes_nothing(line: bytes) -> None:
    assert collapse_spaces(b"\t " + line) == collapse_spaces(line)


@given(LINES, LINES)
def test_a_share_is_between_nothing_and_all(
    added_lines: dict[bytes, int], now: dict[bytes, int]
) -> None:
    standing = judge([touched(added_lines)], {b"a": FileAtHead("b", now)}, is_reached=True)

    assert 0.0 <= standing.share <= 1.0


@given(LINES, LINES)
def test_more_lines_at_head_never_lower_the_share(
    added_lines: dict[bytes, int], now: dict[bytes, int]
) -> None:
    less = judge([touched(added_lines)], {b"a": FileAtHead("b", now)}, is_reached=True)
    more = judge(
        [touched(added_lines)], {b"a": FileAtHead("b", {**now, **added_lines})}, is_reached=True
    )

    assert added_lines == {} or more.share == 1.0
    assert added_lines == {} or more.share >= less.share


def test_only_wanted_lines_are_counted() -> None:
    lines = [b"  one line", b"one  line", b"another"]

    assert count_lines(lines, {b"one line": 9}) == {b"one line": 2}
