from __future__ import annotations

from gitmem.state.skipped_commits import SkippedCommits
from tests.support.git import GitDriver

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40


def test_what_was_judged_is_known_to_the_next(git: GitDriver) -> None:
    SkippedCommits(git.repo, "judge/1").add([ONE])
    SkippedCommits(git.repo, "judge/1").add([TWO])

    assert SkippedCommits(git.repo, "judge/1").commits() == {ONE, TWO}


def test_another_judge_begins_anew(git: GitDriver) -> None:
    SkippedCommits(git.repo, "judge/1").add([ONE])
    later = SkippedCommits(git.repo, "judge/2")

    assert later.commits() == set()
    later.add([TWO])
    assert later.commits() == {TWO}


def test_a_line_cut_short_costs_no_other(git: GitDriver) -> None:
    judged = SkippedCommits(git.repo, "judge/1")
    judged.add([ONE, TWO])
    path = git.repo.state_dir / "backfill" / "judged"
    path.write_bytes(path.read_bytes()[:-10])

    judged.add([THREE])

    assert judged.commits() == {ONE, THREE}


def test_nothing_to_add_writes_nothing(git: GitDriver) -> None:
    SkippedCommits(git.repo, "judge/1").add([])

    assert not (git.repo.state_dir / "backfill").exists()
