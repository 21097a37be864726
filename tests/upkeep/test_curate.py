from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.index.encoder import StaticEncoder
from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import recall
from gitmem.refresh.refresh import refresh
from gitmem.upkeep.curate import apply, plan, undo
from tests.support.api import Answer, api
from tests.support.cli import gitmem
from tests.support.git import GitDriver

ENCODER = StaticEncoder()


def remember(git: GitDriver, title: str, why: str = "", day: int = 1, **fields: object) -> Memory:
    """One commit with one memory."""
    commit = git.commit(title, file=f"{title} {day}\n")
    memory = Memory(
        "change",
        title,
        why=why,
        files_changed=("src/part.py",),
        provenance=Provenance(commit=commit, time=f"2026-03-{day:02}T00:00:00Z"),
        **fields,  # type: ignore[arg-type]
    )
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: one")
    return memory


def found(git: GitDriver, text: str) -> set[str]:
    refresh(git.repo).close()
    return {hit.memory.id for hit in recall(git.repo, Query(text))}


@pytest.fixture
def twice(committed: GitDriver) -> tuple[GitDriver, Memory, Memory]:
    old = remember(committed, "Retry uploads in the transport", "The proxy hangs up.", 1)
    new = remember(committed, "Retry the uploads in the transport", "The proxy hangs up.", 2)
    remember(committed, "Retry uploads 5 times in the transport", "The proxy hangs up.", 3)
    return committed, old, new


def test_what_says_the_same_becomes_one_and_the_rest_stays(
    twice: tuple[GitDriver, Memory, Memory],
) -> None:
    git, old, new = twice
    todo = plan(git.repo, ENCODER)

    (fold,) = todo.folds
    assert [part.memory for part in fold.parts] == [new, old]
    assert fold.into.title == new.title
    assert set(fold.into.supersedes) == {old.id, new.id}
    assert any(reason.startswith("other numbers") for _, _, reason in todo.apart_pairs)
    assert found(git, "retry uploads") >= {old.id, new.id}  # nothing was done yet

    assert apply(git.repo, todo.folds) == 1

    assert fold.into.id in found(git, "retry uploads")
    assert not {old.id, new.id} & found(git, "retry uploads")
    assert old.title in gitmem(git, "show", old.id).stdout
    assert plan(git.repo, ENCODER).folds == ()


def test_undone_it_is_as_before_and_can_be_done_again(
    twice: tuple[GitDriver, Memory, Memory],
) -> None:
    git, _, _ = twice
    before = found(git, "retry uploads")
    apply(git.repo, plan(git.repo, ENCODER).folds)

    assert undo(git.repo) == 1
    assert found(git, "retry uploads") == before

    again = plan(git.repo, ENCODER)
    assert apply(git.repo, again.folds) == 1
    assert again.folds[0].into.id in found(git, "retry uploads")
    assert undo(git.repo) == 1
    assert undo(git.repo) == 0


def test_two_clones_that_fold_the_same_write_the_same(
    twice: tuple[GitDriver, Memory, Memory], tmp_path: Path
) -> None:
    git, _, _ = twice
    clone = GitDriver(tmp_path / "clone", git.home)
    git.run("clone", "-q", str(git.path), str(clone.path))
    clone.run("fetch", "-q", "origin", "refs/notes/claude-mem:refs/notes/claude-mem")

    here = plan(git.repo, ENCODER).folds
    there = plan(clone.repo, ENCODER).folds

    assert [fold.into.id for fold in here] == [fold.into.id for fold in there]


def test_the_third_typo_is_folded_and_what_gives_a_reason_is_not(committed: GitDriver) -> None:
    trivial = [remember(committed, f"Fix typo in page {n}", day=n) for n in range(1, 5)]
    told = remember(committed, "Fix typo in the licence", "The lawyers asked for it.", 6)

    (fold,) = plan(committed.repo, ENCODER).folds

    assert {part.memory.id for part in fold.parts} == {memory.id for memory in trivial}
    assert fold.into.title == "Fix typo in page 4 (and 3 more of the kind)"
    apply(committed.repo, [fold])
    assert told.id in found(committed, "typo")


