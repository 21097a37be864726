from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.amendment import Amendment, mentions_in, reverted_title

COMMIT = "3f2a1bc09e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b"
SHORT = COMMIT[:9]


def told(text: str) -> list[tuple[str, str]]:
    return [(mention.name, mention.how.value) for mention in mentions_in(text)]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (f"This reverts commit {COMMIT}.", "reverted by"),
        (f"This reverts commit\n{COMMIT}", "reverted by"),
        (f"Revert the changes made in {SHORT}", "reverted by"),
        (f"Undo {SHORT}: it broke the build", "reverted by"),
        (f"Backs out {SHORT}", "reverted by"),
        (f'Reverts "Add a cache" ({SHORT})', "reverted by"),
        (f"It supersedes memory m{COMMIT[:20]}", "amended by"),
        (f"Amends: {COMMIT}", "amended by"),
        (f"Replaces {SHORT}", "amended by"),
        (f'Fixes: {SHORT} ("Add a cache")', "fixed by"),
        (f"Fix for {SHORT}", "fixed by"),
        (f"fixup {SHORT}", "fixed by"),
        (f"A regression from {SHORT}", "fixed by"),
        (f"The crash was introduced in commit {SHORT}", "fixed by"),
        (f"Broken since {SHORT}", "fixed by"),
        (f"{SHORT} accidentally removed the lock", "fixed by"),
        (f"Commit {SHORT} introduced a memory leak", "fixed by"),
        (f"Partially revert {SHORT}", "fixed by"),
        (f"Mostly reverts {SHORT} (#12)", "fixed by"),
        (f"This reverts parts of commit {SHORT}", "fixed by"),
    ],
)
def test_what_is_done_to_a_named_commit_amends_it(text: str, how: str) -> None:
    ((name, found),) = told(text)

    assert found == how
    assert name.removeprefix("m") in COMMIT


@pytest.mark.parametrize(
    "text",
    [
        f"See {SHORT}",
        f"As in {SHORT}, keep the order",
        f"Follow-up to {SHORT}",
        f"(cherry picked from commit {COMMIT})",
        f"Backport of {SHORT}",
        f"Use the helper introduced in {SHORT}",
        f"This was fixed in {SHORT}",
        f"It was reverted by {SHORT}",
        f"Do it without reverting {SHORT}",
        f"Instead of reverting commit {SHORT}, guard the call",
        f"We should revert {SHORT} one day",
        f"This does not revert {SHORT}",
        f"This fixes the crash. See {SHORT}",
        f"It was broken in {SHORT} and then fixed in 1{SHORT}",
        f"Merge commit '{SHORT}'",
        "Fixes #1234567890a/b",
        "fix the facade",
    ],
)
def test_a_mere_mention_amends_nothing(text: str) -> None:
    assert told(text) == []


def test_of_a_reverted_merge_what_it_was_merged_into_is_not_reverted() -> None:
    text = f"This reverts commit {COMMIT}, reversing\nchanges made to {'4' * 39}a."

    assert told(text) == [(COMMIT, "reverted by")]


def test_a_list_of_commits_shares_the_verb() -> None:
    names = [f"{n}f2a1bc09" for n in range(3)]

    assert told(f"This reverts commits {names[0]}, {names[1]}\nand {names[2]}.") == [
        (name, "reverted by") for name in names
    ]
    assert told(f"This reverts {names[0]}. Like {names[1]} it is slow.") == [
        (names[0], "reverted by")
    ]


@pytest.mark.parametrize(
    ("message", "subject", "number"),
    [
        ('Revert "Load images lazily"', "load images lazily", ""),
        ('Revert "Load images lazily (#12)" (#13)', "load images lazily", ""),
        ('Revert "Revert "Load images lazily""', 'revert "load images lazily"', ""),
        ('Revert "Load images lazily"\n\nReverts ada/page#12', "load images lazily", "12"),
        ("revert: feat: load images lazily", "feat: load images lazily", ""),
        ("Revert #12", "#12", "12"),
        ("fix(net): revert PR #12", "pr #12", "12"),
    ],
)
def test_a_revert_by_title_or_number_is_understood(message: str, subject: str, number: str) -> None:
    found = reverted_title(message)

    assert found is not None
    assert found.subject.casefold() == subject
    assert found.number == number


@pytest.mark.parametrize("message", ["", "Load images", "Reversible lists", "Do not revert it"])
def test_other_subjects_revert_nothing(message: str) -> None:
    assert reverted_title(message) is None


@given(st.text(st.sampled_from("abcdef0123456789 \n.,\"revtsfixoncm#'"), max_size=300))
def test_whatever_stands_there_only_names_that_stand_there_are_told(text: str) -> None:
    for mention in mentions_in(text):
        assert mention.name in text
        assert len(mention.name.removeprefix("m")) >= 7
        assert mention.how in Amendment
