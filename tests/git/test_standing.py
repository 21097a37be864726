from __future__ import annotations

import pytest

from gitmem.git import standing as module
from gitmem.git.standing import standings
from gitmem.model.standing import Standing, Verdict
from tests.support.git import GitDriver

BODY = "".join(f"def function_{n}():\n    return compute({n})\n" for n in range(10))


def of(git: GitDriver, commit: str) -> Standing:
    return standings(git.repo, [commit])[commit]


def test_what_nobody_touched_since_is_fresh(git: GitDriver) -> None:
    commit = git.commit("add", **{"a.py": BODY})
    git.commit("other", **{"b.py": "unrelated\n"})

    assert of(git, commit) == Standing(Verdict.FRESH, 1.0)


def test_a_commit_drifts_as_its_lines_are_rewritten(git: GitDriver) -> None:
    commit = git.commit("add", **{"a.py": BODY})
    git.commit("rewrite", **{"a.py": BODY[:90] + "entirely = 'different'\n"})

    found = of(git, commit)

    assert found.verdict is Verdict.DRIFTED
    assert 0 < found.share < 0.5


def test_a_commit_whose_file_is_deleted_is_orphaned(git: GitDriver) -> None:
    commit = git.commit("add", **{"a.py": BODY})
    git.run("rm", "-q", "a.py")
    git.commit("remove")

    assert of(git, commit) == Standing(Verdict.GONE, 0.0)


def test_lines_are_found_under_the_files_new_name(git: GitDriver) -> None:
    commit = git.commit("add", **{"a.py": BODY})
    (git.path / "deep").mkdir()
    git.run("mv", "a.py", "deep/b c.py")
    git.commit("move", **{"deep/b c.py": BODY + "one_more = True\n"})

    assert of(git, commit) == Standing(Verdict.FRESH, 1.0)


def test_a_commit_of_another_branch_says_so(git: GitDriver) -> None:
    git.commit("base", **{"a.py": "base line here\n"})
    git.run("switch", "-q", "-c", "side")
    commit = git.commit("side", **{"b.py": BODY})
    git.run("switch", "-q", "main")

    assert of(git, commit) == Standing(Verdict.OTHER_BRANCH, 0.0)


def test_a_commit_known_to_be_reached_is_not_asked_about(git: GitDriver) -> None:
    git.commit("base", **{"a.py": "base line here\n"})
    git.run("switch", "-q", "-c", "side")
    commit = git.commit("side", **{"b.py": BODY})
    git.run("switch", "-q", "main")

    found = standings(git.repo, [commit], reached={commit})

    assert found[commit].verdict is Verdict.GONE


def test_reindenting_changes_nothing(git: GitDriver) -> None:
    commit = git.commit("add", **{"a.py": BODY})
    moved = "class Holder:\n" + "".join(f"    {line}\n" for line in BODY.splitlines())
    git.commit("wrap", **{"a.py": moved})

    assert of(git, commit).share == 1.0


def test_a_merge_is_judged_by_what_it_brought_to_its_first_parent(git: GitDriver) -> None:
    git.commit("base", **{"a.py": "base line here\n"})
    git.run("switch", "-q", "-c", "side")
    git.commit("side", **{"b.py": BODY})
    git.run("switch", "-q", "main")
    git.commit("main goes on", **{"c.py": "other line here\n"})
    git.run("merge", "-q", "--no-edit", "side")
    merge = git.out("rev-parse", "HEAD")
    assert of(git, merge) == Standing(Verdict.FRESH, 1.0)

    git.run("rm", "-q", "b.py")
    git.commit("remove")

    assert of(git, merge).verdict is Verdict.GONE


def test_a_commit_that_only_deletes_stands_until_it_is_undone(git: GitDriver) -> None:
    git.commit("add", **{"a.py": BODY, "b.py": "to stay here\n"})
    git.run("rm", "-q", "a.py")
    commit = git.commit("remove")
    assert of(git, commit) == Standing(Verdict.FRESH, 1.0)

    git.commit("again", **{"a.py": BODY})

    assert of(git, commit) == Standing(Verdict.GONE, 0.0)