def test_a_fold_does_not_hide_anything_on_a_branch_that_lacks_it(committed: GitDriver) -> None:
    old = remember(committed, "Retry uploads in the transport", "The proxy hangs up.", 1)
    committed.run("branch", "release")
    remember(committed, "Retry the uploads in the transport", "The proxy hangs up.", 2)
    apply(committed.repo, plan(committed.repo, ENCODER).folds)
    assert old.id not in found(committed, "retry uploads")

    committed.run("checkout", "-q", "release")

    assert found(committed, "retry uploads") == {old.id}


def test_what_is_taken_back_is_linked(committed: GitDriver) -> None:
    old = remember(
        committed, "Move sessions to Redis", day=1, decisions=(Decision("sessions in Redis"),)
    )
    new = remember(
        committed, "Move sessions back to Postgres", day=2, decisions=(Decision("in Postgres"),)
    )

    (fold,) = plan(committed.repo, ENCODER).folds
    assert [part.memory for part in fold.parts] == [new, old]

    apply(committed.repo, [fold])

    ids = found(committed, "sessions")
    assert fold.into.id in ids
    assert old.id not in ids


def test_what_only_reads_like_it_is_not_linked(committed: GitDriver) -> None:
    remember(committed, "Move sessions to Redis", day=1)
    committed.commit("Other work", file="something else\n")
    remember(committed, "Move sessions back to Postgres", day=2)

    assert plan(committed.repo, ENCODER).folds == ()


def test_of_a_chain_the_last_supersedes_all(committed: GitDriver) -> None:
    chain = [remember(committed, f"Keep the logs for {n} days", day=n) for n in range(2, 5)]

    (fold,) = plan(committed.repo, ENCODER).folds

    assert [part.memory for part in fold.parts] == chain[::-1]


def test_what_was_only_fixed_is_not_hidden(committed: GitDriver) -> None:
    old = remember(committed, "Keep sessions in Redis", day=1)
    remember(committed, f"Keep sessions in Redis alive\n\nFixes: {old.provenance.commit}", day=2)

    assert plan(committed.repo, ENCODER).folds == ()


def test_the_command_shows_does_and_takes_back(
    twice: tuple[GitDriver, Memory, Memory],
) -> None:
    git, old, new = twice
    shown = gitmem(git, "curate")
    assert shown.returncode == 0, shown.stderr
    assert "2 of 3 memories would be folded into 1" in shown.stdout
    assert old.id[:9] in shown.stdout
    assert found(git, "retry uploads") >= {old.id, new.id}

    done = json.loads(gitmem(git, "curate", "--apply", "--json").stdout)
    assert done["written"] == 1
    assert "1 folds undone" in gitmem(git, "curate", "--undo").stdout
    assert "no folds to undo" in gitmem(git, "curate", "--undo").stdout
    assert gitmem(git, "curate", "--undo", "--apply").returncode == 2


def test_nothing_to_do_is_said(committed: GitDriver) -> None:
    assert "0 memories looked at" in gitmem(committed, "curate").stdout


def test_the_model_can_only_keep_apart(twice: tuple[GitDriver, Memory, Memory]) -> None:
    git, _, _ = twice

    def asked(verdict: str, *options: str) -> tuple[str, list[dict[str, object]]]:
        with api([Answer(verdict)]) as served:
            git.environ |= {"ANTHROPIC_API_KEY": "test-key", "ANTHROPIC_BASE_URL": served.url}
            done = gitmem(git, "curate", "--judge", *options)
            assert done.returncode == 0, done.stderr
            return done.stdout, served.requests

    said, requests = asked('{"same": []}', "--apart")
    assert "apart (the model keeps them apart)" in said
    assert "no two say the same thing" in said
    assert len(requests) == 1

    said, _ = asked('{"same": [1]}')
    assert "2 of 3 memories would be folded" in said


def test_without_a_key_no_model_is_asked(twice: tuple[GitDriver, Memory, Memory]) -> None:
    git, _, _ = twice
    done = gitmem(git, "curate", "--judge")

    assert done.returncode == 31
    assert "ANTHROPIC_API_KEY" in done.stderr
