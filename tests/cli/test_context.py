from __future__ import annotations

import re

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def remember(git: GitDriver, title: str, path: str) -> None:
    commit = git.commit(title, **{path.replace("/", "__"): f"{title}\n"})
    time = git.out("log", "-1", "--format=%aI")
    branch = git.out("symbolic-ref", "--short", "HEAD")
    origin = Provenance(commit=commit, time=time, agent="claude-code", author="Ada", branch=branch)
    why = f"The garden asked to {title}."
    memory = Memory("feature", title, why, files_changed=(path,), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def a_history(git: GitDriver) -> None:
    """Eight memories on the main branch, and one of the branch that is checked out."""
    for number in range(8):
        remember(git, f"plant tree {number}", f"src/tree{number}.py")
    git.run("checkout", "-q", "-b", "water-tree7")
    remember(git, "water tree 7", "src/tree7.py")


def test_what_a_session_is_given_at_its_start(git: GitDriver) -> None:
    a_history(git)

    done = gitmem(git, "context")

    assert "water tree 7" in done.stdout
    assert "plant tree 0" not in done.stdout


def test_what_a_prompt_or_a_file_would_add(git: GitDriver) -> None:
    a_history(git)

    by_prompt = gitmem(git, "context", "--prompt", "what is src/tree3.py for?")
    by_file = gitmem(git, "context", "--file", "src/tree4.py")

    assert "plant tree 3" in by_prompt.stdout
    assert "Of src/tree4.py:" in by_file.stdout
    assert "plant tree 4" in by_file.stdout


def test_what_was_left_out_is_explained(git: GitDriver) -> None:
    a_history(git)

    done = gitmem(git, "context", "--explain")

    lines = done.stdout.splitlines()
    assert lines[0].startswith("Given: ")
    assert any("water tree 7" in line and line.endswith(": given") for line in lines)
    assert any("plant tree 0" in line and "worth less than 0.4" in line for line in lines)
    assert any("likely to be edited: src/tree7.py" in line for line in lines)


def test_an_explanation_of_nothing(committed: GitDriver) -> None:
    nothing = "Nothing was considered: nothing"

    start = gitmem(committed, "context", "--explain").stdout
    prompt = gitmem(committed, "context", "--prompt", "what is parse_args for?", "--explain").stdout

    assert start == f"{nothing} that HEAD reaches is remembered.\n"
    assert prompt == f"{nothing} is remembered here.\n"


def test_a_file_outside_is_a_wrong_usage(git: GitDriver) -> None:
    a_history(git)

    done = gitmem(git, "context", "--file", "/etc/hosts")

    assert done.returncode == 2
    assert "outside this repository" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--file", "src/nowhere.py"), "there is no file 'src/nowhere.py' here"),
        (("--file", "src/tree4.py:abc"), "there is no file 'src/tree4.py:abc' here"),
        (("--file", "src"), "'src' is a folder"),
        (("--file", "."), "is a folder"),
        (("--file", ""), "is a folder"),
        (("--file", "src/new.py"), "git does not track 'src/new.py'"),
        (("--file", "src/tree4.py:2"), "'src/tree4.py' has only 1 line\n"),
        (("--file", "src/tree4.py:0"), "line numbers start at 1"),
        (("--file", "src/tree4.py", "--prompt", "x"), "cannot be used together"),
        (("--prompt", ""), "--prompt needs the text of a prompt"),
        (("--prompt", " \n"), "--prompt needs the text of a prompt"),
    ],
)
def test_what_no_agent_could_read_or_be_told_is_a_wrong_usage(
    git: GitDriver, arguments: tuple[str, ...], said: str
) -> None:
    a_history(git)
    git.write("src/new.py", "not added\n")

    for explain in ((), ("--explain",)):
        done = gitmem(git, "context", *arguments, *explain)

        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


@pytest.mark.parametrize("prompt", ["ok", "yes, do it", "how do I cook pasta", "the and of"])
def test_a_prompt_that_calls_for_nothing_is_explained(git: GitDriver, prompt: str) -> None:
    a_history(git)

    done = gitmem(git, "context", "--prompt", prompt, "--explain")

    found = re.fullmatch(
        r"Nothing was considered: the prompt names no file or identifier that singles out a memory "
        r"here, and its words are too common or unknown \(strength (.+), needed (.+)\)\.\n",
        done.stdout,
    )
    assert found
    assert 0 <= float(found[1]) < float(found[2])


def test_what_stands_behind_nothing_is_explained(git: GitDriver) -> None:
    a_history(git)
    git.commit("no memory", **{"src__bare.py": "nobody = knows(this)\n"})

    whole = gitmem(git, "context", "--file", "src/bare.py", "--explain").stdout
    lines = gitmem(git, "context", "--file", "src/bare.py:1", "--explain").stdout

    said = "Nothing was considered: no memory that HEAD reaches and that gives a reason"
    assert whole == f"{said} stands behind this file.\n"
    assert lines == f"{said} stands behind these lines.\n"


@pytest.mark.parametrize("place", ["src/tree4.py", "src/tree4.py:1"])
def test_the_file_that_is_read_is_not_told_to_be_edited(git: GitDriver, place: str) -> None:
    a_history(git)

    done = gitmem(git, "context", "--file", place, "--explain")

    assert "plant tree 4" in done.stdout
    assert "likely to be edited: src/tree4.py" not in done.stdout


@pytest.mark.parametrize("more", [(), ("--explain",)])
def test_where_nothing_is_told_nothing_is_shown_as_told(
    git: GitDriver, more: tuple[str, ...]
) -> None:
    a_history(git)
    assert gitmem(git, "context", *more).stdout
    git.run("config", "gitmem.enabled", "false")

    done = gitmem(git, "context", *more)

    assert (done.stdout, done.returncode) == ("", 0)
    assert "gitmem.enabled is false" in done.stderr
