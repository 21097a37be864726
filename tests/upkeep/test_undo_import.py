"""What undoing an import takes back, what it leaves, and what of it stays in the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.git.remotes import tracking_ref
from gitmem.guard.json_text import json_text
from gitmem.model.memory import Memory
from gitmem.model.memory_line import render_memory_line
from gitmem.model.note import NOTES_REF, WATERMARK_REF
from gitmem.notes.codec import document_of
from gitmem.notes.origins import NotesHistory
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.refresh.taken import list_taken, restore_taken
from gitmem.state.imports import read_imports
from gitmem.upkeep.export_memories import read_memory_lines
from gitmem.upkeep.forget import forget_memories
from gitmem.upkeep.import_lines import import_lines
from gitmem.upkeep.pin import pin_memories
from gitmem.upkeep.undo_import import UndoneImport, last_import, undo_import
from tests.support.capture import memories_on, workspace_of
from tests.support.git import GitDriver

ONE = Memory(kind="note", title="SECRETCUSTOMER wants one")
TWO = Memory(kind="note", title="SECRETCUSTOMER wants two")
OWN = Memory(kind="note", title="Written afterwards")


def put(git: GitDriver, *given: Memory) -> None:
    commit = git.out("rev-parse", "HEAD").strip()
    NoteStore(git.repo).add({commit: [document_of(memory) for memory in given]}, "notes: put")


def titles(git: GitDriver) -> set[str]:
    return {memory.title for memory in memories_on(git, git.out("rev-parse", "HEAD").strip())}


def lines_of(git: GitDriver, path: Path) -> Path:
    lines = read_memory_lines(workspace_of(git), "")
    path.write_text("".join(json_text(render_memory_line(line)) + "\n" for line in lines))
    return path


def track(git: GitDriver, tip: str, remote: str = "origin") -> None:
    """As after a fetch or push: the remote holds the notes commit ``tip``."""
    git.run("update-ref", tracking_ref(remote), tip)


def fetch(git: GitDriver, source: GitDriver, remote: str = "origin") -> None:
    git.run("fetch", "-q", str(source.path), f"+{NOTES_REF}:{tracking_ref(remote)}")


def tip_of(git: GitDriver) -> str:
    return NoteStore(git.repo).tip() or ""


def history(git: GitDriver) -> str:
    return git.out("log", "-p", NOTES_REF)


def undone(git: GitDriver, source: str = "") -> UndoneImport:
    return undo_import(git.repo, last_import(git.repo, source), "Ada <ada@example.com>")


@pytest.fixture
def theirs(committed: GitDriver, tmp_path: Path) -> GitDriver:
    return committed.clone(tmp_path / "theirs")


@pytest.fixture
def ours(committed: GitDriver, tmp_path: Path) -> GitDriver:
    return committed.clone(tmp_path / "ours")


@pytest.mark.parametrize("when", ["joined after", "joined before", "only fetched", "sent"])
def test_what_a_colleague_wrote_stays(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path, when: str
) -> None:
    """Imported here and held by a remote as well: the undo leaves it, and forgets it for nobody."""
    put(theirs, ONE, TWO)
    lines = lines_of(theirs, tmp_path / "m.jsonl")
    if when == "joined before":
        fetch(ours, theirs)
        refresh(ours.repo).close()
        assert import_lines(workspace_of(ours), lines, is_trusted=True).written == 0
        assert not read_imports(ours.repo)
        return
    import_lines(workspace_of(ours), lines, is_trusted=True)
    fetch(ours, theirs)
    if when != "only fetched":
        refresh(ours.repo).close()
    if when == "sent":
        track(ours, tip_of(ours))

    done = undone(ours)

    assert (done.taken, len(done.kept)) == (0, 2)
    assert titles(ours) == {ONE.title, TWO.title}
    assert b"forgotten" not in history(ours).encode()
    assert NoteStore(theirs.repo).merge(tip_of(theirs), "notes: join") is False
    theirs.run("fetch", "-q", str(ours.path), f"+{NOTES_REF}:{tracking_ref('origin')}")
    refresh(theirs.repo).close()
    assert titles(theirs) == {ONE.title, TWO.title}


def test_of_a_remote_that_is_not_joined_it_stays_as_well(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE)
    import_lines(workspace_of(ours), lines_of(theirs, tmp_path / "m.jsonl"), is_trusted=True)
    fetch(ours, theirs, "elsewhere")  # no remote of that name is trusted here

    assert len(undone(ours).kept) == 1
    assert titles(ours) == {ONE.title}


def test_only_what_nobody_else_brought_leaves(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE)
    fetch_later = tip_of(theirs)
    put(theirs, TWO)
    import_lines(workspace_of(ours), lines_of(theirs, tmp_path / "m.jsonl"), is_trusted=True)
    ours.run("fetch", "-q", str(theirs.path), f"+{NOTES_REF}:refs/test/all")
    track(ours, fetch_later)
    ours.run("update-ref", "-d", "refs/test/all")
    refresh(ours.repo).close()

    done = undone(ours)

    assert (len(done.unsent), len(done.kept)) == (1, 1)
    assert titles(ours) == {ONE.title}
    assert TWO.title not in history(ours)
    assert ONE.title in history(ours)


def test_nothing_of_what_was_never_sent_stays_in_the_history(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    """And all that was written since stays, with the way back to what was forgotten since."""
    put(theirs, ONE, TWO)
    put(ours, Memory(kind="note", title="Written before"))
    before = tip_of(ours)
    import_lines(workspace_of(ours), lines_of(theirs, tmp_path / "m.jsonl"), is_trusted=True)
    put(ours, OWN)
    forgotten = Memory(kind="note", title="Forgotten since")
    put(ours, forgotten)
    forget_memories(ours.repo, [forgotten.id], "Ada <ada@example.com>")

    done = undone(ours)

    assert (len(done.unsent), len(done.sent), len(done.kept)) == (2, 0, 0)
    assert titles(ours) == {"Written before", OWN.title}
    assert "SECRETCUSTOMER" not in history(ours)
    assert ours.out("merge-base", before, NOTES_REF).strip() == before
    assert ours.out("rev-parse", WATERMARK_REF).strip() == tip_of(ours)
    subjects = ours.out("log", "--format=%s", f"{before}..{NOTES_REF}").splitlines()
    assert subjects == ["notes: forget 1 memory", "notes: put", "notes: put"]
    refresh(ours.repo).close()  # nothing is taken for lost, and put back
    assert titles(ours) == {"Written before", OWN.title}
    ours.run("reflog", "expire", "--expire=now", "--all")
    ours.run("prune", "--expire=now")
    restore_taken(ours.repo, NoteStore(ours.repo), [forgotten.id])
    assert titles(ours) == {"Written before", OWN.title, forgotten.title}
    objects = ours.out("cat-file", "--batch-all-objects", "--batch")
    assert "SECRETCUSTOMER" not in objects


def test_an_import_that_was_all_there_was_leaves_nothing(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE)
    pin_memories(theirs.repo, [ONE.id], "Ada <ada@example.com>")
    lines = lines_of(theirs, tmp_path / "m.jsonl")
    import_lines(workspace_of(ours), lines, is_trusted=True)

    assert undone(ours).taken == 2

    assert not list(NoteStore(ours.repo).annotated_commits())
    assert "SECRETCUSTOMER" not in history(ours)
    assert import_lines(workspace_of(ours), lines, is_trusted=True).written == 2
    assert titles(ours) == {ONE.title}


def test_what_was_joined_since_is_not_written_again(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    """A remote's own commits keep their ids: else the next push would not be a continuation."""
    put(theirs, ONE)
    lines = lines_of(theirs, tmp_path / "m.jsonl")
    other = theirs.clone(tmp_path / "third")
    put(other, Memory(kind="note", title="Of a third"))
    import_lines(workspace_of(ours), lines, is_trusted=True)
    fetch(ours, other)
    refresh(ours.repo).close()
    put(ours, OWN)

    undone(ours)

    assert "SECRETCUSTOMER" not in history(ours)
    assert titles(ours) == {"Of a third", OWN.title}
    assert NotesHistory(ours.repo).contains(tip_of(ours), tip_of(other))


