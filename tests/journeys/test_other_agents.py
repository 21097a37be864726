"""A commit that another agent made becomes a memory like any other's."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.agents import chat_file
from gitmem.model.memory import Memory
from gitmem.state.error_log import read_log
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.agents import (
    cline_session,
    codex_session,
    copilot_session,
    gemini_session,
    opencode_files,
    opencode_session,
    qwen_session,
    read,
)
from tests.support.capture import memories_on, remembered
from tests.support.cli import gitmem
from tests.support.git import GitDriver

Lay = Callable[[Path, Path, str], Path]

FIXED = """def mean(values):
    if not values:
        return 0.0
    return sum(values) / len(values)
"""
TEST = "from stats import mean\n\n\ndef test_mean_of_nothing():\n    assert mean([]) == 0.0\n"
FILES = {"stats.py": FIXED, "tests/test_stats.py": TEST}


def commit_after(git: GitDriver, session: Path, **files: str) -> str:
    """Commit what the session did, a second after its last record."""
    git.now = int(read(session).events[-1].time) + 1 - 60
    return git.commit("Return 0.0 for an empty list", **files)


def why_and_how(memory: Memory) -> None:
    text = repr(memory)
    assert "do not catch the exception" in text
    assert "ZeroDivisionError: division by zero" in text
    assert "nowhere.py" not in repr(memory.provenance)


@pytest.mark.parametrize(
    ("lay", "version", "agent"),
    [
        (codex_session, "0.34", "codex 0.34.0"),
        (codex_session, "0.98", "codex 0.98.0"),
        (codex_session, "0.169-script", "codex 0.169.0"),
        (gemini_session, "0.24", "gemini-cli"),
        (gemini_session, "0.61", "gemini-cli"),
        (copilot_session, "1.0.102", "copilot-cli 1.0.102"),
        (copilot_session, "1.0.102-patch", "copilot-cli 1.0.102"),
        (qwen_session, "0.24.4", "qwen-code 0.24.4"),
        (cline_session, "3.0.65", "cline 3.0.65"),
    ],
)
def test_found_by_its_edits(committed: GitDriver, lay: Lay, version: str, agent: str) -> None:
    """Nothing names the session: the folder it worked in and its edits do."""
    session = lay(committed.home, committed.path.resolve(), version)
    commit = commit_after(committed, session, **FILES)

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.agent == agent
    assert memory.provenance.session == read(session).session
    why_and_how(memory)


@pytest.mark.parametrize(
    ("lay", "version", "agent"),
    [
        (opencode_session, "1.18.33", "opencode 1.18.33"),
        (opencode_files, "1.1.65", "opencode 1.1.65"),
    ],
)
def test_a_session_of_opencode_is_found_by_its_edits(
    committed: GitDriver, lay: Lay, version: str, agent: str
) -> None:
    """In its recorded sessions nobody ran the script again, so no error counts as solved."""
    session = lay(committed.home, committed.path.resolve(), version)
    commit = commit_after(committed, session, **FILES)

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.agent == agent
    assert memory.provenance.session == read(session).session
    assert "do not catch the exception" in memory.why
    assert set(memory.files_changed) == set(FILES)


@pytest.mark.parametrize(
    ("lay", "version"),
    [
        (codex_session, "0.98"),
        (gemini_session, "0.61"),
        (copilot_session, "1.0.102"),
        (opencode_session, "1.18.33"),
        (qwen_session, "0.24.4"),
        (cline_session, "3.0.65"),
    ],
)
def test_a_commit_of_other_files_is_not_its(committed: GitDriver, lay: Lay, version: str) -> None:
    session = lay(committed.home, committed.path.resolve(), version)
    commit = commit_after(committed, session, **{"unrelated.txt": "by hand, much later\n"})

    remembered(committed, commit)

    assert memories_on(committed, commit) == ()


@pytest.mark.parametrize(
    ("lay", "version"),
    [
        (codex_session, "0.169-{}"),
        (gemini_session, "0.61-{}"),
        (copilot_session, "1.0.102-subagent"),
        (cline_session, "3.0.65-{}"),
    ],
)
def test_a_subagents_edit_leads_to_its_session(
    committed: GitDriver, lay: Lay, version: str
) -> None:
    """The session's own file does not name what its subagent wrote."""
    worktree = committed.path.resolve()
    session = lay(committed.home, worktree, version.format("parent"))
    lay(committed.home, worktree, version.format("subagent"))
    commit = commit_after(committed, session, **{"helper.py": "VALUE_FROM_SUBAGENT = 41 + 1\n"})

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.session == read(session).session


