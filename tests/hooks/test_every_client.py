"""Whatever a client sends, it gets one JSON object of its own schema, or nothing."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitmem.agents.hook_client import HookAnswer
from gitmem.agents.hook_clients import CLIENT_NAMES, choose_client, recognise
from gitmem.hooks.agent import EVENTS, as_client_takes, run_agent_hook
from gitmem.hooks.question import run_command_hook
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.settings import Settings
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SPECIFIC = "hookSpecificOutput"
SCHEMAS: dict[str, frozenset[str]] = {
    "claude-code": frozenset({"systemMessage", SPECIFIC}),
    "codex": frozenset({SPECIFIC}),
    "gemini-cli": frozenset({SPECIFIC}),
    "qwen-code": frozenset({SPECIFIC}),
    "copilot-cli": frozenset({"additionalContext"}),
    "cursor": frozenset({"additional_context", "continue"}),
    "opencode": frozenset({"context"}),
}
"""All that each may find at the top of an answer."""

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_KEYS = st.sampled_from(
    [
        *("session_id", "sessionId", "conversation_id", "transcript_path", "transcriptPath", "cwd"),
        *("hook_event_name", "source", "reason", "prompt", "agent_id", "tool_name", "tool_input"),
        *("tool_response", "tool_result", "toolArgs", "toolResult", "turn_id", "timestamp"),
        *("workspace_roots", "generation_id", "cursor_version", "permission_mode", "file_path"),
        *("old_string", "new_string", "edits", "content", "offset", "limit", "path", "view_range"),
    ]
)
VALUES = st.recursive(
    _SCALARS | st.just(SESSION) | st.just("README.md") | st.just('{"file_path": "README.md"}'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(_KEYS, VALUES, max_size=10)


@prepared
def with_memory(committed: GitDriver) -> GitDriver:
    """A repository that is set up, with a memory of its one file."""
    assert gitmem(committed, "init").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    origin = Provenance(commit=commit, agent="claude-code", session="earlier")
    memory = Memory("decision", "Cents are integers", "Floats lose cents.", provenance=origin)
    memory = replace(memory, files_changed=("README.md",))
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(committed, "reindex").returncode == 0
    return committed


def hook(git: GitDriver, said: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A hook's own process."""
    command, environ = [*GITMEM, "hook", *words], git.env()
    return subprocess.run(command, cwd=git.path, env=environ, input=said, capture_output=True)


def check(printed: str, client: str, event: str) -> None:
    """What was printed is empty, or one object that the client knows all of."""
    if not printed:
        return
    value = json.loads(printed)
    assert isinstance(value, dict)
    assert value
    assert value.keys() <= SCHEMAS[client]
    if SPECIFIC in value:
        assert value[SPECIFIC].keys() == {"hookEventName", "additionalContext"}
    if client == "claude-code" and SPECIFIC in value:
        assert value[SPECIFIC]["hookEventName"] == event


def test_every_client_has_a_schema_here() -> None:
    assert set(CLIENT_NAMES) <= SCHEMAS.keys()


@pytest.mark.parametrize("name", CLIENT_NAMES)
@given(event=st.sampled_from(EVENTS), context=st.text(), message=st.text())
def test_a_writer_writes_its_clients_schema_or_nothing(
    name: str, event: str, context: str, message: str
) -> None:
    for environ in ({}, {"CLAUDE_CODE_ENTRYPOINT": "cli", "CLAUDE_CODE_SESSION_ID": SESSION}):
        client = choose_client(name, b"", environ)
        assert client is not None
        printed = client.write(event, HookAnswer(context, message))
        check(printed, name, event)
        assert not (printed and not client.tells(event) and not message)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=PAYLOADS, event=st.sampled_from(EVENTS), name=st.sampled_from(["", *CLIENT_NAMES]))
@example(value={}, event="SessionStart", name="")
@example(value={"session_id": SESSION, "source": "startup"}, event="SessionStart", name="")
@example(value={"conversation_id": SESSION}, event="SessionStart", name="")
def test_wrong_types_everywhere_are_answered_in_the_clients_schema(
    with_memory: GitDriver, value: dict[str, Any], event: str, name: str
) -> None:
    said = json.dumps({"cwd": str(with_memory.path), **value}).encode()
    environ = {"CLAUDE_PROJECT_DIR": str(with_memory.path), "HOME": str(with_memory.home)}
    client = name or recognise(said, environ)

    check(run_agent_hook(event, said, environ, name), client, event)
    check(run_command_hook(said, environ, name), client, "PostToolUse")


