"""What the running server answers a client's hook is what the hook's own command would print."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.hooks.agent import run_agent_hook
from gitmem.hooks.tool_hooks import answer_hook, payload_of
from gitmem.setup.clients.claude_code import HOOKS
from gitmem.state.error_log import read_log
from gitmem.state.sessions import Registry
from tests.hooks.test_agent import SESSION, payload
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

OTHER = "0c9a616d-a1ce-4d38-8f1e-1544b08bf6d2"


@prepared
def orchard(committed: GitDriver) -> GitDriver:
    """Thirty files, each with a memory of its own: a prompt or a file singles one out."""
    assert gitmem(committed, "init").returncode == 0
    shutil.rmtree(committed.path / ".claude")  # which would tell it by itself
    for number in range(30):
        path = f"tree{number:02}.py"
        committed.commit(f"plant tree {number:02}", **{path: "bark\nwood\nbark\n"})
        said = f"title: plant tree {number:02}\nwhy: It bears before {path} does."
        committed.add_note("HEAD", f"---\nkind: decision\n{said}\nfiles: {{changed: [{path}]}}\n")
    assert gitmem(committed, "context").returncode == 0
    return committed


def environ(git: GitDriver, **more: str) -> dict[str, str]:
    given = {"CLAUDE_PROJECT_DIR": str(git.path), "HOME": str(git.home)}
    return {**given, "CLAUDE_CODE_SESSION_ID": SESSION, "GITMEM_PLUGIN": "claude-code", **more}


def asked(git: GitDriver, session: str = SESSION, **fields: Any) -> dict[str, Any]:
    """What a client that has none of a thing puts there is an empty text."""
    empty = {"agent_id": "", "permission_mode": "", "start_line": "", "line_count": ""}
    given = {"session_id": session, "cwd": str(git.path), "patch": "", "total_lines": ""}
    return {**empty, **given, "transcript_path": str(git.home / "t.jsonl"), **fields}


def file_asked(git: GitDriver, path: str, **fields: Any) -> dict[str, Any]:
    return asked(git, tool_input=json.dumps({"file_path": str(git.path / path)}), **fields)


def context(printed: str) -> str:
    return str(json.loads(printed)["hookSpecificOutput"]["additionalContext"]) if printed else ""


def test_a_prompt_is_told_what_its_command_would_print(orchard: GitDriver) -> None:
    prompt = "How tall is tree07.py?"
    by_command = run_agent_hook(
        "UserPromptSubmit", payload(orchard, prompt=prompt, session_id=OTHER), environ(orchard)
    )

    by_tool = answer_hook("prompt_context", asked(orchard, prompt=prompt), environ(orchard))

    assert "plant tree 07" in by_tool
    assert by_tool == by_command


def test_a_file_is_told_what_its_command_would_print(orchard: GitDriver) -> None:
    path = str(orchard.path / "tree11.py")
    given = payload(orchard, tool_input={"file_path": path}, session_id=OTHER)
    by_command = run_agent_hook("PostToolUse", given, environ(orchard))

    by_tool = answer_hook("file_context", file_asked(orchard, "tree11.py"), environ(orchard))

    assert context(by_tool).count("Of tree11.py:") == 1
    assert by_tool == by_command


def test_what_was_told_is_told_once_whoever_asks(orchard: GitDriver) -> None:
    """The record is one: of the server, of commands, and of a subagent's own."""
    first = answer_hook("file_context", file_asked(orchard, "tree11.py"), environ(orchard))
    path = str(orchard.path / "tree11.py")
    given = payload(orchard, tool_input={"file_path": path})

    assert first
    assert answer_hook("file_context", file_asked(orchard, "tree11.py"), environ(orchard)) == ""
    assert run_agent_hook("PostToolUse", given, environ(orchard)) == ""
    subagents = file_asked(orchard, "tree11.py", agent_id="a1")
    assert context(answer_hook("file_context", subagents, environ(orchard)))


def test_the_session_is_the_one_that_the_call_names(orchard: GitDriver) -> None:
    """After /clear the server is still that of the session before."""
    told = file_asked(orchard, "tree11.py", session=SESSION)
    assert answer_hook("file_context", told, environ(orchard))

    anew = file_asked(orchard, "tree11.py", session=OTHER)

    assert answer_hook("file_context", anew, environ(orchard))
    answer_hook("prompt_context", asked(orchard, OTHER, prompt="x"), environ(orchard))
    assert {known.session for known in Registry(orchard.repo).sessions()} == {OTHER}


def test_a_call_that_names_no_session_is_of_the_servers(orchard: GitDriver) -> None:
    given = {"path": str(orchard.path / "tree11.py")}

    assert answer_hook("file_context", given, environ(orchard))
    assert answer_hook("file_context", file_asked(orchard, "tree11.py"), environ(orchard)) == ""
    nobody = {name: value for name, value in environ(orchard).items() if "SESSION" not in name}
    assert answer_hook("file_context", {"path": "tree12.py"}, nobody) == ""


