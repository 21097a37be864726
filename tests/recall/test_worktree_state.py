from __future__ import annotations

import pytest

from gitmem.recall.worktree_state import WorktreeState, paths_at_head, read_worktree_state
from tests.support.git import GitDriver


def test_the_branch_and_what_it_changed_since_it_left_the_main_branch(git: GitDriver) -> None:
    git.commit("base", **{"a.py": "1\n", "b.py": "1\n"})
    git.run("checkout", "-q", "-b", "feature/x")
    head = git.commit("work", **{"a.py": "2\n"})
    git.run("checkout", "-q", "main")
    git.commit("meanwhile", **{"b.py": "2\n"})
    git.run("checkout", "-q", "feature/x")

    found = read_worktree_state(git.repo)

    assert (found.head, found.branch, found.is_trunk) == (head, "feature/x", False)
    assert found.branch_files == ("a.py",)
    assert found.head_time == int(git.out("log", "-1", "--format=%ct"))


@pytest.mark.parametrize("name", ["with space.py", "naïve.py", "tab\there.py"])
def test_changed_files_are_told_as_they_are_named(git: GitDriver, name: str) -> None:
    git.commit("base", **{"a.py": "1\n"})
    for path in ("a.py", name):
        (git.path / path).write_text("changed\n")
    git.run("add", "-A")
    git.run("commit", "-qm", "both")
    for path in ("a.py", name):
        (git.path / path).write_text("again\n")

    assert set(read_worktree_state(git.repo).dirty_files) == {"a.py", name}


def test_a_renamed_file_is_told_by_its_new_name(git: GitDriver) -> None:
    git.commit("base", **{"old.py": "1\n2\n3\n", "b.py": "1\n"})
    git.run("mv", "old.py", "new.py")
    (git.path / "b.py").write_text("2\n")

    assert set(read_worktree_state(git.repo).dirty_files) == {"new.py", "b.py"}


def test_more_changes_than_people_make_are_no_sign(git: GitDriver) -> None:
    git.commit("base", **{f"f{n}.py": "1\n" for n in range(70)})
    git.run("rm", "-rq", "--cached", ".")

    assert read_worktree_state(git.repo).dirty_files == ()


def test_the_main_branch_has_no_files_of_its_own(git: GitDriver) -> None:
    git.commit("base", **{"a.py": "1\n"})

    found = read_worktree_state(git.repo)

    assert (found.branch, found.is_trunk, found.branch_files) == ("main", True, ())


def test_the_remote_says_which_branch_is_the_main_one(git: GitDriver, remote: GitDriver) -> None:
    git.commit("base", **{"a.py": "1\n"})
    git.run("branch", "-m", "production")
    git.run("remote", "add", "origin", str(remote.path))
    git.run("push", "-q", "-u", "origin", "production")
    git.run("remote", "set-head", "origin", "production")
    on_it = read_worktree_state(git.repo)
    git.run("checkout", "-q", "-b", "work")
    git.commit("work", **{"b.py": "1\n"})

    assert on_it.is_trunk
    assert read_worktree_state(git.repo).branch_files == ("b.py",)


def test_an_unborn_branch_and_a_detached_head_are_no_trouble(git: GitDriver) -> None:
    assert read_worktree_state(git.repo) == WorktreeState(branch="main")
    git.commit("base", **{"a.py": "1\n"})
    git.run("checkout", "-q", "--detach")

    assert read_worktree_state(git.repo).branch == ""


def test_the_index_of_the_work_tree_is_not_written(committed: GitDriver) -> None:
    (committed.path / "README.md").write_text("hello\n")  # same content, another time
    before = (committed.path / ".git/index").read_bytes()

    read_worktree_state(committed.repo)

    assert (committed.path / ".git/index").read_bytes() == before


def test_which_paths_are_files_at_head(git: GitDriver) -> None:
    odd = ["with space.py", "new\nline", ":(top)x", "*.py", "größe 🌳", "-n", "a/b/c"]
    git.commit("base", **dict.fromkeys(["a.py", *odd], "1\n"))

    asked = ["a.py", *odd, "gone.py", "", "a", "a/b", "a.py/x", "*", "nul\0", "\udc80", "x" * 9_999]

    assert paths_at_head(git.repo, asked) == {"a.py", *odd}
    assert paths_at_head(git.repo, []) == set()
