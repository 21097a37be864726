from __future__ import annotations

import json

from tests.support.bigrepo import fill
from tests.support.cli import gitmem
from tests.support.git import GitDriver


def test_a_history_is_filled_in_and_then_there_is_nothing_to_do(git: GitDriver) -> None:
    fill(git, 10)

    first = gitmem(git, "backfill")
    again = gitmem(git, "backfill")

    assert (first.returncode, again.returncode) == (0, 0)
    assert "8 from history, 2 not worth a memory" in first.stdout
    assert again.stdout.startswith("Nothing to do")
    assert "proxy hangs up" in gitmem(git, "log").stdout


def test_a_dry_run_counts_and_does_nothing(git: GitDriver) -> None:
    fill(git, 10)

    shown = gitmem(git, "backfill", "--dry-run")

    assert shown.returncode == 0
    assert "10 commits, 0 of them with a memory already." in shown.stdout
    assert "8 commits say enough for a memory" in shown.stdout
    assert (
        git.run("rev-parse", "-q", "--verify", "refs/notes/claude-mem", check=False).stdout == b""
    )


def test_json_is_one_object_on_stdout(git: GitDriver) -> None:
    fill(git, 10)

    planned = json.loads(gitmem(git, "backfill", "--dry-run", "--json").stdout)
    done = json.loads(gitmem(git, "backfill", "--json", "-n", "5").stdout)

    assert planned["from_history"] == 8
    assert done["from_history"] + done["not_worth"] == 5


def test_a_branch_without_a_commit_is_told(git: GitDriver) -> None:
    done = gitmem(git, "backfill")

    assert done.returncode == 12


def test_a_bare_repository_is_filled_in_from_history(git: GitDriver) -> None:
    fill(git, 10)
    git.run("clone", "-q", "--bare", ".", "../bare.git")
    bare = GitDriver(git.path.parent / "bare.git", git.home)

    done = gitmem(bare, "backfill")

    assert "8 from history" in done.stdout
