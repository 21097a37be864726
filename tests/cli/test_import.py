from __future__ import annotations

import json
from pathlib import Path

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
