from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gitmem.agents.claude.auto_memory import read_auto_memory
from gitmem.agents.claude.projects import project_slug
from gitmem.errors import GitmemError
from gitmem.upkeep.import_auto_memory import AutoMemoryResult, import_auto_memory
from tests.support.capture import memories_on, remembered, session_in, workspace_of
from tests.support.git import GitDriver

FIXTURE = Path(__file__).parents[1] / "fixtures" / "claude-memory"
SESSION = "315b90ad-26bc-4121-89d6-a3fb2a1c3a50"


def folder_of(git: GitDriver) -> Path:
    name = project_slug(os.path.realpath(git.path))
    folder = git.home / ".claude" / "projects" / name / "memory"
    folder.mkdir(parents=True)
    return folder


def imported(git: GitDriver, folder: Path | None = None) -> AutoMemoryResult:
    return import_auto_memory(workspace_of(git), folder, {"HOME": str(git.home)})


def test_what_the_client_wrote_goes_to_its_sessions_commit(committed: GitDriver) -> None:
    """The files are the real client's (see their README)."""
    folder = folder_of(committed)
    for name in ("MEMORY.md", "no-mocks.md"):
        shutil.copy(FIXTURE / name, folder)
    writer = session_in(committed, SESSION)
    writer.prompt("Add calc").write("calc.py", "def add(first, second):\n")
    committed.write("calc.py", "def add(first, second):\n")
    committed.now = int(writer.now) - 59
    commit = committed.commit("Add calc")
    assert remembered(committed, commit).memories
    committed.commit("later", **{"b.py": "1"})

    found = imported(committed)
    again = imported(committed)

    memory = next(m for m in memories_on(committed, commit) if m.kind == "note")
    assert (found.written, found.unreadable, again.written, again.known) == (1, 0, 0, 1)
    assert memory.title == "Integration tests must hit a real database, never mocks"
    assert memory.why == "a mocked test passed while the migration failed in production."
    assert memory.files_changed == ("calc.py",)
    assert memory.provenance.time == "2026-11-29T09:52:15Z"
    assert memory.tags == {"type": "feedback"}


def test_what_is_about_the_person_stays_private(committed: GitDriver) -> None:
    folder = folder_of(committed)
    (folder / "who.md").write_text("---\nname: who\nmetadata:\n  type: user\n---\nLikes tabs.\n")
    (folder / "old.md").write_text("---\nname: old\ntype: user\ndescription: d\n---\nx\n")

    found = imported(committed)

    assert (found.read, found.private, found.written) == (2, 2, 0)


def test_an_index_that_holds_the_memory_itself_is_read(committed: GitDriver) -> None:
    folder = folder_of(committed)
    text = "# Memory\n\n- [A](a.md) — hook\n\n## Builds\n\n- make needs GNU make 4\n"
    (folder / "MEMORY.md").write_text(text)

    imported(committed)

    (memory,) = memories_on(committed, committed.out("rev-parse", "HEAD"))
    assert (memory.title, memory.what) == ("Builds", ("make needs GNU make 4",))


def test_hostile_files_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    (folder / "a" / "b" / "c").mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text("a secret elsewhere")
    (folder / "link.md").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    (folder / "big.md").write_text("x" * 200_000)
    (folder / "bin.md").write_bytes(b"\0\1\2")
    (folder / "a" / "b" / "c" / "deep.md").write_text("too deep")
    bomb = "---\na: &a [x,x]\nb: &b [*a,*a]\nname: *b\ndescription: bomb\n---\n" + "[" * 10_000
    (folder / "bomb.md").write_text(bomb)
    (folder / "MEMORY.md").write_text("- [Bomb](bomb.md) — a hook\n- [Far](../secret.md)\n")

    found, unreadable = read_auto_memory(folder)

    assert [one.place for one in found] == ["bomb.md"]
    assert unreadable == 4


def test_other_files_of_the_folder_are_no_memories(committed: GitDriver) -> None:
    folder = folder_of(committed)
    (folder / "MEMORY.md").write_text("- [Tabs](tabs.md) — why tabs\n")
    (folder / "tabs.md").write_text("Because of gofmt.\n")
    (folder / "draft.md").write_text("# SECRETCUSTOMER\n\nAn unrelated letter.\n")
    (folder / "new.md").write_text("---\nname: new\ntype: project\n---\nNot listed yet.\n")

    found = imported(committed)

    memories = memories_on(committed, committed.out("rev-parse", "HEAD"))
    assert {memory.title for memory in memories} == {"why tabs", "new"}
    assert (found.read, found.written) == (2, 2)


def test_without_a_memory_the_refusal_says_where_it_would_be(committed: GitDriver) -> None:
    with pytest.raises(GitmemError, match="no memory of this project"):
        imported(committed)


def test_a_name_over_two_hundred_characters_is_cut_and_hashed() -> None:
    """By the rule that gave the name of such a folder of Claude Code 2.1.332."""
    parts = "/".join(f"very-long-folder-name-{number:02d}" for number in range(10))
    name = project_slug(f"/home/dev/{parts}/proj")

    assert len(name) == 207
    assert name.endswith("ry-long-folde-p35vdf")
