from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmem.hooks.agent import run_agent_hook
from gitmem.model.memory import Memory, Provenance
from gitmem.store.log import read_log
from gitmem.store.notefile import document_of
from gitmem.store.notes import NoteStore
from gitmem.store.queue import Queue
from gitmem.store.registry import RegisteredSession, Registry
from tests.support.cli import gitmem
from tests.support.git import GitDriver

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"


@pytest.fixture
def ready(committed: GitDriver) -> GitDriver:
    """A repository that is set up, with one memory on HEAD."""
    assert gitmem(committed, "init").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory("decision", "Cents are integers", provenance=Provenance(commit=commit))
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    return committed


def payload(git: GitDriver, **fields: str) -> bytes:
    given = {
        "session_id": SESSION,
        "transcript_path": str(git.home / "t.jsonl"),
        "cwd": str(git.path),
        **fields,
    }
    return json.dumps(given).encode()


def environ(git: GitDriver, **fields: str) -> dict[str, str]:
    return {"CLAUDE_PROJECT_DIR": str(git.path), **fields}


@pytest.mark.parametrize("source", ["startup", "resume", "clear", "compact"])
def test_a_session_start_is_given_what_is_remembered(ready: GitDriver, source: str) -> None:
    given = payload(ready, hook_event_name="SessionStart", source=source)

    printed = json.loads(run_agent_hook("SessionStart", given, environ(ready)))

    output = printed["hookSpecificOutput"]
    assert output["hookEventName"] == "SessionStart"
    assert "Cents are integers" in output["additionalContext"]


def test_a_session_is_registered_with_its_transcript(ready: GitDriver) -> None:
    run_agent_hook("SessionStart", payload(ready), environ(ready))

    assert Registry(ready.repo).sessions() == [
        RegisteredSession(SESSION, str(ready.home / "t.jsonl"), str(ready.path.resolve()))
    ]


def test_git_hooks_can_learn_the_session_from_the_environment_file(
    ready: GitDriver, tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.write_text("export OTHER=1\n")

    run_agent_hook("SessionStart", payload(ready), environ(ready, CLAUDE_ENV_FILE=str(file)))

    assert file.read_text() == f"export OTHER=1\nexport GITMEM_SESSION_ID={SESSION}\n"


def test_a_hostile_session_id_is_not_exported(ready: GitDriver, tmp_path: Path) -> None:
    file = tmp_path / "env"
    given = payload(ready, session_id="x; rm -rf /")

    run_agent_hook("SessionStart", given, environ(ready, CLAUDE_ENV_FILE=str(file)))

    assert not file.exists()


def test_where_gitmem_is_not_set_up_the_hook_is_silent(committed: GitDriver) -> None:
    assert run_agent_hook("SessionStart", payload(committed), environ(committed)) == ""
    assert not committed.repo.state_dir.exists()


def test_switched_off_means_silent(ready: GitDriver) -> None:
    ready.run("config", "gitmem.enabled", "false")

    assert run_agent_hook("SessionStart", payload(ready), environ(ready)) == ""


def test_a_setting_of_the_wrong_form_goes_to_the_log(ready: GitDriver) -> None:
    ready.run("config", "gitmem.budgetTokens", "plenty")

    assert run_agent_hook("SessionStart", payload(ready), environ(ready)) == ""
    assert "gitmem.budgetTokens" in read_log(ready.repo, 1)[0]


def test_the_end_of_a_turn_is_queued(ready: GitDriver) -> None:
    gitmem(ready, "worker", str(ready.path))
    ready.run("config", "gitmem.pending", "false")

    assert run_agent_hook("Stop", payload(ready), environ(ready)) == ""
    kinds = {queued.job.kind for queued in Queue(ready.repo).jobs()}
    assert kinds <= {"turn"}
    assert Registry(ready.repo).get(SESSION) is not None


def test_the_end_of_nobodys_turn_is_not_queued(ready: GitDriver) -> None:
    """It could only fail, three times, and end in doctor's list."""
    run_agent_hook("Stop", b"{}", environ(ready))

    assert Queue(ready.repo).is_empty()
    assert Queue(ready.repo).failed() == []
