from __future__ import annotations

import os

import pytest

from gitmem.errors import GitFailed, UnknownRevision, UsageError
from gitmem.git import blame as module
from gitmem.git.blame import NO_COMMIT, blame, history_of_lines
from gitmem.git.line_origins import IGNORE_FILE
from tests.support.git import GitDriver

BODY = "".join(f"value_{n} = compute_the_{n}th()\n" for n in range(6))


def commits(git: GitDriver, path: str, *lines: int) -> list[tuple[str, int, int]]:
    return [(part.commit, part.first, part.last) for part in blame(git.repo, path, *lines)]


def test_neighbouring_lines_of_a_commit_are_one_part(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": BODY})
    second = git.commit("two", **{"a.py": BODY.replace("value_3", "other_3")})

    assert commits(git, "a.py") == [(first, 1, 3), (second, 4, 4), (first, 5, 6)]
    assert commits(git, "a.py", 4) == [(second, 4, 4)]
    assert commits(git, "a.py", 5, 99) == [(first, 5, 6)]


def test_what_is_not_committed_is_told_as_such(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": BODY})
    git.write("a.py", BODY + "new_line = True\n")

    assert commits(git, "a.py", 6, 7) == [(first, 6, 6), (NO_COMMIT, 7, 7)]


def test_lines_are_followed_into_another_file(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": BODY * 3})
    git.commit("move", **{"a.py": "", "deep/b c.py": BODY * 3})

    (part,) = blame(git.repo, "deep/b c.py", 2, 3)

    assert (part.commit, part.old_path, part.old_first) == (first, "a.py", 2)


def test_commits_named_by_the_project_are_looked_through(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": "total = f( a,b )\n"})
    style = git.commit("style", **{"a.py": "total = f(a, b)\n"})
    git.write(IGNORE_FILE, f"{style}\n")

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_an_ignore_file_that_other_projects_have_is_passed_over(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = git.commit("one", **{"a.py": BODY})
    settings = git.home / "settings"
    settings.write_text("[blame]\n\tignoreRevsFile = not-there\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_odd_names_come_back_as_they_are(git: GitDriver) -> None:
    git.commit("one", **{'q"é\t.py': BODY * 3})
    git.run("mv", 'q"é\t.py', "plain.py")
    git.commit("move")

    assert {part.old_path for part in blame(git.repo, "plain.py")} == {'q"é\t.py'}


def test_a_line_that_is_not_there_is_told(git: GitDriver) -> None:
    git.commit("one", **{"a.py": BODY})

    for line in (7, 90):
        with pytest.raises(UsageError, match="has only 6 lines"):
            blame(git.repo, "a.py", line)


@pytest.mark.parametrize("name", ["nowhere.py", "new.py", "."])
def test_a_file_that_git_does_not_know_is_told(git: GitDriver, name: str) -> None:
    git.commit("one", **{"a.py": BODY})
    git.write("new.py", "x\n")

    with pytest.raises(UnknownRevision):
        blame(git.repo, name, 1)


def test_without_a_commit_there_is_nothing_to_blame(git: GitDriver) -> None:
    git.write("new.py", "x\n")

    with pytest.raises(UnknownRevision):
        blame(git.repo, "new.py")


def test_where_following_takes_too_long_git_is_asked_plainly(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = git.commit("one", **{"a.py": BODY})
    monkeypatch.setattr(module, "_EFFORTS", ((("-M", "-C"), 0.0), ((), 20.0)))

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_what_takes_too_long_in_any_way_is_told(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    git.commit("one", **{"a.py": BODY})
    monkeypatch.setattr(module, "_EFFORTS", (((), 0.0),))

    with pytest.raises(GitFailed, match="too long"):
        blame(git.repo, "a.py")


def test_the_history_of_lines_goes_on_from_where_they_were(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": BODY})
    git.commit("elsewhere", **{"a.py": BODY + "new_line = True\n"})
    second = git.commit("two", **{"a.py": "head\n" + BODY.replace("value_3", "other_3")})
    git.commit("shift", **{"a.py": "more\nhead\n" + BODY.replace("value_3", "other_3")})

    (part,) = blame(git.repo, "a.py", 6)

    assert part.commit == second
    assert history_of_lines(git.repo, part, 5) == [first]


def test_a_list_that_leads_elsewhere_is_not_read(git: GitDriver) -> None:
    """A link that somebody committed, to a file that is nobody's business."""
    (git.home / "private").write_text("plain words of a private file\n")
    first = git.commit("one", **{"a.py": BODY})
    (git.path / IGNORE_FILE).symlink_to(git.home / "private")

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_what_a_list_holds_that_is_none_is_not_told(git: GitDriver) -> None:
    git.commit("one", **{"a.py": BODY, "list": "plain words of a private file\n"})
    git.run("config", "blame.ignoreRevsFile", "list")

    with pytest.raises(GitFailed) as told:
        blame(git.repo, "a.py", 1)

    assert "private" not in str(told.value)


@pytest.mark.parametrize("setting", ["blame.ignoreRevsFile", "mailmap.file"])
@pytest.mark.parametrize("kind", ["link", "folder link", "pipe"])
def test_a_setting_that_the_repository_leads_elsewhere_is_not_followed(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch, setting: str, kind: str
) -> None:
    """A pipe stands for a device without end, as git waits for it."""
    first = git.commit("one", **{"a.py": BODY})
    os.mkfifo(git.home / "list")
    name = "etc/list" if kind == "folder link" else "list"
    if kind == "folder link":
        (git.path / "etc").symlink_to(git.home)
    elif kind == "link":
        (git.path / "list").symlink_to(git.home / "list")
    else:
        os.mkfifo(git.path / "list")
    settings = git.home / "settings"
    section, _, key = setting.partition(".")
    settings.write_text(f"[{section}]\n\t{key} = {name}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_a_list_of_the_persons_own_counts(git: GitDriver) -> None:
    first = git.commit("one", **{"a.py": "total = f( a,b )\n"})
    style = git.commit("style", **{"a.py": "total = f(a, b)\n"})
    (git.home / "kept").write_text(f"{style} # style\n")
    (git.home / "list").symlink_to(git.home / "kept")
    git.run("config", "blame.ignoreRevsFile", str(git.home / "list"))

    assert commits(git, "a.py", 1) == [(first, 1, 1)]


def test_settings_of_the_repository_that_lead_elsewhere_are_told(git: GitDriver) -> None:
    git.commit("one", **{"a.py": BODY})
    (git.path / "list").symlink_to("/dev/zero")
    git.run("config", "blame.ignoreRevsFile", "list")

    with pytest.raises(GitFailed, match="ignores"):
        blame(git.repo, "a.py", 1)
