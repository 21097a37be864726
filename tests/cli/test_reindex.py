"""``gitmem reindex``: what a person sees of it."""

from __future__ import annotations

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.terminal import at_terminal


def remembered(git: GitDriver, count: int) -> None:
    for number in range(count):
        commit = git.commit(f"step {number}")
        memory = Memory("change", f"step {number}", provenance=Provenance(commit=commit))
        NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def test_a_terminal_sees_it_go_on_and_a_pipe_only_the_end(git: GitDriver) -> None:
    remembered(git, 3)

    shown = at_terminal(
        [*GITMEM, "reindex"], place=git.path, environ=git.env(), question="no question"
    )
    piped = gitmem(git, "reindex")

    assert shown.code == piped.returncode == 0
    assert "100%" in shown.text
    assert "3 memories of 3 commits indexed" in shown.text
    assert (piped.stdout, piped.stderr) == ("3 memories of 3 commits indexed.\n", "")


def test_what_is_one_is_told_as_one(git: GitDriver) -> None:
    remembered(git, 1)

    assert gitmem(git, "reindex").stdout == "1 memory of 1 commit indexed.\n"
