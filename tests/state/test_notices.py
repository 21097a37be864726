from __future__ import annotations

from gitmem.state.error_log import read_log
from gitmem.state.notices import MAX_NOTICES, add_notice, take_notices
from tests.support.git import GitDriver


def test_a_line_is_told_once_and_kept_in_the_log(git: GitDriver) -> None:
    add_notice(git.repo, "3 memories came back")

    assert take_notices(git.repo) == ["3 memories came back"]
    assert take_notices(git.repo) == []
    assert "3 memories came back" in read_log(git.repo, 1)[0]


def test_the_same_line_said_twice_is_told_once(git: GitDriver) -> None:
    for line in ("first", "second", "first"):
        add_notice(git.repo, line)

    assert sorted(take_notices(git.repo)) == ["first", "second"]


def test_lines_come_in_the_order_they_were_said(git: GitDriver) -> None:
    for number in range(5):
        add_notice(git.repo, f"line {number}")

    assert take_notices(git.repo) == [f"line {number}" for number in range(5)]


def test_the_number_and_the_length_are_bounded(git: GitDriver) -> None:
    for number in range(MAX_NOTICES + 5):
        add_notice(git.repo, f"{number} " + "x" * 4000)
    told = take_notices(git.repo)

    assert [line.split()[0] for line in told] == [str(n) for n in range(5, MAX_NOTICES + 5)]
    assert max(map(len, told)) <= 500


def test_what_a_remote_said_cannot_drive_the_terminal(git: GitDriver) -> None:
    add_notice(git.repo, "refused:\x1b]0;owned\x07\x1b[2J no\nsecond line")

    assert take_notices(git.repo) == ["refused: no second line"]


def test_no_folder_is_no_notice(git: GitDriver) -> None:
    assert take_notices(git.repo) == []
