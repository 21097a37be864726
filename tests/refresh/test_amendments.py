from __future__ import annotations

import shutil
from contextlib import closing
from itertools import permutations

import pytest

from gitmem.git import pipe
from gitmem.index.commits import note_numbers
from gitmem.index.memories import live_memories
from gitmem.model.amendment import Amendment
from gitmem.model.memory import Memory, Provenance
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import recall
from gitmem.refresh.amendments import HeldMemory, amendments_among
from gitmem.refresh.refresh import refresh
from tests.support.amendments import ALIKE, AMENDED, commit_pairs
from tests.support.git import GitDriver

REDIS, POSTGRES = "Store sessions in Redis", "Move sessions back to Postgres"


def remember(git: GitDriver, title: str, body: str = "", **files: str) -> Memory:
    """A commit with a memory that has its title and time."""
    commit = git.commit(f"{title}\n\n{body}", **files)
    time = git.out("log", "-1", "--format=%ad", "--date=format:%Y-%m-%dT%H:%M:%SZ")
    memory = Memory("change", title, provenance=Provenance(commit=commit, time=time))
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: one")
    return memory


def amended(git: GitDriver) -> dict[str, tuple[str, str]]:
    """By the title of what is amended the title of its amendment, and in which way."""
    with closing(refresh(git.repo)) as index:
        stored = list(live_memories(index))
        notes = note_numbers(index, [one.commit for one in stored])
        held = [HeldMemory(one.memory, one.commit, notes[one.commit]) for one in stored]
        found = amendments_among(git.repo, index, held)
        again = amendments_among(git.repo, index, held)
    assert found == again, "what the index kept is what git said"
    return {
        held[older].memory.title: (held[newer].memory.title, how.value)
        for older, (newer, how) in found.items()
    }


def test_a_commit_amends_another_whose_lines_it_rewrites_when_it_says_otherwise(
    committed: GitDriver,
) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, POSTGRES, a="sessions = postgres\n")

    assert amended(committed) == {REDIS: (POSTGRES, "amended by")}


def test_a_commit_that_touches_no_line_of_the_other_amends_nothing(committed: GitDriver) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, POSTGRES, a="sessions = redis\n" + "more = lines_of_its_own\n" * 9)

    assert amended(committed) == {}


def test_a_commit_that_rewrites_lines_and_says_nothing_else_amends_nothing(
    committed: GitDriver,
) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, "Name the session store", a="sessions = store(redis)\n")
    remember(committed, "Log when sessions are not in Redis", a="sessions = log(redis)\n")

    assert amended(committed) == {}


def test_the_lines_of_one_of_a_commits_memories_are_not_taken_away_by_another(
    committed: GitDriver,
) -> None:
    old = remember(committed, REDIS, a="sessions = redis\n")
    later = Provenance(commit=old.provenance.commit, time="2030-01-01T00:00:00Z")
    both = [
        Memory("change", POSTGRES, provenance=later),
        Memory("change", f"Revert {old.id}", provenance=later),
    ]
    NoteStore(committed.repo).add(
        {old.provenance.commit: [document_of(memory) for memory in both]}, "notes: two"
    )

    assert amended(committed) == {}


def test_a_commit_that_is_named_is_amended_whatever_is_said(committed: GitDriver) -> None:
    one = remember(committed, REDIS, a="sessions = redis\n")
    two = remember(committed, "Cache avatars", b="avatars = cached\n")
    remember(committed, "Speed up login", f"This reverts commit {one.provenance.commit}.", c="1\n")
    remember(committed, "Mend avatars", f"Fixes: {two.provenance.commit[:12]}", c="2\n")
    remember(committed, "Look again", f"See {two.provenance.commit}.", c="3\n")

    assert amended(committed) == {
        REDIS: ("Speed up login", "reverted by"),
        "Cache avatars": ("Mend avatars", "fixed by"),
    }


def test_a_memory_that_is_named_by_its_id_is_amended(committed: GitDriver) -> None:
    old = remember(committed, "Cache avatars", a="1\n")
    remember(committed, f"Another cache supersedes {old.id}", b="2\n")
    remember(committed, f"As in {old.id}", b="3\n")

    assert amended(committed) == {
        "Cache avatars": (f"Another cache supersedes {old.id}", "amended by")
    }


def test_what_a_revert_took_away_and_another_brought_back_holds_again(
    committed: GitDriver,
) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, f'Revert "{REDIS}"', a="sessions = none\n")
    revert = f'Revert "{REDIS}"'
    assert amended(committed) == {REDIS: (revert, "reverted by")}

    remember(committed, f'Revert "{revert}"', a="sessions = redis\n")

    assert amended(committed) == {revert: (f'Revert "{revert}"', "reverted by")}


