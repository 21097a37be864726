from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace

import pytest

from gitmem.capture.agent_note import (
    MAX_PENDING_NOTES,
    MAX_TEXT,
    WRITER,
    AgentNote,
    write_agent_note,
)
from gitmem.capture.settle_pending import end_session, settle_ended_sessions, settle_pending
from gitmem.errors import BareRepository, GitmemError, UnknownMemory, UsageError
from gitmem.model.memory import Memory
from gitmem.recall.log import find_entry
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import PendingStore
from tests.support.capture import commit_of, memories_on, remembered, session_in
from tests.support.git import GitDriver
from tests.support.session import SESSION

NOTE = AgentNote("Prices are cents\nFloats cannot hold 0.1 exactly.", kind="decision")


def waiting(git: GitDriver) -> list[Memory]:
    return [pending.memory for pending in PendingStore(git.repo).newest_first()]


def noted(git: GitDriver, **given: object) -> Memory:
    note = replace(NOTE, **given)  # type: ignore[arg-type]
    return write_agent_note(git.repo, note, git.path, now=float(git.now))


def test_a_note_is_pending_and_says_who_wrote_it(committed: GitDriver) -> None:
    memory = noted(committed, concepts=("money",), agent="claude-code")

    assert waiting(committed) == [memory]
    assert (memory.kind, memory.title) == ("decision", "Prices are cents")
    assert memory.why == "Floats cannot hold 0.1 exactly."
    assert memory.provenance.compressor == WRITER
    assert memory.provenance.agent == "claude-code"
    assert memory.provenance.branch == "main"


def test_a_title_of_its_own_leaves_the_text_whole(committed: GitDriver) -> None:
    memory = noted(committed, title="Cents")

    assert (memory.title, memory.why) == ("Cents", NOTE.text)


def test_the_same_note_twice_is_one(committed: GitDriver) -> None:
    noted(committed)
    committed.now += 60
    noted(committed)

    assert len(waiting(committed)) == 1


def test_secrets_are_masked_and_control_sequences_gone_before_anything_is_written(
    committed: GitDriver,
) -> None:
    secret = "sk-ant-api03-" + "Qx7" * 30 + "AA"
    noted(committed, text=f"The key is {secret}\x1b[31m red\nmore <private>of this</private>")

    files = [path for path in committed.repo.state_dir.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files)
    assert b"Qx7Qx7" not in written
    assert b"of this" not in written
    assert b"\\u001b" not in written
    assert b"\x1b" not in written
    assert b"[masked:" in written


