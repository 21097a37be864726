from __future__ import annotations

from contextlib import closing

from gitmem.index.cache import Index
from gitmem.index.memories import vector_count
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller, recall
from gitmem.refresh.refresh import refresh
from gitmem.refresh.reindex import ReindexReport, reindex
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def remember(git: GitDriver, *memories: Memory) -> None:
    head = git.out("rev-parse", "HEAD")
    NoteStore(git.repo).add({head: [document_of(m) for m in memories]}, "notes: some")


def test_it_is_what_following_the_notes_made(committed: GitDriver) -> None:
    for number in range(4):
        remember(committed, Memory("change", f"Change number {number} of the price"))
        refresh(committed.repo).close()
    before = recall(committed.repo, Query("number price"))

    told: list[tuple[str, int, int]] = []
    done = reindex(committed.repo, lambda *step: told.append(step))

    assert done == ReindexReport(notes=1, memories=4, without_vector=0)
    assert told[-1] == ("encoding", 4, 4)
    assert [hit.memory for hit in recall(committed.repo, Query("number price"))] == [
        hit.memory for hit in before
    ]


def test_who_has_the_old_one_open_goes_on_and_finds_the_new_one(committed: GitDriver) -> None:
    remember(committed, Memory("change", "Prices are whole cents"))
    refresh(committed.repo).close()
    with Recaller(committed.repo) as recaller:
        assert len(recaller.search(Query("prices"))) == 1
        remember(committed, Memory("change", "Prices have a currency"))

        reindex(committed.repo)

        assert len(recaller.search(Query("prices"))) == 2


def test_a_repository_without_memories(committed: GitDriver) -> None:
    assert reindex(committed.repo) == ReindexReport(0, 0, 0)
    assert recall(committed.repo, Query("anything")) == []


def test_the_command_says_what_it_found_and_leaves_nothing_behind(committed: GitDriver) -> None:
    remember(committed, Memory("change", "Prices are whole cents"))

    done = gitmem(committed, "reindex")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 memory of 1 commit indexed.\n"
    assert done.stderr == ""
    with closing(Index.open(committed.repo.state_dir)) as index:
        assert vector_count(index) == 1
    left = {path.name for path in committed.repo.state_dir.iterdir()}
    assert not {name for name in left if name.startswith(("reindex-", "index."))}
