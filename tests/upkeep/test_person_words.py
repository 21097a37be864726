"""What people say about memories: edited, forgotten, pinned, wrong; and that clones agree."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.memories import live_memories
from gitmem.index.person_words import pinned_ids
from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import Note, merge_notes, note_of
from gitmem.notes.codec import document_of, parse_note, render_note, tombstone_document
from gitmem.upkeep.pin import pin_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver

SECRET = "ghp_" + "a1B2" * 9


def ids_in_log(git: GitDriver) -> list[str]:
    lines = gitmem(git, "log", "--oneline").stdout.splitlines()
    return [line.rpartition("(")[2].rstrip(")") for line in lines]


def remember(git: GitDriver, text: str) -> str:
    done = gitmem(git, "remember", "-m", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1].rstrip(":,")


def edited(git: GitDriver, name: str, text: str) -> str:
    done = gitmem(git, "edit", name, "--file", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("kept ")[1][:12]


def test_what_a_person_remembers_is_signed_by_the_person(committed: GitDriver) -> None:
    gitmem(committed, "remember", "-m", "Say cents", "-m", "The till rounds.", "--kind", "gotcha")

    told = gitmem(committed, "show", "HEAD").stdout
    assert "gotcha: Say cents" in told
    assert "The till rounds." in told
    assert "person/1" in told
    assert "agent" not in told


def test_an_edit_supersedes_and_can_be_undone(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    new = edited(committed, old, "kind: note\ntitle: use blanks\nx-mine: kept\n")

    assert ids_in_log(committed) == [new[:9]]
    assert "x-mine" in gitmem(committed, "show", new).stdout

    gitmem(committed, "edit", "--undo", new)
    assert ids_in_log(committed) == [old[:9]]


def test_a_secret_in_an_edit_is_masked(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    done = gitmem(committed, "edit", old, "--file", "-", stdin=f"kind: note\ntitle: key {SECRET}\n")

    assert "masked" in done.stdout
    assert SECRET.encode() not in committed.run("log", "-p", "refs/notes/claude-mem").stdout


def test_a_broken_edit_changes_nothing(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    done = gitmem(committed, "edit", old, "--file", "-", stdin="title: [\n")

    assert done.returncode == 2
    assert ids_in_log(committed) == [old[:9]]


def test_what_is_wrong_is_told_nowhere_until_that_is_undone(committed: GitDriver) -> None:
    old = remember(committed, "use quokka tabs")
    gitmem(committed, "wrong", old, "-m", "Blanks are right")

    log, found = gitmem(committed, "log").stdout, gitmem(committed, "search", "quokka").stdout
    assert "Blanks are right" in log
    assert "quokka" not in log + found
    assert "Wrong:" in gitmem(committed, "show", old).stdout

    gitmem(committed, "wrong", "--undo", old)
    assert ids_in_log(committed) == [old[:9]]


def test_a_forgotten_memory_comes_back_without_rewriting_history(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    tip = committed.run("rev-parse", "refs/notes/claude-mem").stdout.decode().strip()
    gitmem(committed, "forget", old)

    assert ids_in_log(committed) == []
    committed.run("merge-base", "--is-ancestor", tip, "refs/notes/claude-mem")
    assert "is back" in gitmem(committed, "restore", old).stdout
    assert "use tabs" in gitmem(committed, "log").stdout


def test_a_pin_follows_an_edit_and_is_taken_off(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    gitmem(committed, "pin", old)
    new = edited(committed, old, "kind: note\ntitle: use blanks\n")

    assert "Pinned:" in gitmem(committed, "show", new).stdout
    gitmem(committed, "unpin", new)
    assert "Pinned:" not in gitmem(committed, "show", new).stdout


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("never rename it", "never rename it"),
        ("fix: retry on 429", "fix: retry on 429"),
        ("why: it is served\r\nby a proxy", "why: it is served"),
        ("- one\n- two", "- one"),
    ],
)
def test_plain_words_are_a_memory(words: str, title: str) -> None:
    (document,) = parse_note(words.encode()).documents

    assert document.memory is not None
    assert (document.memory.kind, document.memory.title) == ("note", title)


@pytest.mark.parametrize(
    "words",
    ["kind: bugfix\ntitle: [", "<<<<<<< HEAD\nab", "{broken", "ab\0cd", "schema: 1\nwords", "12"],
)
def test_garbage_stays_foreign(words: str) -> None:
    (document,) = parse_note(words.encode()).documents

    assert document.memory is None
    assert document.problem


def test_words_appended_behind_a_tombstone_are_found(committed: GitDriver) -> None:
    gitmem(committed, "forget", remember(committed, "use tabs"))
    committed.run("notes", "--ref", "claude-mem", "append", "-m", "remember: it is served")

    told = gitmem(committed, "log").stdout
    assert "remember: it is served" in told
    assert "unreadable" not in told


OLD = Memory("change", "old", provenance=Provenance(time="2026-01-01T00:00:00Z"))
MADE = Memory("change", "made again", supersedes=(OLD.id,))
MINE = Memory("change", "mine", supersedes=(OLD.id,), provenance=Provenance(compressor="person/1"))
WRONG = Memory(
    "correction",
    "no",
    supersedes=(OLD.id,),
    corrects=(OLD.id,),
    provenance=Provenance(compressor="person/1"),
)
PIN = pin_of(OLD.id, "Ada", "2026-01-02T00:00:00Z")
DOCUMENTS = [
    *(document_of(memory) for memory in (OLD, MADE, MINE, WRONG)),
    *(tombstone_document(stone) for stone in (PIN, Tombstone(PIN.id, "2026-01-03"))),
    *(tombstone_document(Tombstone(m.id, "2026-01-04")) for m in (WRONG, MINE)),
]


def told(note: Note) -> tuple[set[str], set[str]]:
    index = Index.in_memory()
    index.rebuild([("a" * 40, note)], "b" * 40)
    live = {stored.memory.title for stored in live_memories(index)}
    return live, pinned_ids(index)


@given(st.lists(st.sets(st.sampled_from(range(len(DOCUMENTS)))), min_size=3, max_size=3))
def test_clones_that_say_opposite_things_agree(sides: list[set[int]]) -> None:
    notes = [note_of(DOCUMENTS[number] for number in side) for side in sides]
    joined = [merge_notes(*order) for order in permutations(notes)]

    assert len({render_note(note) for note in joined}) == 1
    assert len({str(told(parse_note(render_note(note)))) for note in joined[:1]}) == 1


@pytest.mark.parametrize(
    ("numbers", "live", "is_pinned"),
    [
        ({0, 1}, {"made again"}, False),
        ({0, 1, 2}, {"mine"}, False),
        ({0, 1, 3}, {"no"}, False),
        ({0, 1, 2, 3}, {"mine", "no"}, False),
        ({0, 1, 3, 6}, {"made again"}, False),
        ({0, 4}, {"old"}, True),
        ({0, 4, 5}, {"old"}, False),
        ({0, 2, 7}, {"old"}, False),
    ],
)
def test_who_outranks_whom(numbers: set[int], live: set[str], *, is_pinned: bool) -> None:
    assert told(note_of(DOCUMENTS[number] for number in numbers)) == (
        live,
        {OLD.id} if is_pinned else set(),
    )


def test_two_clones_converge(committed: GitDriver, tmp_path: Path) -> None:
    old = remember(committed, "use tabs")
    other = committed.clone(tmp_path / "other")
    other.run("fetch", str(committed.path), "refs/notes/claude-mem:refs/notes/claude-mem")
    gitmem(committed, "wrong", old, "-m", "no")
    edited(other, old, "kind: note\ntitle: use blanks\n")
    for one, another in ((committed, other), (other, committed)):
        one.run("fetch", str(another.path), "+refs/notes/claude-mem:refs/notes/x")
    for one in (committed, other):
        one.run("notes", "--ref", "claude-mem", "merge", "-s", "union", "refs/notes/x")

    assert sorted(ids_in_log(committed)) == sorted(ids_in_log(other))
    assert "use tabs" not in gitmem(committed, "log").stdout
