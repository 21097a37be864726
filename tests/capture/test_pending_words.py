"""What a person said about pending work is written beside what the commit makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmem.capture.pending_words import documents_of_words
from gitmem.model.memory import Citation, Memory, Provenance
from gitmem.model.note import PIN, Document
from gitmem.state.pending_words import EDITED, FORGOTTEN, WRONG, PendingWord, PendingWords
from tests.support.git import GitDriver

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
ORIGIN = Provenance(
    commit="a" * 40, session=SESSION, records=(3, 9), tokens_in=7, author="Ann", time="2026-11-29"
)
MADE = (
    Memory("feature", "add tabs", files_changed=("a.py",), provenance=ORIGIN),
    Memory("decision", "tabs are wide", provenance=ORIGIN),
)
SAID = Memory(
    "feature",
    "add blanks",
    files_changed=("old.py",),
    citations=(Citation("why", (4,), "add tabs"),),
    provenance=replace(ORIGIN, author="Bea", compressor="person/1"),
)


def said_about(git: GitDriver, word: PendingWord) -> list[Document]:
    PendingWords(git.repo).put(word)
    return list(documents_of_words(git.repo, MADE))


def test_where_nothing_was_said_nothing_is_written(committed: GitDriver) -> None:
    other = PendingWord("another-session", "m1", FORGOTTEN)

    assert said_about(committed, other) == []


def test_what_was_forgotten_is_forgotten_in_all_that_the_commit_made(committed: GitDriver) -> None:
    stones = [d.tombstone for d in said_about(committed, PendingWord(SESSION, "m1", FORGOTTEN))]

    assert [stone and stone.id for stone in stones] == [memory.id for memory in MADE]
    assert all(stone and stone.extra["records"] == [3, 9] for stone in stones)


@pytest.mark.parametrize("how", [EDITED, WRONG])
def test_a_persons_words_take_the_place_of_all_of_them(committed: GitDriver, how: str) -> None:
    (document,) = said_about(committed, PendingWord(SESSION, "m1", how, SAID))

    told = document.memory
    assert told is not None
    assert told.title == "add blanks"
    assert {memory.id for memory in MADE} <= set(told.supersedes)
    assert set(told.corrects) == ({memory.id for memory in MADE} if how == WRONG else set())
    assert told.files_changed == ("a.py",)  # of the commit, not of what was pending
    assert told.citations == ()
    assert (told.provenance.author, told.provenance.compressor) == ("Bea", "person/1")
    assert (told.provenance.commit, told.provenance.tokens_in) == ("a" * 40, 0)


def test_a_pin_holds_for_what_is_told(committed: GitDriver) -> None:
    plain = said_about(committed, PendingWord(SESSION, "m1", is_pinned=True))
    both = said_about(committed, PendingWord(SESSION, "m1", EDITED, SAID, is_pinned=True))

    (pin,) = [d.tombstone for d in plain]
    assert pin is not None
    assert (pin.forgotten, pin.extra["pins"]) == (PIN, MADE[0].id)
    told, pinned = both
    assert told.memory is not None
    assert pinned.tombstone is not None
    assert pinned.tombstone.extra["pins"] == told.memory.id


def test_what_the_commit_took_as_it_was_edited_is_not_written_twice(committed: GitDriver) -> None:
    PendingWords(committed.repo).put(PendingWord(SESSION, "m1", EDITED, SAID))
    taken = [replace(memory, supersedes=(SAID.id,)) for memory in MADE]

    assert list(documents_of_words(committed.repo, taken)) == []
