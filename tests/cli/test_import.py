from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.claude_mem import ClaudeMemWriter
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def test_what_is_at_the_usual_place_is_imported(committed: GitDriver) -> None:
    (committed.home / ".claude-mem").mkdir()
    database = ClaudeMemWriter(committed.home / ".claude-mem" / "claude-mem.db").session()
    database.observe(committed.now + 1, "A fix of uploads", ["a.py"])
    database.observe(committed.now + 9_999, "A dead end", ["never.py"])
    committed.commit("a", **{"a.py": "1"})

    planned = gitmem(committed, "import", "claude-mem", "--dry-run")
    done = gitmem(committed, "import", "claude-mem")
    again = json.loads(gitmem(committed, "import", "claude-mem", "--json").stdout)

    assert "1 of 2 would be remembered at 1 commit" in planned.stdout
    assert "1 of 2 remembered at 1 commit: 1 by their files" in done.stdout
    assert "1 led to no known commit" in done.stdout
    assert (again["written"], again["known"], again["untied"]) == (0, 1, 1)
    assert "A fix of uploads" in gitmem(committed, "log").stdout


def test_a_project_of_another_name_is_asked_for(committed: GitDriver, tmp_path: Path) -> None:
    database = ClaudeMemWriter(tmp_path / "other.db", project="old-name").session()
    database.observe(committed.now + 1, "A fix of uploads", ["a.py"])
    committed.commit("a", **{"a.py": "1"})
    command = ("import", "claude-mem", "--db", str(database.path))

    nothing = gitmem(committed, *command)
    named = gitmem(committed, *command, "--project", "old-name")

    assert nothing.stdout == "It has nothing for repo. Its projects are: old-name.\n"
    assert "1 of 1 remembered" in named.stdout


def test_a_database_that_is_not_there_is_told(committed: GitDriver) -> None:
    done = gitmem(committed, "import", "claude-mem")

    assert done.returncode == 1
    assert "there is no database" in done.stderr
    assert "--db PATH" in done.stderr


def test_a_path_is_imported_as_what_it_is(committed: GitDriver, tmp_path: Path) -> None:
    committed.commit("log", **{"DECISIONS.md": "# Decisions\n\n- Use SQLite for the index\n"})
    shown = gitmem(committed, "import", "DECISIONS.md", "--dry-run")
    done = gitmem(committed, "import", "--from", "decisions")
    lines = gitmem(committed, "export", "-o", str(tmp_path / "m.jsonl"))
    undone = gitmem(committed, "import", "undo")
    back = gitmem(committed, "import", str(tmp_path / "m.jsonl"), "--json")

    assert "Use SQLite for the index" in shown.stdout
    assert done.stdout.startswith("1 memory remembered at 1 commit.")
    assert lines.stdout.endswith("m.jsonl: 1 line\n")
    assert undone.stdout == "Took back 1 memory imported from decisions.\n"
    assert json.loads(back.stdout)["written"] == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["nothing-here"], 2),
        (["README.md"], 0),
        (["--from", "export"], 2),
        (["--from", "entire"], 13),
        (["auto-memory"], 1),
        (["undo"], 1),
    ],
)
def test_what_cannot_be_imported_is_refused_with_a_hint(
    committed: GitDriver, given: list[str], code: int
) -> None:
    done = gitmem(committed, "import", *given)

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if code:
        assert done.stderr.startswith("gitmem: ")
        assert done.stderr.count("\n") >= 2


@pytest.mark.parametrize("command", [("--from", "auto-memory"), ("auto-memory",)])
@pytest.mark.parametrize("name", ["notes.jsonl", "other.md", "", "nothing"])
def test_only_an_index_or_its_folder_is_claudes_memory(
    committed: GitDriver, tmp_path: Path, command: tuple[str, ...], name: str
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes.jsonl").write_text("foo\nbar")
    (folder / "other.md").write_text("# SECRETCUSTOMER\n\nAn unrelated letter.\n")

    done = gitmem(committed, "import", *command, str(folder / name))

    assert done.returncode == 1
    assert "no memory of Claude Code" in done.stderr
    assert gitmem(committed, "log").stdout.count("SECRETCUSTOMER") == 0


@pytest.mark.parametrize("name", ["memory/MEMORY.md", "memory", ""])
def test_an_index_its_folder_or_its_projects_is_claudes_memory(
    committed: GitDriver, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    (folder / "MEMORY.md").write_text("- [Tabs](tabs.md) — why tabs\n")
    (folder / "tabs.md").write_text("Because of gofmt.\n")

    done = gitmem(committed, "import", "--from", "auto-memory", str(tmp_path / name))

    assert done.stdout.startswith("1 memory remembered at 1 commit.")


def test_what_an_undo_forgot_is_told_and_comes_back(committed: GitDriver, tmp_path: Path) -> None:
    committed.commit("log", **{"DECISIONS.md": "# Decisions\n\n- Use SQLite for the index\n"})
    committed.run("init", "-q", "--bare", str(tmp_path / "up.git"))
    committed.run("remote", "add", "origin", str(tmp_path / "up.git"))
    gitmem(committed, "init")
    gitmem(committed, "import", "DECISIONS.md")
    sent = gitmem(committed, "sync")
    undone = gitmem(committed, "import", "undo")
    again = gitmem(committed, "import", "DECISIONS.md")
    listed = gitmem(committed, "restore")
    gitmem(committed, "restore", "--all")

    assert "1 memory of 1 commit sent" in sent.stdout
    assert "1 was sent before and is forgotten for everybody" in undone.stdout
    assert "1 was forgotten here on purpose.\nTo bring back: gitmem restore m" in again.stdout
    assert "forgotten by" in listed.stdout
    assert "Use SQLite for the index" in listed.stdout
    assert gitmem(committed, "log", "--oneline").stdout.count("Use SQLite for the index") == 1


def test_an_export_does_not_write_over_another_file(committed: GitDriver, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("my own words")

    refused = gitmem(committed, "export", "-o", str(path))
    forced = gitmem(committed, "export", "-o", str(path), "--force")

    assert (refused.returncode, forced.returncode) == (52, 0)
    assert path.read_text() == ""


def test_an_export_of_a_range_that_names_nothing(committed: GitDriver) -> None:
    assert gitmem(committed, "export", "no-such..HEAD").returncode == 13
