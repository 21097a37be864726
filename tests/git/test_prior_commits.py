from __future__ import annotations

from gitmem.git.commits import read_change
from gitmem.git.prior_commits import last_change_times, last_line_times
from gitmem.model.line_marks import line_marks
from tests.support.git import EPOCH, GitDriver


def test_when_paths_were_last_touched(git: GitDriver) -> None:
    git.commit("one", **{"a.txt": "1", "spa ce.txt": "1"})
    git.commit("two", **{"a.txt": "2"})
    last = git.commit("three", **{"a.txt": "3", "[glob]*.txt": "x"})

    paths = ["a.txt", "spa ce.txt", "[glob]*.txt"]

    assert last_change_times(git.repo, read_change(git.repo, last), paths, EPOCH) == {
        "a.txt": EPOCH + 120,
        "spa ce.txt": EPOCH + 60,
    }


def test_a_commit_on_another_branch_touched_it_too(git: GitDriver) -> None:
    git.commit("base", **{"a.txt": "1"})
    git.run("checkout", "-q", "-b", "side")
    git.commit("side", **{"a.txt": "2"})
    git.run("checkout", "-q", "main")
    last = git.commit("main", **{"a.txt": "3"})

    touched = last_change_times(git.repo, read_change(git.repo, last), ["a.txt"], EPOCH)

    assert touched == {"a.txt": EPOCH + 120}


def test_a_later_commit_is_not_before_it(git: GitDriver) -> None:
    root = git.commit("one", **{"a.txt": "1"})
    git.commit("two", **{"a.txt": "2"})

    assert last_change_times(git.repo, read_change(git.repo, root), ["a.txt"], 0) == {}


LINE = "the limit is a hundred a minute"
OTHER = "the limit is a thousand an hour"


def test_when_lines_were_last_taken(git: GitDriver) -> None:
    git.commit("one", **{"a.txt": f"{LINE}\n"})
    git.commit("two", **{"a.txt": f"{OTHER}\n"})
    git.commit("elsewhere", **{"b.txt": f"{LINE}\n"})
    last = git.commit("three", **{"a.txt": f"{LINE}\n"})
    change = read_change(git.repo, last)

    added, removed = last_line_times(
        git.repo, change, line_marks([LINE]), line_marks([LINE, OTHER]), EPOCH
    )

    assert change.added_marks == line_marks([LINE])
    assert change.removed_marks == line_marks([OTHER])
    assert added == dict.fromkeys(line_marks([LINE]), EPOCH + 60)
    assert removed == dict.fromkeys(line_marks([LINE]), EPOCH + 120)


def test_odd_names_and_bytes_do_not_disturb_it(git: GitDriver) -> None:
    git.commit("one", **{'we"ird\tname.txt': f"\x01{'0' * 40} 99999999999\n{LINE}\n"})
    last = git.commit("two", **{'we"ird\tname.txt': "x\n"})
    change = read_change(git.repo, last)

    added, _ = last_line_times(git.repo, change, line_marks([LINE]), (), EPOCH)

    assert added == dict.fromkeys(line_marks([LINE]), EPOCH + 60)
