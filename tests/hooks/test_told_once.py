"""Of several hooks of ours that a client runs for one event, one answers."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gitmem.capture.client_words import name_sessions
from gitmem.hooks.agent import run_agent_hook
from gitmem.model.job import CLIENT, PAYLOAD, Job
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.setup.launcher_line import native_command
from gitmem.state.claims import CLAIMS, claim, clear_claims
from gitmem.state.queue import Queue
from gitmem.state.refused_clients import write_refused_clients
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION, OTHER = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2", "019eefa0-0000-4000-8000-000000000001"


@prepared
def told_of(committed: GitDriver) -> GitDriver:
    """A repository that is set up, with a memory of its one file."""
    assert gitmem(committed, "init").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory(
        "decision",
        "Cents are integers",
        why="Floats lose cents.",
        files_changed=("README.md",),
        provenance=Provenance(commit=commit, agent="claude-code", session="earlier"),
    )
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(committed, "reindex").returncode == 0
    return committed


def claude(git: GitDriver, session: str = SESSION, **fields: Any) -> bytes:
    said = {"session_id": session, "transcript_path": "/t.jsonl", "cwd": str(git.path), **fields}
    return json.dumps(said).encode()


def cursor(git: GitDriver, session: str = SESSION, **fields: Any) -> bytes:
    said = {"conversation_id": session, "workspace_roots": [str(git.path)], **fields}
    return json.dumps(said).encode()


def hook(git: GitDriver, event: str, said: bytes, *words: str, **environ: str) -> str:
    done = subprocess.run(
        [*GITMEM, "hook", event, *words],
        cwd=git.path,
        env={**git.env(), **environ},
        input=said,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("SessionStart", {"source": "startup"}),
        ("PostToolUse", {"tool_input": {"file_path": "README.md"}, "tool_use_id": "t1"}),
        ("PostToolUse", {"tool_input": {"file_path": "README.md"}}),
    ],
)
def test_hooks_run_at_once_say_it_once(
    told_of: GitDriver, event: str, fields: dict[str, Any]
) -> None:
    said = claude(told_of, **fields)
    with ThreadPoolExecutor(3) as pool:
        printed = list(pool.map(lambda _: hook(told_of, event, said), range(3)))

    assert sorted(map(bool, printed)) == [False, False, True], printed
    assert (
        "Cents are integers" in json.loads(max(printed))["hookSpecificOutput"]["additionalContext"]
    )


def test_two_clients_at_once_in_one_work_tree_are_each_told_their_own(told_of: GitDriver) -> None:
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(hook, told_of, "SessionStart", claude(told_of, source="startup"))
        other = pool.submit(hook, told_of, "SessionStart", cursor(told_of, OTHER))

    first, second = json.loads(one.result()), json.loads(other.result())
    assert "Cents are integers" in first["hookSpecificOutput"]["additionalContext"]
    assert second.keys() == {"additional_context"}
    assert "Cents are integers" in second["additional_context"]


def test_a_client_with_hooks_of_its_own_is_not_told_by_claude_codes(told_of: GitDriver) -> None:
    own = told_of.path / ".cursor" / "hooks.json"
    own.parent.mkdir()
    entry = {"command": native_command("SessionStart", "cursor")}
    own.write_text(json.dumps({"version": 1, "hooks": {"sessionStart": [entry]}}))

    by_claudes = run_agent_hook("SessionStart", cursor(told_of), {})
    by_its_own = run_agent_hook("SessionStart", cursor(told_of), {}, "cursor")
    of_another_event = run_agent_hook(
        "PostToolUse", cursor(told_of, OTHER, tool_input={"file_path": "README.md"}), {}
    )

    assert by_claudes == ""
    assert "Cents are integers" in json.loads(by_its_own)["additional_context"]
    assert "Cents are integers" in json.loads(of_another_event)["additional_context"]


def test_hooks_in_the_persons_home_count_too(told_of: GitDriver, home: Path) -> None:
    (home / ".cursor").mkdir()
    command = native_command("SessionStart", "cursor")
    (home / ".cursor" / "hooks.json").write_text(
        json.dumps({"hooks": {"sessionStart": [{"command": command}]}})
    )

    assert run_agent_hook("SessionStart", cursor(told_of), {"HOME": str(home)}) == ""
    assert run_agent_hook("SessionStart", claude(told_of, source="startup"), {"HOME": str(home)})


def test_a_client_that_was_refused_is_told_nothing(told_of: GitDriver) -> None:
    write_refused_clients(told_of.repo, ["cursor"])

    assert run_agent_hook("SessionStart", cursor(told_of), {}) == ""
    assert run_agent_hook("SessionStart", cursor(told_of), {}, "cursor") == ""
    assert run_agent_hook("SessionStart", claude(told_of, source="startup"), {})


def test_the_end_of_a_turn_that_two_hooks_leave_is_queued_once(told_of: GitDriver) -> None:
    queue = Queue(told_of.repo)
    said = claude(told_of).decode()
    for kind, client in (("turn", ""), ("turn", "claude-code"), ("end", ""), ("end", "")):
        extra = {CLIENT: client, "project": str(told_of.path), PAYLOAD: said}
        queue.add(Job(kind, extra={k: v for k, v in extra.items() if v}))
    other = {"project": str(told_of.path), PAYLOAD: claude(told_of, OTHER).decode()}
    queue.add(Job("turn", extra=other))

    name_sessions(told_of.repo)

    jobs = sorted((queued.job.kind, queued.job.session) for queued in queue.jobs())
    assert jobs == sorted([("turn", SESSION), ("end", SESSION), ("turn", OTHER)])


def test_the_same_event_may_come_again_later(told_of: GitDriver) -> None:
    repo = told_of.repo
    assert claim(repo, "native", "SessionStart", "cursor")
    assert not claim(repo, "native", "SessionStart", "cursor")
    assert claim(repo, "native", "SessionStart", "codex")

    for path in (repo.state_dir / CLAIMS).iterdir():
        os.utime(path, (path.stat().st_mtime - 11,) * 2)

    assert claim(repo, "native", "SessionStart", "cursor")


def test_the_same_hook_is_heard_again_sooner_than_another(told_of: GitDriver) -> None:
    """One that waits for the other comes later; a session that is resumed twice is two events."""
    repo = told_of.repo
    answers = []
    for kind, seconds in (("native", 0), ("native", 1), ("other", 3), ("native", 3), ("other", 9)):
        for path in (repo.state_dir / CLAIMS).glob("*"):
            os.utime(path, (path.stat().st_mtime - seconds,) * 2)
        answers.append(claim(repo, kind, "SessionStart", "cursor"))

    assert answers == [True, False, False, True, False]


def test_a_client_that_forgets_is_told_at_each_resumption(told_of: GitDriver) -> None:
    """Copilot CLI keeps nothing of what a hook said."""
    said = json.dumps({"sessionId": SESSION, "source": "resume", "cwd": str(told_of.path)}).encode()
    answers = []
    for _ in range(3):
        answers.append(run_agent_hook("SessionStart", said, {}, "copilot-cli"))
        for path in (told_of.repo.state_dir / CLAIMS).iterdir():
            os.utime(path, (path.stat().st_mtime - 3,) * 2)

    assert ["Cents are integers" in answer for answer in answers] == [True] * 3


_COMMAND = native_command("SessionStart", "cursor")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"version": 1, "note": _COMMAND, "hooks": {}}),
        json.dumps({"version": 1, "hooks": {}, "off": {"sessionStart": [{"command": _COMMAND}]}}),
        json.dumps({"hooks": {"sessionStart": [{"command": _COMMAND}]}}) + "\n<<<<<<< HEAD\n",
        json.dumps({"hooks": {"x": [{"command": "echo hook SessionStart --client cursor"}]}}),
        json.dumps(
            {
                "hooks": {
                    "a": [{"command": native_command("SessionStart", "codex")}],
                    "b": [{"command": native_command("Stop", "cursor")}],
                }
            }
        ),
        json.dumps([_COMMAND]),
        "[" * 100_000 + _COMMAND,
    ],
)
def test_a_file_that_only_speaks_of_the_hook_silences_nobody(told_of: GitDriver, text: str) -> None:
    own = told_of.path / ".cursor" / "hooks.json"
    own.parent.mkdir()
    own.write_text(text)

    answer = run_agent_hook("SessionStart", cursor(told_of), {})

    assert "Cents are integers" in json.loads(answer)["additional_context"]


def test_claims_are_taken_away_when_they_are_old(told_of: GitDriver) -> None:
    repo = told_of.repo
    claim(repo, "native", "old")
    for path in (repo.state_dir / CLAIMS).iterdir():
        os.utime(path, (path.stat().st_mtime - 120,) * 2)
    claim(repo, "native", "new")

    clear_claims(repo)

    assert len(list((repo.state_dir / CLAIMS).iterdir())) == 1


def test_where_nothing_can_be_claimed_it_is_said_twice_rather_than_never(
    told_of: GitDriver,
) -> None:
    (told_of.repo.state_dir / CLAIMS).symlink_to("/dev/null")

    assert claim(told_of.repo, "native", "x")
    assert claim(told_of.repo, "native", "y")