def test_pending_work_amends_only_what_it_names(committed: GitDriver) -> None:
    old = remember(committed, REDIS, a="sessions = redis\n")
    later = Provenance(time="2030-01-01T00:00:00Z")
    waiting = [
        HeldMemory(Memory("change", POSTGRES, provenance=later)),
        HeldMemory(Memory("change", f"This reverts {old.id}", provenance=later)),
    ]
    with closing(refresh(committed.repo)) as index:
        (stored,) = live_memories(index)
        notes = note_numbers(index, [stored.commit])
        held = [HeldMemory(old, stored.commit, notes[stored.commit]), *waiting]

        assert amendments_among(committed.repo, index, held) == {0: (2, Amendment.REVERTED)}
        assert amendments_among(committed.repo, index, held[:2]) == {}


def test_the_order_in_which_memories_are_given_changes_nothing(committed: GitDriver) -> None:
    for number in (2, 3, 4):
        remember(committed, f"Keep the logs for {number} days", a=f"keep_logs = {number} * day\n")
    with closing(refresh(committed.repo)) as index:
        stored = list(live_memories(index))
        notes = note_numbers(index, [one.commit for one in stored])
        held = [HeldMemory(one.memory, one.commit, notes[one.commit]) for one in stored]
        told = set()
        for order in permutations(held):
            found = amendments_among(committed.repo, index, order)
            assert all(
                order[newer].memory.provenance.time > order[older].memory.provenance.time
                for older, (newer, _) in found.items()
            ), "nothing amends itself or what came later, so there is no circle"
            told.add(frozenset((order[a].note, order[b].note) for a, (b, _) in found.items()))

    assert len(told) == 1
    assert len(*told) == 2


def test_git_is_asked_once(committed: GitDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, POSTGRES, a="sessions = postgres\n")
    assert amended(committed)

    monkeypatch.setattr(pipe, "git_command", lambda *_: pytest.fail("git was asked again"))
    monkeypatch.setattr(
        "gitmem.git.rewritten_lines.try_git", lambda *_, **__: pytest.fail("git was asked again")
    )

    assert list(amended(committed)) == [REDIS]


def test_a_search_puts_the_amendment_first_and_marks_the_other(committed: GitDriver) -> None:
    old = remember(committed, REDIS, a="sessions = redis\n")
    new = remember(committed, POSTGRES, a="sessions = postgres\n")
    refresh(committed.repo).close()

    plain = recall(committed.repo, Query("where to store sessions"))
    asked_by_name = recall(committed.repo, Query("redis"))

    assert [hit.memory.id for hit in plain] == [new.id, old.id]
    assert [r.text for r in plain[1].reasons if r.name == "superseded"] == [
        f"amended by {new.id[:8]}"
    ]
    assert asked_by_name[0].memory.id == old.id, "only the older one has the word"


def test_a_deleted_index_changes_no_answer(committed: GitDriver) -> None:
    remember(committed, REDIS, a="sessions = redis\n")
    remember(committed, POSTGRES, a="sessions = postgres\n")
    before = amended(committed)
    shutil.rmtree(committed.path / ".git" / "gitmem" / "index")

    assert amended(committed) == before != {}


@pytest.mark.parametrize("is_rewritten", [True, False])
def test_of_made_pairs_words_alone_mark_none(git: GitDriver, is_rewritten: bool) -> None:
    """However they are worded: who touches no line of the other, and does not name it, amends
    nothing; and who rewrites its line amends it only if it says otherwise.
    """
    pairs = (*AMENDED, *ALIKE)
    commits = commit_pairs(git, pairs, is_rewritten=is_rewritten)
    titles = [pair.older[0] for pair in pairs] + [pair.newer[0] for pair in pairs]
    made = [
        Memory("decision", title, provenance=Provenance(commit=c, time=f"{2000 + n}-01-01T00:00Z"))
        for n, (title, c) in enumerate(zip(titles, commits, strict=True))
    ]
    NoteStore(git.repo).add({m.provenance.commit: [document_of(m)] for m in made}, "notes: pairs")
    with closing(refresh(git.repo)) as index:
        notes = note_numbers(index, commits)
        held = [HeldMemory(m, m.provenance.commit, notes[m.provenance.commit]) for m in made]
        found = amendments_among(git.repo, index, held, seconds=60)

    told = {(older, newer) for older, (newer, _) in found.items()}
    revert = next(n for n, pair in enumerate(pairs) if pair.newer[0].startswith("Revert"))
    own = {(n, n + len(pairs)) for n in range(len(AMENDED))}
    if is_rewritten:
        assert told <= own, "never one of another pair, never a look-alike"
        assert len(told) > 0.8 * len(own)
    else:
        assert told == {(revert, revert + len(pairs))}