@pytest.mark.parametrize("is_text", [True, False])
def test_values_come_as_they_are_or_as_text(is_text: bool) -> None:
    """Claude Code fills in text, Codex what it is."""
    patch = [{"newStart": 3, "lines": ["+x"]}]
    given: dict[str, Any] = {"tool_input": {"file_path": "a"}, "start_line": 2, "line_count": 1}
    given |= {"total_lines": 9, "patch": patch, "session_id": "s"}
    if is_text:
        given = {name: v if isinstance(v, str) else json.dumps(v) for name, v in given.items()}

    found = payload_of("PostToolUse", given, {})

    assert found["tool_input"] == {"file_path": "a"}
    assert found["tool_response"]["file"] == {"startLine": 2, "numLines": 1, "totalLines": 9}
    assert found["tool_response"]["structuredPatch"] == patch


def test_a_subagent_of_codex_is_known_by_its_transcript() -> None:
    """Its events have an id of their own, the session's have none, and a call has to name both."""
    folder = Path(__file__).parents[1] / "fixtures/codex/hooks"
    sent = json.loads((folder / "PostToolUse-subagent.json").read_text("utf-8"))
    mine = json.loads((folder / "PostToolUse-Bash.json").read_text("utf-8"))
    agent = sent.pop("agent_id")

    assert payload_of("PostToolUse", sent, {})["agent_id"] == agent
    assert payload_of("PostToolUse", mine, {})["agent_id"] == ""
    assert payload_of("UserPromptSubmit", {**mine, "transcript_path": None}, {})["agent_id"] == ""


def test_codex_is_told_in_its_own_words(orchard: GitDriver) -> None:
    given = {
        "session_id": SESSION,
        "cwd": str(orchard.path),
        "transcript_path": None,
        "turn_id": OTHER,
        "tool_use_id": "call_1",
        "tool_name": "Bash",
        "tool_input": {"command": "cat tree11.py"},
    }
    around = {"HOME": str(orchard.home)}

    by_plugin = answer_hook("file_context", given, {**around, "GITMEM_PLUGIN": "codex"})
    by_project = answer_hook("file_context", {**given, "session_id": OTHER}, around)

    assert list(json.loads(by_plugin)) == ["hookSpecificOutput"]
    assert context(by_plugin).count("Of tree11.py:") == 1
    assert by_project == by_plugin


def test_where_settings_run_the_hook_the_server_says_nothing(orchard: GitDriver) -> None:
    settings = orchard.path / ".claude" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_bytes(HOOKS.with_us(None))

    said = answer_hook("prompt_context", asked(orchard, prompt="tree07.py"), environ(orchard))
    beside = answer_hook("file_context", file_asked(orchard, "tree11.py"), environ(orchard))

    assert (said, beside) == ("", "")
    settings.unlink()
    assert answer_hook("prompt_context", asked(orchard, prompt="tree07.py"), environ(orchard))


@pytest.mark.parametrize("silence", ["off", "skip", "stranger", "outside", "elsewhere"])
def test_it_is_silent_where_the_command_is(
    orchard: GitDriver, tmp_path: Path, silence: str
) -> None:
    given, around = file_asked(orchard, "tree11.py"), environ(orchard)
    if silence == "off":
        orchard.run("config", "gitmem.enabled", "false")
    elif silence == "skip":
        around["GITMEM_SKIP"] = "1"
    elif silence == "stranger":
        around["GITMEM_PLUGIN"] = "nobody's"
    elif silence == "outside":
        given["tool_input"] = json.dumps({"file_path": "/etc/hostname"})
    else:
        around["CLAUDE_PROJECT_DIR"] = given["cwd"] = str(tmp_path)

    assert answer_hook("file_context", given, around) == ""


def test_where_gitmem_is_not_set_up_nothing_is_said_or_made(committed: GitDriver) -> None:
    told = answer_hook("prompt_context", asked(committed, prompt="README.md"), environ(committed))

    assert told == ""
    assert not committed.repo.state_dir.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = (
    "session_id",
    "cwd",
    "tool_input",
    "path",
    "patch",
    "start_line",
    "prompt",
    "agent_id",
    "x",
)


@given(
    st.sampled_from(["prompt_context", "file_context"]),
    st.dictionaries(st.sampled_from(NAMES), JSON),
)
def test_whatever_is_sent_nothing_fails(tool: str, given: dict[str, Any]) -> None:
    assert answer_hook(tool, given, {"CLAUDE_PROJECT_DIR": "/nowhere/at/all", "HOME": "/"}) == ""


def test_a_bug_is_logged_and_says_nothing(
    orchard: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("gitmem.hooks.agent.run_agent_hook", fail)

    assert answer_hook("prompt_context", asked(orchard, prompt="x"), environ(orchard)) == ""
    assert any("a bug of ours" in entry for entry in read_log(orchard.repo, 5))


def test_an_answer_is_not_waited_for_longer_than_a_hook(
    orchard: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gitmem.process.deadline import time_left

    seen: list[float | None] = []

    def note(*_: object) -> str:
        seen.append(time_left())
        return ""

    monkeypatch.setattr("gitmem.hooks.agent.run_agent_hook", note)
    began = time.monotonic()

    answer_hook("prompt_context", asked(orchard, prompt="x"), environ(orchard))

    (left,) = seen
    assert left is not None
    assert left <= 1.5
    assert time_left() is None
    assert time.monotonic() - began < 30