def test_paths_are_the_repositorys_and_what_is_outside_or_excluded_is_left_out(
    committed: GitDriver,
) -> None:
    committed.run("config", "gitmem.exclude", "secret/")
    folder = committed.path / "src"
    folder.mkdir()
    files = ("price.py", "../README.md", "../../elsewhere", "../secret/x", str(folder / "a.py"))

    memory = write_agent_note(committed.repo, replace(NOTE, files=files), folder)

    assert memory.files_changed == ("src/price.py", "README.md", "src/a.py")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": "  \n"}, "nothing to remember"),
        ({"text": "x" * (MAX_TEXT + 1)}, "the limit is"),
        ({"kind": "poem"}, "not a kind of memory"),
        ({"files": ("f",) * 51}, "50 files"),
    ],
)
def test_what_cannot_be_kept_is_told(
    committed: GitDriver, given: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        noted(committed, **given)
    assert waiting(committed) == []


def test_notes_do_not_pile_up_without_end(committed: GitDriver) -> None:
    for number in range(MAX_PENDING_NOTES):
        noted(committed, text=f"number {number}")

    with pytest.raises(UsageError, match="wait for a commit"):
        noted(committed, text="one too many")
    noted(committed, text="number 1")  # which is there already


def test_where_gitmem_is_switched_off_nothing_is_kept(committed: GitDriver) -> None:
    committed.run("config", "gitmem.enabled", "false")

    with pytest.raises(GitmemError, match="switched off here"):
        noted(committed)
    assert waiting(committed) == []


def test_a_bare_repository_has_no_commits_to_come(remote: GitDriver) -> None:
    with pytest.raises(BareRepository):
        write_agent_note(remote.repo, NOTE, remote.path)


def test_the_next_commit_takes_a_note_along(committed: GitDriver) -> None:
    noted(committed)
    commit = committed.commit("by hand", **{"a.py": "x\n"})

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert (memory.title, memory.provenance.commit) == ("Prices are cents", commit)
    assert waiting(committed) == []


def test_a_note_goes_beside_what_the_session_tells(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").say("Cents then.").write("price.py")
    noted(committed, session=SESSION)
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    remembered(committed, commit, SESSION)

    writers = sorted(m.provenance.compressor for m in memories_on(committed, commit))
    assert len(writers) == 2
    assert WRITER in writers


def test_a_note_about_a_file_waits_for_a_commit_of_it(committed: GitDriver) -> None:
    noted(committed, files=("b.py",))
    first = committed.commit("a", **{"a.py": "x\n"})
    remembered(committed, first)
    assert memories_on(committed, first) == ()

    second = committed.commit("b", **{"b.py": "x\n"})
    remembered(committed, second)

    assert [m.files_changed for m in memories_on(committed, second)] == [("b.py",)]


def test_a_note_of_another_session_waits(committed: GitDriver) -> None:
    noted(committed, session="other")
    commit = committed.commit("a", **{"a.py": "x\n"})

    remembered(committed, commit, SESSION)

    assert memories_on(committed, commit) == ()
    assert len(waiting(committed)) == 1


def test_a_note_written_after_a_commit_is_not_of_it(committed: GitDriver) -> None:
    commit = committed.commit("a", **{"a.py": "x\n"})
    write_agent_note(committed.repo, NOTE, committed.path, now=committed.now + 600.0)

    remembered(committed, commit)

    assert memories_on(committed, commit) == ()


def test_notes_of_another_work_tree_wait_for_its_commits(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    noted(linked)

    commit = committed.commit("a", **{"a.py": "x\n"})
    remembered(committed, commit)

    assert memories_on(committed, commit) == ()


def test_when_its_session_ends_a_note_is_tied_to_head_as_what_it_is(committed: GitDriver) -> None:
    noted(committed, session=SESSION)
    noted(committed, session="other", text="Another session's")

    end_session(committed.repo, SESSION)

    assert settle_ended_sessions(committed.repo) == 1
    (memory,) = memories_on(committed, committed.out("rev-parse", "HEAD"))
    assert (memory.kind, memory.title) == ("decision", "Prices are cents")
    assert len(waiting(committed)) == 1


def test_uninstalling_keeps_notes(committed: GitDriver) -> None:
    noted(committed)

    assert settle_pending(committed.repo) == 1
    assert len(memories_on(committed, committed.out("rev-parse", "HEAD"))) == 1


def test_an_ended_sessions_own_memory_is_marked_with_its_notes(committed: GitDriver) -> None:
    noted(committed, session=SESSION, files=("a.py",))
    committed.write("a.py", "not committed\n")

    end_session(committed.repo, SESSION)
    settle_ended_sessions(committed.repo)

    assert len(waiting(committed)) == 1  # its file still waits for a commit
    assert os.listdir(committed.repo.state_dir / "pending")


def resolved(git: GitDriver, name: str) -> Memory:
    with closing(refresh(git.repo)):
        (memory,) = find_entry(git.repo, name).memories
    return memory


def test_the_id_that_was_handed_out_leads_to_what_became_of_the_note(
    committed: GitDriver,
) -> None:
    note = noted(committed, files=("price.py",))
    assert resolved(committed, note.id) == note
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    remembered(committed, commit)

    (kept,) = (m for m in memories_on(committed, commit) if m.provenance.compressor == WRITER)
    assert kept.id != note.id
    assert kept.supersedes == (note.id,)
    assert resolved(committed, note.id) == resolved(committed, note.id[:12]) == kept


def test_so_it_does_after_the_end_of_the_session(committed: GitDriver) -> None:
    note = noted(committed, session=SESSION)
    end_session(committed.repo, SESSION)
    settle_ended_sessions(committed.repo)

    kept = resolved(committed, note.id)
    assert kept.title == note.title
    assert kept.provenance.commit == committed.out("rev-parse", "HEAD")
    assert waiting(committed) == []


def test_the_beginning_of_two_ids_that_were_handed_out_is_none_of_them(
    committed: GitDriver,
) -> None:
    noted(committed, session=SESSION)
    noted(committed, session=SESSION, text="Taxes are percent.")
    end_session(committed.repo, SESSION)
    settle_ended_sessions(committed.repo)

    with closing(refresh(committed.repo)), pytest.raises(UnknownMemory, match="several"):
        find_entry(committed.repo, "m")
