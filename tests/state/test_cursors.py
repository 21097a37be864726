from __future__ import annotations

from gitmem.state.cursors import Cursors, read_cursors, write_cursors
from tests.support.git import GitDriver


def test_work_trees_that_were_removed_are_forgotten_when_there_are_many(git: GitDriver) -> None:
    here = str(git.repo.git_dir)
    gone = [f"{here}/worktrees/w{number}" for number in range(60)]
    seen = Cursors(reflogs=dict.fromkeys([here, *gone], 7), worktrees={here: str(git.path)})

    write_cursors(git.repo, seen)

    assert read_cursors(git.repo).reflogs == {here: 7}
    assert read_cursors(git.repo).worktrees == {here: str(git.path)}


def test_a_few_are_kept(git: GitDriver) -> None:
    seen = Cursors(reflogs={f"/nowhere/{number}": 7 for number in range(9)})

    write_cursors(git.repo, seen)

    assert read_cursors(git.repo) == seen
