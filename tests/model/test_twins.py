from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.memory import Memory, Provenance
from gitmem.model.twins import ToldWork, without_twins

A, B = "a" * 40, "b" * 40
ORIGIN = Provenance(
    commit=A,
    patch_id="1" * 40,
    author="Ada <ada@example.com>",
    time="2026-01-01T00:00:00Z",
    compressor="history/3",
)
FIRST = Memory("bugfix", "retry uploads", provenance=ORIGIN)


def other(title: str = "something else", **origin: object) -> Memory:
    """A memory of another commit, which has nothing in common with the first."""
    bare = Provenance(commit=B, author="Bob <b@example.com>", time="2026-02-01T00:00:00Z")
    changed = replace(bare, compressor="history/3", **origin)  # type: ignore[arg-type]
    return Memory("bugfix", title, provenance=changed)


@pytest.mark.parametrize(
    "twin",
    [
        other(patch_id=ORIGIN.patch_id),
        other(picked_from=(A,)),
        other("Retry uploads", author=ORIGIN.author, time=ORIGIN.time),
        other("[7.0.x] retry uploads (#12)", author=ORIGIN.author, time=ORIGIN.time),
    ],
)
def test_who_heard_of_one_has_heard_of_its_twin(twin: Memory) -> None:
    assert ToldWork([FIRST]).leaves_out(twin)
    assert ToldWork([twin]).leaves_out(FIRST)


def test_the_same_change_id_is_the_same_work() -> None:
    first = replace(FIRST, provenance=replace(ORIGIN, change_id="I1"))

    assert ToldWork([first]).leaves_out(other(change_id="I1"))


@pytest.mark.parametrize(
    "stranger",
    [
        other(),
        other("retry uploads"),
        other("another subject", author=ORIGIN.author, time=ORIGIN.time),
        other(picked_from=("c" * 40,)),
        replace(other(patch_id=ORIGIN.patch_id), title='Reapply "retry uploads"'),
        replace(other(patch_id=ORIGIN.patch_id), what=("Reverts cccccccccc",)),
        replace(other(patch_id=ORIGIN.patch_id), provenance=Provenance()),
    ],
)
def test_other_work_is_told(stranger: Memory) -> None:
    assert not ToldWork([FIRST]).leaves_out(stranger)


def test_two_memories_of_one_commit_are_no_twins() -> None:
    assert not ToldWork([FIRST]).leaves_out(replace(FIRST, title="another part"))


def test_what_a_session_left_is_always_told_and_first() -> None:
    session = replace(FIRST, provenance=replace(ORIGIN, commit=B, compressor="extractive/2"))

    assert not ToldWork([FIRST]).leaves_out(session)
    assert without_twins([(0, FIRST), (1, session)]) == {1}


def test_what_a_session_left_tells_its_own_commit_too() -> None:
    session = replace(FIRST, provenance=replace(ORIGIN, compressor="extractive/2"))

    assert without_twins([(0, FIRST), (1, session)]) == {1}


def test_a_chain_of_picks_is_told_once() -> None:
    second, third = other(picked_from=(A,)), other("third", commit="c" * 40, picked_from=(B,))

    assert without_twins([(0, FIRST), (1, second)]) == {0}
    assert without_twins([(0, second), (1, third), (2, FIRST)]) == {0}


MANY = st.lists(
    st.builds(
        lambda commit, patch, history: replace(
            FIRST,
            provenance=replace(
                ORIGIN,
                commit=commit * 40,
                patch_id=patch,
                time="",
                compressor="history/3" if history else "extractive/2",
            ),
        ),
        st.sampled_from("abcdef"),
        st.sampled_from(["", "1", "2", "3"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(MANY)
def test_each_work_is_told_once_and_none_is_lost(found: list[Memory]) -> None:
    left = without_twins(enumerate(found))

    told = ToldWork(found[number] for number in left)
    assert all(number in left or told.leaves_out(memory) for number, memory in enumerate(found))
    commits: dict[str, set[str]] = {}
    for number in left:
        origin = found[number].provenance
        if origin.is_of_history and origin.patch_id:
            commits.setdefault(origin.patch_id, set()).add(origin.commit)
    assert all(len(same) == 1 for same in commits.values())
