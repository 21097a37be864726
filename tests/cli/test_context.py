from __future__ import annotations

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
    assert "Nothing was considered" in gitmem(committed, "context", "--explain").stdout


def test_a_file_outside_is_a_wrong_usage(git: GitDriver) -> None:
    a_history(git)

    done = gitmem(git, "context", "--file", "/etc/hosts")

    assert done.returncode == 2
    assert "outside this repository" in done.stderr
