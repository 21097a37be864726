from __future__ import annotations

import pytest

from gitmem.compress.writer_name import (
    early_mark,
    is_by,
    is_named_in,
    is_stand_in,
    judged_mark,
    replacement_mark,
    stand_in_mark,
    writer_of,
)


def test_a_stand_in_is_the_offline_one_after_a_model() -> None:
    once = stand_in_mark("extractive/1", "anthropic/1")
    twice = stand_in_mark(once, "claude-cli/1")

    assert twice == "extractive/1 after anthropic/1 after claude-cli/1"
    assert is_stand_in(once)
    assert is_stand_in(twice)
    assert is_stand_in(early_mark("extractive/1", "anthropic/1"))
    assert not is_stand_in("extractive/1")
    assert not is_stand_in(stand_in_mark("anthropic/1", "claude-cli/1"))
    assert not is_stand_in(judged_mark(twice, "anthropic/1"))


@pytest.mark.parametrize(
    "mark",
    ["a/1", "a/1 after b/1", "a/1 after b/1 after c/1", "a/1 before b/1", "a/1 kept by b/1"],
)
def test_every_mark_tells_its_writer_and_who_took_part(mark: str) -> None:
    assert writer_of(mark) == "a/1"
    assert all(is_named_in(name, mark) == (name in mark) for name in ("a/1", "b/1", "c/1"))
    assert not is_named_in("a", mark)


@pytest.mark.parametrize("asked", ["extractive", "extractive/1", "extractive/1 after anthropic/1"])
def test_a_person_may_name_a_mark_by_its_writer(asked: str) -> None:
    assert is_by("extractive/1 after anthropic/1", asked)
    assert not is_by("anthropic/1 after extractive/1", asked)
    assert not is_by("extractive/10", "extractive/1")


def test_a_newer_stand_in_stays_one() -> None:
    old = "extractive/1 after anthropic/1"

    assert replacement_mark("extractive/2", old) == "extractive/2 after anthropic/1"
    assert replacement_mark("anthropic/1", old) == "anthropic/1"
    assert replacement_mark("extractive/2", "extractive/1") == "extractive/2"
