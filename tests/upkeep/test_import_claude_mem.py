from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import GitmemError
from gitmem.model.note import Document
from gitmem.notes.store import NoteStore
from gitmem.upkeep.forget import forget_memories
from gitmem.upkeep.import_claude_mem import ImportReport, import_claude_mem, project_names
from tests.support.capture import memories_on, workspace_of
from tests.support.claude_mem import SESSION, V5, V13, ClaudeMemWriter
from tests.support.git import GitDriver


@pytest.fixture
def database(tmp_path: Path) -> ClaudeMemWriter:
    return ClaudeMemWriter(tmp_path / "claude-mem.db").session()


def imported(git: GitDriver, database: ClaudeMemWriter, **given: Any) -> ImportReport:
    return import_claude_mem(workspace_of(git), database.path, ["repo"], **given)


@pytest.mark.parametrize("schema", [V5, V13])
def test_an_observation_becomes_a_memory_of_the_commit_that_took_its_files(
    committed: GitDriver, tmp_path: Path, schema: str
) -> None:
    database = ClaudeMemWriter(tmp_path / "old.db", schema).session()
    when = committed.now + 30
    database.observe(
        when,
        "Uploads survive the proxy",
        [str(committed.path / "src/up.py")],
        subtitle="Retries with a growing pause",
        narrative="The proxy hangs up after a minute, so that long uploads failed.",
        facts='["The pause doubles", "A Retry-After header wins"]',
        concepts='["retry", "proxy"]',
        files_read='["README.md"]',
    )
    commit = committed.commit("Retry uploads", **{"src__up.py": "1"})

    found = imported(committed, database)

    (memory,) = memories_on(committed, commit)
    assert (found.rows, found.written, found.by_files) == (1, 1, 1)
    assert (memory.kind, memory.title) == ("bugfix", "Uploads survive the proxy")
    assert memory.why == "The proxy hangs up after a minute, so that long uploads failed."
    assert memory.what == (
        "Retries with a growing pause",
        "The pause doubles",
        "A Retry-After header wins",
    )
    assert memory.concepts == ("retry", "proxy")
    assert memory.files_changed == ("src/up.py",)
    assert memory.files_read == ("README.md",)
    origin = memory.provenance
    assert (origin.agent, origin.session, origin.compressor) == (
        "claude-mem",
        SESSION,
        "claude-mem",
    )
    assert origin.commit == commit
    assert origin.patch_id
    assert origin.time == "2026-01-01T00:01:30Z"
    assert origin.extra == {"source": "observation 1"}


def test_a_second_import_writes_only_what_is_new(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now, "First finding", ["a.py"])
    committed.commit("a", **{"a.py": "1"})
    imported(committed, database)
    tip = NoteStore(committed.repo).tip()

    again = imported(committed, database)

    assert (again.written, again.known) == (0, 1)
    assert NoteStore(committed.repo).tip() == tip
    database.observe(committed.now, "Second finding", ["b.py"])
    commit = committed.commit("b", **{"b.py": "1"})
    assert imported(committed, database).written == 1
    assert len(memories_on(committed, commit)) == 1


def test_what_was_forgotten_is_counted_as_that(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 30, "Only once", ["a.py"])
    commit = committed.commit("a", **{"a.py": "1"})
    imported(committed, database)
    (memory,) = memories_on(committed, commit)
    forget_memories(committed.repo, [memory.id], "Ada <ada@example.com>")

    again = imported(committed, database)

    assert (again.written, again.known, again.forgotten) == (0, 0, 1)
    assert again.forgotten_ids == [memory.id]


def test_a_rewritten_commit_is_no_reason_to_import_twice(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now, "A finding", ["a.py"])
    committed.commit("a", **{"a.py": "1"})
    imported(committed, database)
    committed.run("config", "notes.rewriteRef", "refs/notes/claude-mem")
    committed.run("commit", "-q", "--amend", "-m", "better words")

    assert imported(committed, database).known == 1


