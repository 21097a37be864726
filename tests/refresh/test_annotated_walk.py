"""A remembered walk gives what walking again would, and streams fewer commits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.git.log import walk_parents
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits
from gitmem.model.memory import Memory
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh import annotated_walk as module
from gitmem.refresh.annotated_walk import annotated_walk
from gitmem.refresh.refresh import refresh
from gitmem.state.walk_cache import read_walks
from tests.strategies import scaled
from tests.support.bigrepo import fill
from tests.support.git import GitDriver

LONG = 1_500


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commits each walk took from git."""
    counts: list[int] = []

    def counted(repo: Repo, revision: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        counts.append(0)
        with closing(walk_parents(repo, revision)) as commits:
            for commit in commits:
                counts[-1] += 1
                yield commit

    monkeypatch.setattr(module, "walk_parents", counted)
    return counts


@pytest.fixture
def long(git: GitDriver) -> GitDriver:
    """A long history, nothing of it annotated."""
    fill(git, LONG)
    git.run("reset", "-q", "--hard")
    git.now += LONG * 60
    return git


def annotate(git: GitDriver, *commits: str) -> None:
    memory = document_of(Memory("change", "x"))
    NoteStore(git.repo).add({commit: [memory] for commit in commits}, "notes: test")
    refresh(git.repo).close()


def found(git: GitDriver, count: int | None = None, limit: int | None = None) -> list[str]:
    with closing(Index.open(git.repo.state_dir)) as index:
        return list(islice(annotated_walk(git.repo, index, limit=limit), count))


def expected(git: GitDriver, count: int | None = None, limit: int | None = None) -> list[str]:
    """By walking all of it."""
    with closing(Index.open(git.repo.state_dir)) as index:
        annotated = annotated_commits(index)
    commits = git.out("rev-list", "HEAD").splitlines()[:limit]
    return [commit for commit in commits if commit in annotated][:count]


def test_where_memories_are_new_only_the_front_is_walked(
    long: GitDriver, streamed: list[int]
) -> None:
    annotate(long, *long.out("rev-list", "-n", "30", "HEAD").splitlines())

    assert found(long, 20) == expected(long, 20)
    assert streamed == [64]
    assert read_walks(long.repo) == []


def test_where_they_are_old_the_second_look_is_short(long: GitDriver, streamed: list[int]) -> None:
    old = long.out("rev-list", "--reverse", "HEAD").splitlines()
    annotate(long, *old[:40])

    first, second = found(long, 20), found(long, 20)

    assert first == second == expected(long, 20)
    assert streamed[0] > 1_000
    assert streamed[1] == 64


def test_where_there_are_none_on_this_branch_the_second_look_is_short(
    long: GitDriver, streamed: list[int]
) -> None:
    long.run("checkout", "-q", "-b", "other")
    annotate(long, long.commit("elsewhere"))
    long.run("checkout", "-q", "main")

    assert found(long, limit=1_000) == found(long, limit=1_000) == []
    assert streamed == [1_000, 64]


def test_commits_made_since_are_seen_without_a_long_walk(
    long: GitDriver, streamed: list[int]
) -> None:
    annotate(long, *long.out("rev-list", "--reverse", "HEAD").splitlines()[:40])
    found(long, 20)
    for number in range(40):
        commit = long.commit(f"new {number}")
        if number % 10 == 0:
            annotate(long, commit)

    assert found(long, 20) == expected(long, 20)
    assert streamed[-1] == 64
    for number in range(40):
        long.commit(f"newer {number}")
    assert found(long, 20) == expected(long, 20)
    assert streamed[-1] == 64  # the walk was remembered anew on the way


def test_a_memory_of_an_old_commit_is_found_though_a_walk_is_remembered(
    long: GitDriver, streamed: list[int]
) -> None:
    old = long.out("rev-list", "--reverse", "HEAD").splitlines()
    annotate(long, *old[:40])
    found(long, 20)

    annotate(long, old[700])

    assert found(long, 20) == expected(long, 20)
    assert old[700] in found(long, 20)
    assert streamed[1] > 500
    assert streamed[2] == 64


def test_a_merge_is_walked_anew(long: GitDriver) -> None:
    """What it brings may lie between what is known."""
    long.run("branch", "side", "HEAD~1200")
    annotate(long, *long.out("rev-list", "--reverse", "HEAD").splitlines()[:40])
    found(long, 20)
    long.run("checkout", "-q", "side")
    annotate(long, long.commit("on the side"))
    long.run("checkout", "-q", "main")
    long.run("merge", "-q", "-m", "join", "side")

    assert found(long, 20) == expected(long, 20)


def test_an_index_built_anew_forgets_the_walks(long: GitDriver, streamed: list[int]) -> None:
    annotate(long, *long.out("rev-list", "--reverse", "HEAD").splitlines()[:40])
    found(long, 20)
    Index.discard(long.repo.state_dir)
    refresh(long.repo).close()

    assert found(long, 20) == expected(long, 20)
    assert streamed[1] > 1_000


def test_a_damaged_file_of_walks_costs_a_walk(long: GitDriver) -> None:
    annotate(long, *long.out("rev-list", "--reverse", "HEAD").splitlines()[:40])
    found(long, 20)
    for content in ("", "[1]", "[{}]", json.dumps([{"head": 1, "found": 3}])):
        (long.repo.state_dir / "walks.json").write_text(content)

        assert found(long, 20) == expected(long, 20)


@settings(max_examples=scaled(40))
@given(data=st.data())
def test_remembering_changes_no_answer(
    tmp_path_factory: pytest.TempPathFactory, home: Path, data: st.DataObject
) -> None:
    """Whatever is committed, merged, annotated and asked in whatever order.

    With a short front and every walk kept, so that a small history meets each case.
    """
    git = GitDriver(tmp_path_factory.mktemp("walk") / "repo", home).init()
    fill(git, 30)
    git.run("reset", "-q", "--hard")
    git.now += 3_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FRONT", 4)
        patch.setattr(module, "_LONG_WALK", 4)
        patch.setattr(module, "_SPARSE", 1)
        for _ in range(data.draw(st.integers(3, 10), "steps")):
            step = data.draw(st.sampled_from(["commit", "merge", "annotate", "look", "back"]))
            if step == "commit":
                git.commit("more")
            elif step == "merge":
                git.run("checkout", "-q", "--detach", f"HEAD~{data.draw(st.integers(1, 5))}")
                side = git.commit("side")
                git.run("checkout", "-q", "main")
                git.run("merge", "-q", "-m", "join", side)
            elif step == "back":
                git.run("reset", "-q", "--hard", f"HEAD~{data.draw(st.integers(1, 3))}")
            elif step == "annotate":
                commits = git.out("rev-list", "--branches").split()
                annotate(git, data.draw(st.sampled_from(commits)))
            count = data.draw(st.sampled_from([None, 1, 3]))
            limit = data.draw(st.sampled_from([None, 3, 10, 25]))
            assert found(git, count, limit) == expected(git, count, limit)
