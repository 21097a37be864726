"""Which memory a name means, and what is said of a name that means none."""

from __future__ import annotations

from contextlib import closing

import pytest

from gitmem.errors import UnknownMemory
from gitmem.model.memory import Memory, Provenance
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.pending_words import FORGOTTEN, PendingWord, PendingWords
from gitmem.upkeep.find_memory import FoundMemory, find_memories, find_memory
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def remember(git: GitDriver, text: str) -> str:
    done = gitmem(git, "remember", "-m", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1].rstrip(":,")


def find(git: GitDriver, name: str) -> FoundMemory:
    with closing(refresh(git.repo)) as index:
        return find_memory(git.repo, index, name)


def refusal(git: GitDriver, name: str) -> str:
    with pytest.raises(UnknownMemory) as caught:
        find(git, name)
    return f"{caught.value.message} {caught.value.hint}"


def test_an_id_its_beginning_and_the_commit_mean_the_memory(committed: GitDriver) -> None:
    name = remember(committed, "use tabs")
    head = committed.out("rev-parse", "HEAD")

    for said in (name, name[:6], f" {name} ", "HEAD", head[:8]):
        found = find(committed, said)
        assert (found.memory.title, found.commits) == ("use tabs", (head,))


def test_the_same_memory_named_twice_is_one(committed: GitDriver) -> None:
    name = remember(committed, "use tabs")

    with closing(refresh(committed.repo)) as index:
        found = find_memories(committed.repo, index, [name, "HEAD", name[:5]])

    assert [one.memory.title for one in found] == ["use tabs"]


def test_of_several_memories_of_a_commit_one_must_be_named(committed: GitDriver) -> None:
    ids = [remember(committed, "use tabs"), remember(committed, "never use tabs in YAML")]

    told = refusal(committed, "HEAD")

    assert "has several memories" in told
    assert all(name[:9] in told for name in ids)


def test_what_names_nothing_is_told_apart(committed: GitDriver) -> None:
    head = committed.out("rev-parse", "HEAD")

    assert "too short" in refusal(committed, "ma")
    assert "names neither" in refusal(committed, "m12345")
    assert "names neither" in refusal(committed, "no such\x1b[31m thing")
    assert f"nothing is remembered about commit '{head[:10]}'" in refusal(committed, "HEAD")


def test_the_id_of_what_was_edited_means_what_is_there_now(committed: GitDriver) -> None:
    old = remember(committed, "use tabs")
    done = gitmem(committed, "edit", old, "--file", "-", stdin="kind: note\ntitle: use blanks\n")
    assert done.returncode == 0

    assert {find(committed, old).memory.title} <= {"use tabs", "use blanks"}
    assert find(committed, "HEAD").memory.title == "use blanks"


def test_pending_work_is_found_by_what_it_was_and_by_what_was_said(committed: GitDriver) -> None:
    gitmem(committed, "init", "--no-mcp")
    memory = Memory("session", "half done", provenance=Provenance(session="s1"))
    PendingStore(committed.repo).put(Pending(memory, str(committed.path)))
    (pending,) = PendingStore(committed.repo).as_written()

    assert find(committed, memory.id[:8]).pending == pending

    PendingWords(committed.repo).put(PendingWord(pending.key, memory.id, FORGOTTEN))
    found = find(committed, memory.id[:8])
    assert found.word is not None
    assert found.word.how == FORGOTTEN


def test_the_beginning_of_two_pending_memories_is_no_name(committed: GitDriver) -> None:
    gitmem(committed, "init", "--no-mcp")
    by_beginning: dict[str, Memory] = {}
    for number in range(5_000):
        memory = Memory("session", f"work {number}", provenance=Provenance(session=f"s{number}"))
        other = by_beginning.setdefault(memory.id[:4], memory)
        if other is not memory:
            break
    for one in (memory, other):
        PendingStore(committed.repo).put(Pending(one, str(committed.path)))

    assert "several" in refusal(committed, memory.id[:4])
    assert find(committed, memory.id).memory.title == memory.title