@pytest.mark.parametrize("name", ["", "cursor"])
@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"not JSON",
        b"[1, 2]",
        b"\xff\xfe\x00",
        b"{" * 50_000,
        b'{"prompt": "' + b"x" * (2 << 20),
        b'{"session_id": "' + b"y" * 100_000 + b'"}',
        json.dumps({"tool_input": '{"file_path": "README.md"}', "session_id": SESSION}).encode(),
    ],
    ids=["empty", "no JSON", "a list", "no text", "deep", "huge", "long id", "arguments as text"],
)
def test_the_process_ends_with_0_and_prints_an_object_or_nothing(
    with_memory: GitDriver, said: bytes, name: str
) -> None:
    for event in ("SessionStart", "PostToolUse", "NewEventOfTomorrow"):
        done = hook(with_memory, said, event, *(("--client", name) if name else ()))

        assert (done.returncode, done.stderr) == (0, b"")
        check(done.stdout.decode(), name or recognise(said, {}), event)


@pytest.mark.parametrize("words", [("--client",), ("--client", "nobody"), ("Bash", "--client", "")])
def test_a_client_that_nobody_knows_is_told_nothing(
    with_memory: GitDriver, words: tuple[str, ...]
) -> None:
    said = json.dumps({"session_id": SESSION, "source": "startup"}).encode()
    done = hook(with_memory, said, "SessionStart", *words)

    assert (done.returncode, done.stdout) == (0, b"")


def test_copilots_own_words_in_claude_codes_form_are_known_as_its() -> None:
    lines = (FIXTURES / "copilot" / "hooks.jsonl").read_text().splitlines()
    heard = [json.loads(line) for line in lines]
    of_claude = [one["payload"] for one in heard if one["hook"][0].isupper()]

    assert len(of_claude) > 10
    for payload in of_claude:
        assert recognise(json.dumps(payload).encode(), {}) == "copilot-cli"


def test_claude_codes_own_words_are_known_as_its(shared: Path) -> None:
    folder = shared / "claude-code" / "hook-payloads"
    if not folder.is_dir():
        pytest.skip("the client's own payloads are not here")
    for path in folder.glob("*.json"):
        for environ in ({}, {"CURSOR_VERSION": "3", "CLAUDE_CODE_ENTRYPOINT": "cli"}):
            assert recognise(path.read_bytes(), environ) == "claude-code"


def test_the_same_state_gives_the_same_text(with_memory: GitDriver) -> None:
    """Prompt caches, and Cursor, which sends it with every request, want it stable."""
    texts = set()
    for number in range(3):
        session = f"{number}dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"
        said = json.dumps({"conversation_id": session, "workspace_roots": [str(with_memory.path)]})
        texts.add(run_agent_hook("SessionStart", said.encode(), {}))

    assert len(texts) == 1
    assert "Cents are integers" in texts.pop()


def with_budget(settings: Settings, name: str, tokens: int) -> Settings:
    changes: dict[str, Any] = {name: tokens}
    return replace(settings, **changes)


@pytest.mark.parametrize(
    ("event", "budget"),
    [
        ("SessionStart", "budget_tokens"),
        ("UserPromptSubmit", "prompt_tokens"),
        ("PostToolUse", "file_tokens"),
        ("SubagentStart", "file_tokens"),
    ],
)
@pytest.mark.parametrize("name", CLIENT_NAMES)
def test_no_client_is_given_more_than_it_takes_nor_than_was_wanted(
    name: str, event: str, budget: str
) -> None:
    client = choose_client(name, b"", {})
    assert client is not None
    for wanted in (0, 10, 100_000):
        wish = with_budget(Settings(), budget, wanted)
        given = as_client_takes(wish, event, client)

        assert getattr(given, budget) == client.budget_tokens(event, wanted) <= wanted
        assert with_budget(given, budget, wanted) == wish


def test_what_is_sent_with_every_request_is_less_than_what_is_sent_once() -> None:
    cursor, claude = (choose_client(name, b"", {}) for name in ("cursor", "claude-code"))
    assert cursor is not None
    assert claude is not None

    assert as_client_takes(Settings(), "SessionStart", cursor).budget_tokens == 250
    assert as_client_takes(Settings(), "SessionStart", claude) == Settings()
