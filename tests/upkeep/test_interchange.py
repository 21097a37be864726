"""Memories that go out as lines and come back in another clone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gitmem.errors import GitmemError
from gitmem.guard.json_text import json_text
from gitmem.guard.policy import PLAIN
from gitmem.guard.redact import redact_memory
from gitmem.model.memory import Decision, Memory, Provenance, Tombstone
from gitmem.model.memory_line import render_memory_line
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.upkeep.export_memories import read_memory_lines
from gitmem.upkeep.import_lines import import_lines
from gitmem.upkeep.pin import pin_memories
from gitmem.upkeep.undo_import import last_import, undo_import
from tests.strategies import memories, scaled
from tests.support.capture import memories_on, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def exported(git: GitDriver, path: Path, revisions: str = "") -> bytes:
    lines = read_memory_lines(workspace_of(git), revisions)
    path.write_text("".join(json_text(render_memory_line(line)) + "\n" for line in lines))
    return path.read_bytes()


def note_tree(git: GitDriver) -> str:
    return git.out("rev-parse", "refs/notes/claude-mem^{tree}").strip()


def put(git: GitDriver, commit: str, *given: Memory) -> None:
    NoteStore(git.repo).add({commit: [document_of(memory) for memory in given]}, "notes: put")


@pytest.fixture
def other(committed: GitDriver, tmp_path: Path) -> GitDriver:
    return committed.clone(tmp_path / "other")


def test_another_clone_gets_the_same_notes(
    committed: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    old = Memory(kind="change", title="Retry three times", provenance=Provenance(commit=commit))
    new = Memory(kind="correction", title="Retry five times", corrects=(old.id,))
    put(committed, commit, old, new)
    pin_memories(committed.repo, [new.id], "Ada <ada@example.com>")
    lines = exported(committed, tmp_path / "m.jsonl")

    found = import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)
    again = import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)

    assert (found.read, found.written) == (3, 3)
    assert (again.written, again.known) == (0, 3)
    assert note_tree(committed) == note_tree(other)
    assert exported(other, tmp_path / "back.jsonl") == lines


@settings(max_examples=scaled(30), phases=[Phase.generate])
@given(given=st.lists(memories(), min_size=1, max_size=4))
def test_what_went_out_comes_back(
    committed: GitDriver, tmp_path_factory: pytest.TempPathFactory, given: list[Memory]
) -> None:
    """Any memories: the other clone holds what a masked copy of ours says, and no more."""
    folder = tmp_path_factory.mktemp("clones")
    ours, theirs = (committed.clone(folder / name) for name in ("ours", "theirs"))
    commit = committed.out("rev-parse", "HEAD").strip()
    masked = [redact_memory(memory, PLAIN) for memory in given]
    clean = [memory for memory in masked if memory.title and memory.kind]  # else it is no memory
    put(ours, commit, *clean)
    exported(ours, folder / "m.jsonl")

    if clean:
        import_lines(workspace_of(theirs), folder / "m.jsonl", is_trusted=True)

    assert memories_on(ours, commit) == memories_on(theirs, commit)


def test_what_is_forgotten_or_excluded_stays(committed: GitDriver, tmp_path: Path) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    gone = Memory(kind="note", title="A thing to forget")
    kept = Memory(kind="note", title="A thing to keep")
    later = committed.commit("second", **{"a.py": "1"})
    put(committed, commit, gone, kept)
    put(committed, later, gone)
    stone = tombstone_document(Tombstone(gone.id, "2026-11-29"))
    NoteStore(committed.repo).add({commit: [stone]}, "notes: forget")

    text = exported(committed, tmp_path / "m.jsonl").decode()

    assert "A thing to keep" in text
    assert "A thing to forget" not in text
    assert exported(committed, tmp_path / "r.jsonl", f"{commit}..{later}") == b""


def test_a_secret_that_an_older_version_let_through_is_masked(
    committed: GitDriver, tmp_path: Path
) -> None:
    """Masking changes the memory's id: what names it follows."""
    commit = committed.out("rev-parse", "HEAD").strip()
    key = "ghp_" + "a1B2" * 9
    leaky = Memory(kind="note", title="Token", why=f"The token is {key}")
    newer = Memory(kind="note", title="Newer", supersedes=(leaky.id,))
    newest = Memory(kind="note", title="Newest", supersedes=(newer.id,))
    put(committed, commit, leaky, newer, newest)

    told = {
        line.memory.title: line.memory
        for line in read_memory_lines(workspace_of(committed))
        if line.memory is not None
    }

    assert key not in exported(committed, tmp_path / "m.jsonl").decode()
    assert told["Newer"].supersedes == (told["Token"].id,)
    assert told["Newest"].supersedes == (told["Newer"].id,)
    assert told["Token"].id != leaky.id


