"""The index is a cache: whatever happens to it, the answers are the same."""

from __future__ import annotations

import shutil
from contextlib import closing

from gitmem.index.commits import annotated_commit_count
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_for
from gitmem.refresh.refresh import refresh
from gitmem.state.error_log import read_log
from tests.support.git import GitDriver


def remember(git: GitDriver, title: str) -> None:
    commit = git.commit(title)
    memory = Memory("decision", title, provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def context(git: GitDriver) -> str:
    refresh(git.repo).close()
    return context_for(git.repo, 1000).text


def test_deleting_the_index_changes_no_answer(git: GitDriver) -> None:
    remember(git, "one")
    remember(git, "two")
    before = context(git)

    shutil.rmtree(git.repo.state_dir / "index")

    assert context(git) == before != ""


def test_a_damaged_index_is_built_anew_and_said_once(git: GitDriver) -> None:
    remember(git, "one")
    before = context(git)
    file = next((git.repo.state_dir / "index").glob("*.sqlite3"))
    file.write_bytes(b"not a database at all" * 100)

    assert context(git) == before
    assert "being rebuilt" in "".join(read_log(git.repo, 5))
    assert len(read_log(git.repo, 5)) == 1


def test_a_notes_ref_that_nothing_here_remembers_otherwise_is_followed(git: GitDriver) -> None:
    """Neither our own ref nor the commit that the index names is left."""
    remember(git, "one")
    old = git.out("rev-parse", "refs/notes/claude-mem")
    remember(git, "two")
    assert "two" in context(git)
    shutil.rmtree(git.repo.state_dir / "index")
    git.run("update-ref", "-d", "refs/gitmem-seen")
    git.run("update-ref", "refs/notes/claude-mem", old)
    git.run("reflog", "expire", "--expire=now", "--all")
    git.run("gc", "-q", "--prune=now")

    assert "two" not in context(git)


def test_without_the_ref_and_all_that_knows_of_it_there_is_nothing(git: GitDriver) -> None:
    remember(git, "one")
    context(git)
    shutil.rmtree(git.repo.state_dir / "index")
    git.run("update-ref", "-d", "refs/gitmem-seen")
    git.run("update-ref", "-d", "refs/notes/claude-mem")

    assert context(git) == ""
    with closing(refresh(git.repo)) as index:
        assert annotated_commit_count(index) == 0