def test_what_was_sent_is_forgotten_and_can_be_brought_back(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE, TWO)
    lines = lines_of(theirs, tmp_path / "m.jsonl")
    import_lines(workspace_of(ours), lines, is_trusted=True)
    track(ours, tip_of(ours))
    sent = tip_of(ours)

    done = undone(ours)
    again = import_lines(workspace_of(ours), lines, is_trusted=True)

    assert (len(done.sent), len(done.unsent), len(done.kept)) == (2, 0, 0)
    assert titles(ours) == set()
    assert NotesHistory(ours.repo).contains(tip_of(ours), sent)
    assert (again.written, again.known, again.forgotten) == (0, 0, 2)
    assert set(again.forgotten_ids) == {ONE.id, TWO.id}
    listed = list_taken(ours.repo, NoteStore(ours.repo))
    assert {one.memory.title for one in listed if one.memory} == {ONE.title, TWO.title}
    restore_taken(ours.repo, NoteStore(ours.repo), [])
    assert titles(ours) == {ONE.title, TWO.title}


def test_a_tombstone_is_not_written_for_what_stands_elsewhere_too(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE)
    lines = lines_of(theirs, tmp_path / "m.jsonl")
    import_lines(workspace_of(ours), lines, is_trusted=True)
    track(ours, tip_of(ours))
    ours.commit("second", **{"b.py": "1"})
    put(ours, ONE)

    assert len(undone(ours).kept) == 1
    assert titles(ours) == {ONE.title}