def test_of_several_commits_the_nearest_one_is_taken(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    first = committed.commit("a", **{"a.py": "1"})
    database.observe(committed.now + 10, "Just after the first", ["a.py"])
    database.observe(committed.now + 50, "Just before the second", ["a.py"])
    second = committed.commit("b", **{"a.py": "2"})

    imported(committed, database)

    assert [m.title for m in memories_on(committed, first)] == ["Just after the first"]
    assert [m.title for m in memories_on(committed, second)] == ["Just before the second"]


def test_what_changed_no_file_goes_with_its_sessions_next_commit(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.session("other", "memory-2")
    database.observe(committed.now + 1, "How uploads work", type="discovery")
    committed.commit("in between, by somebody", **{"b.py": "1"})
    database.observe(committed.now + 10, "A fix", ["a.py"])
    commit = committed.commit("a", **{"a.py": "1"})

    found = imported(committed, database)

    kinds = {memory.title: memory.kind for memory in memories_on(committed, commit)}
    assert kinds == {"How uploads work": "discovery", "A fix": "bugfix"}
    assert found.by_session == 1


def test_what_no_session_of_a_commit_saw_goes_to_the_next_commit_as_a_session(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 1, "How uploads work", type="discovery")
    commit = committed.commit("next", **{"b.py": "1"})

    found = imported(committed, database)

    (memory,) = memories_on(committed, commit)
    assert (memory.kind, memory.tags) == ("session", {"type": "discovery"})
    assert found.by_time == 1


def test_what_led_to_no_commit_is_told_and_goes_to_head_on_request(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 3_600, "A dead end", ["never.py"])
    head = committed.out("rev-parse", "HEAD")

    found = imported(committed, database)

    assert (found.written, found.untied) == (0, 1)
    assert imported(committed, database, to_head=True).to_head == 1
    (memory,) = memories_on(committed, head)
    assert memory.kind == "session"


def test_a_summary_is_what_a_session_was_about(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 1, "A fix", ["a.py"])
    commit = committed.commit("a", **{"a.py": "1"})
    database.summarise(
        committed.now + 30,
        "Make uploads survive",
        learned="The proxy hangs up.",
        completed="Retries were added.",
        next_steps="Watch the import.",
    )

    imported(committed, database)

    memory = memories_on(committed, commit)[-1]
    assert (memory.kind, memory.title) == ("session", "Make uploads survive")
    assert memory.why == "The proxy hangs up."
    assert memory.what == ("Retries were added.",)
    assert memory.next == ("Watch the import.",)


def test_other_projects_and_other_folders_of_this_name_are_left_alone(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 1, "Another project", ["a.py"], project="elsewhere")
    database.observe(committed.now + 2, "Another folder", ["/somewhere/else/a.py"])
    committed.commit("a", **{"a.py": "1"})

    found = imported(committed, database)

    assert (found.rows, found.written, found.elsewhere) == (1, 0, 1)


def test_the_files_of_a_clone_that_was_moved_are_known(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 1, "Before the move", ["/old/home/repo/src/a.py"])
    commit = committed.commit("a", **{"src__a.py": "1"})

    imported(committed, database)

    assert memories_on(committed, commit)[0].files_changed == ("src/a.py",)


def test_rows_of_a_work_tree_are_found_by_both_names(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    committed.run("worktree", "add", "-q", "../topic")

    assert project_names(committed.repo) == ["repo", "topic", "repo/topic"]


def test_a_merged_project_is_this_one(committed: GitDriver, database: ClaudeMemWriter) -> None:
    database.observe(
        committed.now + 1, "From a branch", ["a.py"], project="x/y", merged_into_project="repo"
    )
    committed.commit("a", **{"a.py": "1"})

    assert imported(committed, database).written == 1


def test_secrets_and_hostile_text_are_cleaned(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    key = "sk-ant-" + "api03-" + "A1b2C3d4" * 8
    database.observe(
        committed.now + 1,
        f"The key {key} \x1b[31mworks",
        ["a.py", "../../etc/passwd", "a\nb"],
        narrative="<private>nobody's business</private> seen",
    )
    commit = committed.commit("a", **{"a.py": "1"})

    imported(committed, database)

    note = committed.show_note(commit).decode()
    assert key not in note
    assert "\x1b" not in note
    assert "business" not in note
    assert "passwd" not in note


def test_an_excluded_file_leaves_no_name(committed: GitDriver, database: ClaudeMemWriter) -> None:
    committed.run("config", "gitmem.exclude", "secret/")
    database.observe(committed.now + 1, "A fix", ["a.py", "secret/plan.md"])
    commit = committed.commit("a", **{"a.py": "1"})
    from gitmem.capture.workspace import open_workspace

    import_claude_mem(open_workspace(committed.repo, {}), database.path, ["repo"])

    assert memories_on(committed, commit)[0].files_changed == ("a.py",)


@pytest.mark.parametrize(
    "cells",
    [
        {"facts": "no json", "concepts": "[1, null, {}]", "files_read": "{"},
        {"facts": None, "concepts": None, "files_read": None, "narrative": None},
        {"facts": b"\xff\xfe", "narrative": b"bytes \xff", "subtitle": b"bytes"},
        {"narrative": "x" * 5_000_000},
        {"created_at_epoch": "yesterday"},
        {"files_modified": json.dumps(["a.py", *(f"{n}/" + "x" * 3_000 for n in range(40))])},
        {"facts": "[" * 100_000},
        {"type": "made-up type\nof " + "x" * 500},
    ],
)
def test_odd_rows_cost_no_other(
    committed: GitDriver, database: ClaudeMemWriter, cells: dict[str, Any]
) -> None:
    database.observe(committed.now + 1, "Odd", ["a.py"], **cells)
    database.observe(committed.now + 2, "A fix", ["a.py"])
    commit = committed.commit("a", **{"a.py": "1"})

    imported(committed, database, to_head=True)

    assert "A fix" in [memory.title for memory in memories_on(committed, commit)]
    assert all(not document.problem for document in _note(committed, commit))


def _note(git: GitDriver, commit: str) -> tuple[Document, ...]:
    note = NoteStore(git.repo).read(commit)
    assert note is not None
    return note.documents


def test_a_row_that_says_nothing_is_left_out(
    committed: GitDriver, database: ClaudeMemWriter
) -> None:
    database.observe(committed.now + 1, "", ["a.py"])
    committed.commit("a", **{"a.py": "1"})

    assert imported(committed, database).empty == 1


def test_one_commit_is_not_buried(committed: GitDriver, database: ClaudeMemWriter) -> None:
    for number in range(210):
        database.observe(committed.now + 1, f"Finding {number}", ["a.py"])
    commit = committed.commit("a", **{"a.py": "1"})

    found = imported(committed, database)

    assert (found.written, found.crowded) == (200, 10)
    assert len(memories_on(committed, commit)) == 200


def test_a_dry_run_writes_nothing(committed: GitDriver, database: ClaudeMemWriter) -> None:
    database.observe(committed.now + 1, "A fix", ["a.py"])
    committed.commit("a", **{"a.py": "1"})

    assert imported(committed, database, dry_run=True).written == 1
    assert NoteStore(committed.repo).tip() is None


def test_the_database_is_only_read(
    committed: GitDriver, database: ClaudeMemWriter, tmp_path: Path
) -> None:
    database.observe(committed.now + 1, "A fix", ["a.py"])
    committed.commit("a", **{"a.py": "1"})
    path = database.close()
    before = path.read_bytes()
    folder = tmp_path / "sealed"
    folder.mkdir()
    sealed = Path(shutil.copy(path, folder))
    folder.chmod(0o500)
    sealed.chmod(0o400)

    found = import_claude_mem(workspace_of(committed), sealed, ["repo"])

    assert found.written == 1
    assert path.read_bytes() == before
    folder.chmod(0o700)


def test_no_database_and_a_foreign_one_are_told(committed: GitDriver, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)

    for path in (tmp_path / "missing.db", other, broken):
        with pytest.raises(GitmemError):
            import_claude_mem(workspace_of(committed), path, ["repo"])


def test_a_table_of_the_first_days_has_text_alone(committed: GitDriver, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "first.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE observations (id INTEGER PRIMARY KEY, sdk_session_id TEXT, project TEXT,"
            " text TEXT, type TEXT, created_at TEXT, created_at_epoch INTEGER)"
        )
        row = (1, SESSION, "repo", "Retries were added.\nThe proxy hangs up.", "decision", "-")
        database.execute(
            "INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, committed.now + 1)
        )
    commit = committed.commit("next", **{"b.py": "1"})

    import_claude_mem(workspace_of(committed), path, ["repo"])

    (memory,) = memories_on(committed, commit)
    assert memory.title == "Retries were added. The proxy hangs up."
    assert memory.provenance.session == SESSION