def test_a_binary_file_stands_as_a_whole(git: GitDriver) -> None:
    git.write("logo.bin", b"\0\1\2\3" * 100)
    commit = git.commit("logo")
    assert of(git, commit).share == 1.0

    git.write("logo.bin", b"\0\4\5\6" * 100)
    git.commit("new logo")

    assert of(git, commit).verdict is Verdict.GONE


def test_a_mere_rename_stands_whatever_is_in_the_file_now(git: GitDriver) -> None:
    git.commit("add", **{"a.py": BODY})
    git.run("mv", "a.py", "b.py")
    commit = git.commit("move")
    git.commit("rewrite", **{"b.py": "entirely = 'different'\n"})

    assert of(git, commit).verdict is Verdict.FRESH


def test_an_empty_commit_is_fresh(git: GitDriver) -> None:
    git.commit("add", **{"a.py": BODY})
    commits = [git.commit("nothing"), git.commit("nothing either")]

    assert [found.share for found in standings(git.repo, commits).values()] == [1.0, 1.0]


def test_odd_names_are_read(git: GitDriver) -> None:
    names = ['with "quotes".py', "tab\there.py", "ünïcode.py", "a" * 40, "-p.py", "new\nline.py"]
    for name in names:
        git.write(name, f"content of {name!r}\n")
    commit = git.commit("odd names")
    git.commit("other", **{"b.py": BODY})

    assert of(git, commit) == Standing(Verdict.FRESH, 1.0)


def test_a_file_that_becomes_a_link_is_told_by_the_link(git: GitDriver) -> None:
    git.commit("add", **{"a.py": BODY, "target_of_the_link.py": BODY})
    (git.path / "a.py").unlink()
    (git.path / "a.py").symlink_to("target_of_the_link.py")
    commit = git.commit("link")
    after = git.commit("both", **{"z.py": BODY})

    assert [found.share for found in standings(git.repo, [commit, after]).values()] == [1.0, 1.0]


def test_many_commits_keep_their_order_and_unknown_ones_are_left_out(git: GitDriver) -> None:
    commits = [git.commit(f"c{n}", **{f"f{n}.py": f"line number {n} here\n"}) for n in range(25)]
    asked = [commits[7], "0" * 40, commits[3], "no commit", commits[7], commits[24]]

    assert list(standings(git.repo, asked)) == [commits[7], commits[3], commits[24]]


def test_without_a_head_nothing_is_told(git: GitDriver) -> None:
    assert standings(git.repo, ["0" * 40]) == {}
    assert standings(git.repo, []) == {}


def test_another_head_can_be_asked(git: GitDriver) -> None:
    first = git.commit("add", **{"a.py": BODY})
    git.run("rm", "-q", "a.py")
    git.commit("remove")

    assert standings(git.repo, [first], head=first)[first].verdict is Verdict.FRESH


def test_a_huge_commit_costs_the_others_nothing(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DIFF_BYTES", 20_000)
    huge = git.commit("huge", **{"big.py": "".join(f"huge line {n}\n" for n in range(9_000))})
    small = git.commit("small", **{"a.py": BODY})

    found = standings(git.repo, [huge, small])

    assert [found[commit].share for commit in (huge, small)] == [1.0, 1.0]


def test_hooks_of_diff_are_not_run(git: GitDriver) -> None:
    """Neither a text conversion nor an external program of the repository's has a say."""
    git.run("config", "diff.shout.textconv", "false")
    git.run("config", "diff.shout.command", "false")
    git.run("config", "diff.noprefix", "true")
    git.run("config", "color.ui", "always")
    git.write(".gitattributes", "*.py diff=shout\n")
    commit = git.commit("add", **{"a.py": BODY})

    assert of(git, commit) == Standing(Verdict.FRESH, 1.0)