def test_memories_of_commits_that_are_not_here_are_counted(
    committed: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    commit = committed.commit("only here", **{"a.py": "1"})
    put(committed, commit, Memory(kind="note", title="Of a commit that never came"))
    exported(committed, tmp_path / "m.jsonl")

    found = import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)

    assert (found.written, found.absent) == (0, 1)
    assert NoteStore(other.repo).tip() is None


def test_damaged_lines_stop_nothing(committed: GitDriver, tmp_path: Path) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    good = {
        "format": "gitmem-memory/1",
        "commit": commit,
        "memory": {"kind": "note", "title": "Good \x1b[31mred\u202e one"},
    }
    huge = {**good, "memory": {"kind": "note", "title": "big", "why": "x " * 60_000}}
    path = tmp_path / "m.jsonl"
    lines = [b"{}", b"[" * 50_000, json.dumps(huge).encode(), b"x" * (3 << 20)]
    path.write_bytes(b"\n".join([*lines, json.dumps(good).encode()]))

    found = import_lines(workspace_of(committed), path, is_trusted=True)

    titles = [memory.title for memory in memories_on(committed, commit)]
    assert "Good red one" in titles
    assert (found.read, found.unreadable) == (5, 3 + (found.written == 1))


@pytest.mark.parametrize("make", ["fifo", "folder", "absent", "binary", "empty"])
def test_a_file_that_is_none_is_refused(committed: GitDriver, tmp_path: Path, make: str) -> None:
    path = tmp_path / "m.jsonl"
    if make == "fifo":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    elif make == "binary":
        path.write_bytes(bytes(range(256)))
    elif make == "empty":
        path.touch()

    with pytest.raises(GitmemError):
        import_lines(workspace_of(committed), path, is_trusted=True)


def test_undo_takes_back_what_the_import_wrote_and_no_more(
    committed: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    both = Memory(kind="note", title="Known on both sides")
    put(committed, commit, both, Memory(kind="note", title="Only ours"))
    put(other, commit, both)
    before = note_tree(other)
    exported(committed, tmp_path / "m.jsonl")
    import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)

    done = undo_import(other.repo, last_import(other.repo))

    assert (done.taken, len(done.sent), len(done.kept)) == (1, 0, 0)
    assert note_tree(other) == before
    with pytest.raises(GitmemError):
        last_import(other.repo)
    assert import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True).written == 1


def test_git_alone_reads_what_was_imported(
    committed: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    put(committed, commit, Memory(kind="note", title="Seen by git"))
    exported(committed, tmp_path / "m.jsonl")
    import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)

    shown = subprocess.run(
        ["git", "-C", str(other.path), "notes", "--ref=claude-mem", "show", commit],
        capture_output=True,
        check=True,
    ).stdout

    assert b"title: Seen by git" in shown


def test_what_a_person_says_is_wrong_is_marked_for_other_readers(
    committed: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    bad = Memory(kind="note", title="The gateway never retries")
    right = Memory(kind="note", title="The gateway retries")
    put(committed, commit, bad, right)
    assert gitmem(committed, "wrong", bad.id).returncode == 0
    lines = [json.loads(line) for line in exported(committed, tmp_path / "m.jsonl").splitlines()]
    told = {line["memory"]["title"]: line.get("wrong") for line in lines}
    [correction] = [line["id"] for line in lines if line["memory"]["kind"] == "correction"]
    import_lines(workspace_of(other), tmp_path / "m.jsonl", is_trusted=True)

    assert told.pop(bad.title) == correction
    assert set(told.values()) == {None}
    assert note_tree(other) == note_tree(committed)


@pytest.mark.parametrize(
    "command",
    [
        ["export"],
        ["digest", "--since=2000-01-01"],
        ["handoff"],
        ["page", "-o", "page.html"],
        *(["log", "--format", form] for form in ("markdown", "html", "adr")),
    ],
    ids=lambda command: command[-1],
)
def test_what_is_handed_on_keeps_to_what_is_excluded_since(
    committed: GitDriver, command: list[str]
) -> None:
    commit = committed.out("rev-parse", "HEAD").strip()
    for title, path in (("Turn the sprocket", "secret/k.py"), ("Turn the flywheel", "a.py")):
        made = Decision(title, because=f"{title} or it stalls")
        memory = Memory(
            kind="decision",
            title=title,
            why="It stalls.",
            decisions=(made,),
            files_changed=(path,),
            provenance=Provenance(commit=commit, compressor="person/1"),
        )
        put(committed, commit, memory)
    told = [handed_on(committed, command)]
    committed.run("config", "gitmem.exclude", "secret/*")
    told.append(handed_on(committed, command))

    assert ["sprocket" in text for text in told] == [True, False]
    assert ["flywheel" in text for text in told] == [True, True]


def handed_on(git: GitDriver, command: list[str]) -> str:
    done = gitmem(git, *command)
    assert done.returncode == 0, done.stderr
    page = git.path / "page.html"
    return done.stdout + (page.read_text() if page.exists() else "")
