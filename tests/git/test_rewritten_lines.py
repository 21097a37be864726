from __future__ import annotations

import pytest

from gitmem.git.rewritten_lines import rewrites
from tests.support.git import GitDriver

BODY = "".join(f"value_{n} = compute_the_{n}th()\n" for n in range(12))


@pytest.fixture
def written(committed: GitDriver) -> tuple[GitDriver, str]:
    """A file of twelve lines, and a commit that wrote the fourth of them anew."""
    committed.commit("first", **{"src/a.py": BODY})
    one = committed.commit("one", **{"src/a.py": BODY.replace("compute_the_3th", "cached_3")})
    return committed, one


def test_who_changes_a_line_rewrites_the_commit_that_wrote_it(
    written: tuple[GitDriver, str],
) -> None:
    git, one = written
    two = git.commit("two", **{"src/a.py": BODY.replace("compute_the_3th", "stored_3")})

    assert rewrites(git.repo, two, one) is True
    assert rewrites(git.repo, one, two) is False, "never the other way round"
    assert rewrites(git.repo, one, one) is False


def test_who_removes_the_file_rewrites_all_who_wrote_it(written: tuple[GitDriver, str]) -> None:
    git, one = written
    (git.path / "src" / "a.py").unlink()
    gone = git.commit("gone")

    assert rewrites(git.repo, gone, one) is True


@pytest.mark.parametrize(
    "content",
    [
        BODY.replace("compute_the_3th", "cached_3") + "value_12 = 12\n",  # adds beside it
        BODY.replace("compute_the_3th", "cached_3").replace("value_8", "other_8"),  # another line
        BODY.replace("value_3 = compute_the_3th", "    value_3  =  cached_3"),  # white space
    ],
)
def test_who_touches_no_line_of_it_rewrites_nothing(
    written: tuple[GitDriver, str], content: str
) -> None:
    git, one = written
    two = git.commit("two", **{"src/a.py": content})

    assert rewrites(git.repo, two, one) is False


def test_the_file_is_followed_where_it_is_moved(written: tuple[GitDriver, str]) -> None:
    git, one = written
    (git.path / "lib").mkdir()
    git.run("mv", "src/a.py", "lib/a.py")
    git.commit("move")
    two = git.commit("two", **{"lib/a.py": BODY.replace("compute_the_3th", "stored_3")})

    assert rewrites(git.repo, two, one) is True


def test_who_wrote_the_line_in_between_is_the_one(written: tuple[GitDriver, str]) -> None:
    git, one = written
    between = git.commit("2", **{"src/a.py": BODY.replace("compute_the_3th", "stored_3")})
    last = git.commit("3", **{"src/a.py": BODY.replace("compute_the_3th", "kept_3")})

    assert rewrites(git.repo, last, between) is True
    assert rewrites(git.repo, last, one) is False


def test_a_first_commit_can_be_rewritten_and_rewrites_none(git: GitDriver) -> None:
    first = git.commit("first", **{"naïve file.py": BODY})
    second = git.commit("second", **{"naïve file.py": BODY.replace("value_3", "other_3")})

    assert rewrites(git.repo, second, first) is True
    assert rewrites(git.repo, first, second) is False


def test_a_changelog_proves_nothing(committed: GitDriver) -> None:
    one = committed.commit("one", **{"docs/CHANGES.rst": "Version 1, unreleased\n"})
    two = committed.commit("two", **{"docs/CHANGES.rst": "Version 1, released today\n"})

    assert rewrites(committed.repo, two, one) is False


def test_what_is_on_another_branch_or_merged_is_not_rewritten(
    written: tuple[GitDriver, str],
) -> None:
    git, one = written
    git.run("checkout", "-q", "-b", "topic", "HEAD^")
    other = git.commit("other", **{"src/a.py": BODY.replace("value_9", "other_9")})
    git.run("checkout", "-q", "main")
    git.run("merge", "-q", "--no-ff", "-m", "merge", "topic")
    merge = git.out("rev-parse", "HEAD")

    assert rewrites(git.repo, other, one) is False
    assert rewrites(git.repo, merge, one) is False


def test_of_a_missing_commit_nothing_is_told(written: tuple[GitDriver, str]) -> None:
    git, one = written

    assert rewrites(git.repo, "1" * 40, one) is None
    assert rewrites(git.repo, one, "1" * 40) is None
