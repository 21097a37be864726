from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from gitmem.cli.backfill import _judged_by
from tests.journeys.test_other_agents import FILES, commit_after
from tests.support.agents import opencode_session
from tests.support.batch_api import ANSWER, serving_batches, succeeded
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


def test_where_nothing_is_done_the_reason_is_true(git: GitDriver) -> None:
    git.commit("fix: retry\n\nThe proxy hangs up after a minute, so uploads failed.", a="x = 1\n")

    no_session = gitmem(git, "backfill", "--no-history")
    neither = gitmem(git, "backfill", "--no-history", "--no-transcripts")
    none_chosen = gitmem(git, "backfill", "HEAD..HEAD")
    gitmem(git, "backfill")
    all_done = gitmem(git, "backfill", "--no-history")

    assert no_session.stdout == (
        "Nothing was done: 1 commit has no memory, and no session that can be read here may have"
        " made it.\n"
    )
    assert "neither sessions nor history may be used" in neither.stdout
    assert none_chosen.stdout == "Nothing to do: no commit was chosen.\n"
    assert all_done.stdout == "Nothing to do: every commit has a memory.\n"


def test_a_dry_run_counts_and_does_nothing(git: GitDriver) -> None:
    fill(git, 10)

    shown = gitmem(git, "backfill", "--dry-run")

    assert shown.returncode == 0
    assert "10 commits, 0 of them already with a memory." in shown.stdout
    assert "8 commit messages say enough" in shown.stdout
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


def test_what_a_model_answers_in_a_batch_is_taken_in_by_a_later_run(committed: GitDriver) -> None:
    reason = "The proxy hangs up after a minute, so that long uploads failed. " * 20
    committed.commit(f"Retry uploads\n\n{reason}", **{"up.py": "1"})
    committed.run("config", "gitmem.compressor", "anthropic")
    with serving_batches() as server:
        committed.run("config", "gitmem.apiBaseUrl", server.url)
        committed.environ = {"ANTHROPIC_API_KEY": "made-up"}

        first = gitmem(committed, "backfill")
        (created,) = server.created
        server.results = [
            succeeded(request["custom_id"], json.dumps(ANSWER)) for request in created["requests"]
        ]
        server.status = "ended"
        second = gitmem(committed, "backfill", "--wait")
        dry = gitmem(committed, "backfill", "--dry-run")

    assert "1 handed over to the model" in first.stdout, first.stderr
    assert "1 batch is not answered yet" in first.stdout
    assert "1 memory was rewritten by the model." in second.stdout, second.stderr
    assert "Uploads are retried" in gitmem(committed, "log").stdout
    assert "Retry uploads" not in gitmem(committed, "log", "--oneline").stdout
    assert len(server.created) == 1
    assert dry.returncode == 0


def test_without_a_key_everything_is_remembered_offline_and_it_is_told(
    committed: GitDriver,
) -> None:
    reason = "The proxy hangs up after a minute, so that long uploads failed. " * 20
    committed.commit(f"Retry uploads\n\n{reason}", **{"up.py": "1"})
    committed.run("config", "gitmem.compressor", "anthropic")

    done = gitmem(committed, "backfill")

    assert done.returncode == 0
    assert "1 from history" in done.stdout
    assert "ANTHROPIC_API_KEY is not set" in done.stderr


@pytest.mark.parametrize(
    ("by_message", "by_diff", "told"),
    [
        (1, 4, "1 commit message says enough; the other 4 are judged by their diffs."),
        (2, 1, "2 commit messages say enough; the other commit is judged by its diff."),
        (3, 0, "3 commit messages say enough."),
        (0, 1, "1 commit is judged by its diff."),
        (0, 2, "2 commits are judged by their diffs."),
        (0, 0, "No commit is left to be read from history."),
    ],
)
def test_what_history_is_judged_by_is_told_in_a_sentence(
    by_message: int, by_diff: int, told: str
) -> None:
    assert _judged_by(by_message, by_diff) == told


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    whole = path.read_bytes()
    path.write_bytes(b"no database " * 900)
    yield
    path.write_bytes(whole)


@contextmanager
def of_another_form(path: Path) -> Iterator[None]:
    for old, new in (("message", "messages"), ("messages", "message")):
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        if new == "messages":
            yield


@pytest.mark.parametrize("spoil", [locked, damaged, of_another_form])
def test_a_database_that_cannot_be_read_costs_no_session_its_memory(
    committed: GitDriver, spoil: Callable[[Path], AbstractContextManager[None]]
) -> None:
    session = opencode_session(committed.home, committed.path.resolve(), "1.18.33")
    commit_after(committed, session, **FILES)
    told = ["backfill", "HEAD~1..HEAD"]

    with spoil(session.parent):
        shut = [gitmem(committed, *told), gitmem(committed, *told, "--dry-run")]

    assert [str(session.parent) in done.stderr for done in shut] == [True, True]
    assert [done.returncode for done in shut] == [30, 30]
    assert "--no-transcripts" in shut[0].stderr
    opened = gitmem(committed, *told)
    assert "1 commit remembered from transcripts" in opened.stdout
    assert opened.stderr.count("again when") == 0


def test_what_is_left_without_history_is_counted(git: GitDriver) -> None:
    fill(git, 10)

    done = gitmem(git, "backfill", "--no-history")

    assert done.stdout.startswith("Nothing was done: 10 commits have no memory")