def test_an_earlier_import_is_undone_by_itself(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    """What the other one wrote stays and can still be undone, though its commit is another."""
    put(theirs, ONE)
    first = lines_of(theirs, tmp_path / "1.jsonl")
    put(theirs, TWO)
    both = lines_of(theirs, tmp_path / "2.jsonl")
    import_lines(workspace_of(ours), first, is_trusted=True)
    import_lines(workspace_of(ours), both, is_trusted=True)
    earlier, later = read_imports(ours.repo)

    undo_import(ours.repo, earlier)
    assert titles(ours) == {TWO.title}
    assert ONE.title not in history(ours)
    assert read_imports(ours.repo)[0].time == later.time
    undone(ours)

    assert titles(ours) == set()
    assert "SECRETCUSTOMER" not in history(ours)


def test_an_import_noted_by_an_older_gitmem_is_known_by_its_words(
    ours: GitDriver, theirs: GitDriver, tmp_path: Path
) -> None:
    put(theirs, ONE)
    import_lines(workspace_of(ours), lines_of(theirs, tmp_path / "m.jsonl"), is_trusted=True)
    file = ours.repo.state_dir / "imports"
    lines = file.read_text().splitlines()
    file.write_text(lines[0].removesuffix(", []]") + "]\n")
    assert not read_imports(ours.repo)[0].commits

    assert len(undone(ours).unsent) == 1
    assert "SECRETCUSTOMER" not in history(ours)


def test_a_dry_run_changes_nothing(ours: GitDriver, theirs: GitDriver, tmp_path: Path) -> None:
    put(theirs, ONE)
    import_lines(workspace_of(ours), lines_of(theirs, tmp_path / "m.jsonl"), is_trusted=True)
    before = tip_of(ours)

    done = undo_import(ours.repo, last_import(ours.repo), dry_run=True)

    assert (done.taken, tip_of(ours)) == (1, before)
    assert read_imports(ours.repo)