def test_an_edit_of_opencodes_subagent_leads_to_its_session(committed: GitDriver) -> None:
    """Each subagent has a session of its own in the same database."""
    session = opencode_session(
        committed.home, committed.path.resolve(), "1.18.33", "Let a subagent write helper.py"
    )
    commit = commit_after(committed, session, **{"helper.py": "VALUE_FROM_SUBAGENT = 41 + 1\n"})

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.session == session.name


def test_a_session_in_a_database_that_was_started_above_is_found_by_its_paths(
    committed: GitDriver,
) -> None:
    """No file of its own can be searched for the names; what its tools were given is."""
    worktree = committed.path.resolve()
    session = opencode_session(committed.home, worktree, "1.18.33")
    with closing(sqlite3.connect(session.parent)) as database:
        database.execute("UPDATE session SET directory = ?", (str(worktree.parent),))
        database.execute("UPDATE message SET data = json_remove(data, '$.path')")
        database.commit()
    commit = commit_after(committed, session, **FILES)

    remembered(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.session == session.name


def test_a_database_that_cannot_be_read_is_logged(committed: GitDriver) -> None:
    worktree = committed.path.resolve()
    session = opencode_session(committed.home, worktree, "1.18.33")
    commit = commit_after(committed, session, **FILES)
    Registry(committed.repo).add(RegisteredSession(session.name, str(session), str(worktree)))
    session.parent.write_bytes(b"no database")

    remembered(committed, commit)

    assert memories_on(committed, commit) == ()
    assert any("cannot read the transcript" in entry for entry in read_log(committed.repo, 9))


def test_backfill_and_the_session_behind_a_memory(committed: GitDriver) -> None:
    """Each command that reads a session reads one in a database."""
    session = opencode_session(committed.home, committed.path.resolve(), "1.18.33")
    commit = commit_after(committed, session, **FILES)
    assert gitmem(committed, "init", "--no-agent", "opencode").returncode == 0

    assert gitmem(committed, "backfill").returncode == 0

    shown = gitmem(committed, "session", commit)
    assert "OpenCode" in shown.stdout
    assert "do not catch the exception" in shown.stdout
    resumed = gitmem(committed, "session", commit, "--resume").stdout
    assert f"opencode --session {session.name}" in resumed
    assert gitmem(committed, "verify").returncode == 0


def test_a_session_that_is_too_large_is_logged(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = gemini_session(committed.home, committed.path.resolve(), "0.24")
    commit = commit_after(committed, session, **FILES)
    monkeypatch.setattr(chat_file, "MAX_DOCUMENT_BYTES", 1 << 10)

    remembered(committed, commit)

    assert memories_on(committed, commit) == ()
    (entry,) = read_log(committed.repo, 9)
    assert "it has more than" in entry


def test_a_second_commit_gets_what_came_after_the_first(committed: GitDriver) -> None:
    """The same turn's calls stand in one message of the document; none is told twice."""
    worktree = committed.path.resolve()
    session = gemini_session(committed.home, worktree, "0.24")
    first = commit_after(committed, session, **FILES)
    remembered(committed, first)
    gemini_session(committed.home, worktree, "0.24-resumed")
    moment = float(committed.now) + 60

    remembered(committed, first)

    (memory,) = memories_on(committed, first)
    assert memory.provenance.records == (0, 11)
    assert moment > memory.provenance.records[1]


def test_the_hook_hands_on_what_codex_tells_it(committed: GitDriver) -> None:
    """A commit that git makes for Codex: the session is named by the environment."""
    assert gitmem(committed, "init").returncode == 0
    session = codex_session(committed.home, committed.path.resolve(), "0.169")
    committed.environ["CODEX_THREAD_ID"] = read(session).session
    commit = commit_after(committed, session, **{"generated.txt": "made by a script\n"})

    deadline = time.monotonic() + 20.0
    while not memories_on(committed, commit) and time.monotonic() < deadline:
        time.sleep(0.05)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.agent == "codex 0.169.0"
    shown = gitmem(committed, "show", commit).stdout
    assert "do not catch the exception" in shown


def test_a_transcript_given_by_hand(committed: GitDriver) -> None:
    session = codex_session(committed.home, Path("/elsewhere"), "0.34")
    commit = commit_after(committed, session, **FILES)

    done = gitmem(committed, "capture", commit, "--session", str(session))

    assert done.returncode == 0, done.stderr
    assert memories_on(committed, commit)[0].provenance.agent == "codex 0.34.0"


def test_the_hook_knows_every_variable_that_an_agent_sets() -> None:
    from gitmem.agents.adapters import ADAPTERS

    hook = (Path(__file__).parents[2] / "githooks" / "post-commit").read_text()

    assert subprocess.run(["sh", "-n"], input=hook.encode(), check=False).returncode == 0
    assert all(name in hook for make in ADAPTERS for name in make({}).session_variables)
