from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitmem.hooks.agent import EVENTS, run_agent_hook
from gitmem.hooks.file_precheck import may_tell
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.setup.clients.claude_code import TIMEOUTS
from gitmem.state.context_history import ContextHistory
from gitmem.state.error_log import read_log
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SESSION = "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that tests on all its cores may keep the worker from its work for seconds."""
    monkeypatch.setattr("gitmem.hooks.agent._PATIENCE_SECONDS", 60.0)


@prepared
def ready(committed: GitDriver) -> GitDriver:
    """A repository that is set up, with one memory on HEAD."""
    assert gitmem(committed, "init").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory("decision", "Cents are integers", provenance=Provenance(commit=commit))
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    return committed


def payload(git: GitDriver, **fields: Any) -> bytes:
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


def test_a_hook_exits_with_0_though_nobody_reads_its_output(ready: GitDriver) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    given = payload(ready, hook_event_name="SessionStart", source="startup")
    command = [*GITMEM, "hook", "SessionStart"]

    done = subprocess.run(command, cwd=ready.path, env=ready.env(), input=given, stdout=writer)
    os.close(writer)

    assert done.returncode == 0
    assert any("BrokenPipeError" in entry for entry in read_log(ready.repo, 5))


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


def begin(git: GitDriver, source: str = "startup") -> dict[str, Any]:
    """What a session's start prints for Claude Code; other clients run the hook, too."""
    surroundings = environ(git, CLAUDE_CODE_ENTRYPOINT="cli", CLAUDE_CODE_SESSION_ID=SESSION)
    printed = run_agent_hook("SessionStart", payload(git, source=source), surroundings)
    return dict(json.loads(printed)) if printed else {}


def test_the_person_is_told_what_the_agent_was_given(ready: GitDriver) -> None:
    printed = begin(ready)

    assert printed["systemMessage"] == "gitmem: 1 of 1 memory given"
    assert "Cents are integers" in printed["hookSpecificOutput"]["additionalContext"]
    assert "systemMessage" not in begin(ready, "resume")
    assert "systemMessage" not in begin(ready, "compact")


def test_a_client_that_may_not_know_the_field_is_not_sent_it(ready: GitDriver) -> None:
    given = payload(ready, source="startup")

    assert "systemMessage" not in run_agent_hook("SessionStart", given, environ(ready))


@pytest.mark.parametrize("notice", ["problems", "never"])
def test_the_person_may_want_to_hear_less(ready: GitDriver, notice: str) -> None:
    ready.run("config", "gitmem.notice", notice)

    assert "systemMessage" not in begin(ready)


def test_a_pattern_of_what_to_mask_that_is_none_stops_everything(ready: GitDriver) -> None:
    ready.run("config", "gitmem.redact", "(unclosed")

    assert begin(ready) == {
        "systemMessage": "gitmem does nothing here: one of its settings is not valid."
        " Run: gitmem doctor"
    }
    assert begin(ready, "compact") == {}
    assert "gitmem.redact" in read_log(ready.repo, 1)[0]


@pytest.mark.parametrize("name", ["gitmem.budgetTokens", "gitmem.notice", "gitmem.enabled"])
def test_a_value_of_the_wrong_form_is_said_in_one_line(ready: GitDriver, name: str) -> None:
    ready.run("config", name, "plenty")

    assert begin(ready)["systemMessage"] == (
        "gitmem: one of its settings has a value that it cannot have. Run: gitmem config"
    )
    assert "systemMessage" not in begin(ready, "compact")


def test_a_name_that_means_nothing_is_said_in_one_line(ready: GitDriver) -> None:
    ready.run("config", "gitmem.autopsh", "false")

    assert begin(ready)["systemMessage"] == (
        "gitmem: a setting is misspelled and does not count. Run: gitmem config"
    )


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
    assert Queue(ready.repo).failed_jobs() == []


def remember(git: GitDriver, title: str, path: str, why: str = "") -> None:
    commit = git.commit(title, **{path.replace("/", "__"): f"{title}\n"})
    time = git.out("log", "-1", "--format=%aI")
    origin = Provenance(commit=commit, time=time, agent="claude-code", session="earlier")
    why = why or f"The garden asked to {title}."
    memory = Memory("feature", title, why, files_changed=(path,), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


@prepared
def orchard(ready: GitDriver) -> GitDriver:
    """A repository that is set up, with a memory of each of eight files, in an index."""
    for number in range(8):
        remember(ready, f"plant tree {number}", f"src/tree{number}.py")
    assert gitmem(ready, "context").returncode == 0
    return ready


def tool_use(git: GitDriver, path: str, tool: str = "Read", **fields: Any) -> bytes:
    tool_input = {"file_path": str(git.path / path)}
    answer = {"file": {"content": 'x = "tool_response": {}\n' * 10}}
    given = {"session_id": SESSION, "cwd": str(git.path), "tool_name": tool}
    return json.dumps(
        {**given, "tool_input": tool_input, "tool_response": answer, **fields}
    ).encode()


def context_in(printed: str) -> str:
    return str(json.loads(printed)["hookSpecificOutput"]["additionalContext"])


def test_a_prompt_is_given_what_it_calls_for(orchard: GitDriver) -> None:
    asked = payload(orchard, prompt="Why is src/tree3.py so tall?")

    printed = run_agent_hook("UserPromptSubmit", asked, environ(orchard))

    assert json.loads(printed)["hookSpecificOutput"]["hookEventName"] == "UserPromptSubmit"
    assert "plant tree 3" in context_in(printed)
    assert "plant tree 3" not in run_agent_hook("UserPromptSubmit", asked, environ(orchard))


@pytest.mark.parametrize("event", ["PostToolUse", "PreToolUse"])
@pytest.mark.parametrize("tool", ["Read", "Edit", "Write"])
def test_beside_a_file_stands_what_is_remembered_of_it(
    orchard: GitDriver, event: str, tool: str
) -> None:
    printed = run_agent_hook(event, tool_use(orchard, "src/tree3.py", tool), environ(orchard))

    assert json.loads(printed)["hookSpecificOutput"]["hookEventName"] == event
    assert "plant tree 3" in context_in(printed)
    again = run_agent_hook(event, tool_use(orchard, "src/tree3.py", tool), environ(orchard))
    assert again == ""


@prepared
def grove(ready: GitDriver) -> GitDriver:
    """A repository that is set up, whose file has ten lines of each of three commits."""
    text = ""
    for name in ("oak", "elm", "ash"):
        text += "".join(f"{name} = plant({number})\n" for number in range(10))
        commit = ready.commit(name, **{"grove.py": text})
        origin = Provenance(commit=commit, agent="claude-code", session="earlier")
        memory = Memory("decision", f"plant the {name}", f"The {name} keeps the wind off.")
        memory = replace(memory, files_changed=("grove.py",), provenance=origin)
        NoteStore(ready.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(ready, "context").returncode == 0
    return ready


def test_three_parts_that_are_read_have_three_answers(grove: GitDriver) -> None:
    def look(first: int, count: int) -> str:
        asked = {"file_path": str(grove.path / "grove.py"), "offset": first, "limit": count}
        told = {"file": {"startLine": first, "numLines": count, "totalLines": 30}}
        given = tool_use(grove, "", tool_input=asked, tool_response=told)
        return run_agent_hook("PostToolUse", given, environ(grove))

    printed = [look(1, 10), look(11, 10), look(21, 10)]

    for name, other, text in zip(
        ("oak", "elm", "ash"), ("ash", "oak", "elm"), printed, strict=True
    ):
        assert f"The {name} keeps the wind off." in context_in(text)
        assert f"The {other} keeps" not in context_in(text)
    assert [look(1, 10), look(5, 10), look(25, 3)] == ["", "", ""]


def test_beside_an_edit_stands_what_was_replaced(grove: GitDriver) -> None:
    text = (grove.path / "grove.py").read_text()
    grove.write(
        "grove.py", text.replace("elm = plant(3)\n", "").replace("elm = plant(4)", "elm = 4")
    )
    patch = [{"newStart": 11, "lines": [" a", " b", " c", "-x", "-y", "+z", " d"]}]
    asked = {"file_path": str(grove.path / "grove.py"), "old_string": "x", "new_string": "z"}
    given = tool_use(grove, "", "Edit", tool_input=asked, tool_response={"structuredPatch": patch})

    told = context_in(run_agent_hook("PostToolUse", given, environ(grove)))

    assert "The elm keeps" in told
    assert "The oak keeps" not in told


def test_before_an_edit_stands_what_will_be_replaced(grove: GitDriver) -> None:
    asked = {"file_path": str(grove.path / "grove.py"), "new_string": "", "old_string": ""}
    asked["old_string"] = "elm = plant(3)\nelm = plant(4)\n"
    given = tool_use(grove, "", "Edit", tool_input=asked)

    told = context_in(run_agent_hook("PreToolUse", given, environ(grove)))

    assert "The elm keeps" in told
    assert "The oak keeps" not in told


def test_a_file_without_a_reason_starts_no_process(
    ready: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = ready.commit("bare", **{"bare.py": "x = plant()\n"})
    origin = Provenance(commit=commit, agent="claude-code", session="earlier")
    memory = Memory("change", "bare", files_changed=("bare.py",), provenance=origin)
    NoteStore(ready.repo).add({commit: [document_of(memory)]}, "notes: test")
    assert gitmem(ready, "context").returncode == 0

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)

    assert run_agent_hook("PostToolUse", tool_use(ready, "bare.py"), environ(ready)) == ""
    assert not may_tell(tool_use(ready, "bare.py"), environ(ready))


def test_a_notebook_is_a_file(orchard: GitDriver) -> None:
    remember(orchard, "a study", "study.ipynb")
    gitmem(orchard, "context")
    asked = tool_use(orchard, "", tool_input={"notebook_path": str(orchard.path / "study.ipynb")})

    assert "a study" in context_in(run_agent_hook("PostToolUse", asked, environ(orchard)))


def test_a_subagent_is_told_apart_from_its_session(orchard: GitDriver) -> None:
    of_session = tool_use(orchard, "src/tree3.py")
    of_agent = tool_use(orchard, "src/tree3.py", agent_id="a1b2")

    assert run_agent_hook("PostToolUse", of_session, environ(orchard))
    assert run_agent_hook("PostToolUse", of_agent, environ(orchard))
    assert run_agent_hook("PostToolUse", of_agent, environ(orchard)) == ""


def test_what_a_subagent_is_told_is_paid_by_its_session(orchard: GitDriver) -> None:
    """A crowd of subagents must not receive the budget of a session each."""
    orchard.run("config", "gitmem.sessionTokens", "300")
    told = [
        run_agent_hook(
            "PostToolUse", tool_use(orchard, f"src/tree{n}.py", agent_id=f"a{n}"), environ(orchard)
        )
        for n in range(8)
    ]

    assert told[0]
    assert told[-1] == ""
    known = ContextHistory(orchard.repo).of(SESSION)
    assert known is not None
    assert sum(len(context_in(one)) // 4 for one in told if one) <= known.tokens <= 300


def with_reason(git: GitDriver) -> dict[str, str]:
    """A session that is at one file, of which there is a memory with a reason; its environment."""
    remember(git, "prune tree 9", "src/tree9.py", why="It shades the path.")
    gitmem(git, "context")
    asked = payload(git, prompt="Why is src/tree9.py pruned?")
    run_agent_hook("UserPromptSubmit", asked, environ(git))
    return environ(git, CLAUDE_CODE_SESSION_ID=SESSION)


def test_a_subagent_is_told_what_its_session_works_on(orchard: GitDriver) -> None:
    surroundings = with_reason(orchard)
    given = payload(orchard, agent_id="a1b2", agent_type="Explore")

    printed = run_agent_hook("SubagentStart", given, surroundings)

    assert json.loads(printed)["hookSpecificOutput"]["hookEventName"] == "SubagentStart"
    assert "It shades the path" in context_in(printed)
    assert run_agent_hook("SubagentStart", given, surroundings) == ""
    assert Queue(orchard.repo).is_empty()


def test_a_subagent_of_client_2_0_is_told_nothing(orchard: GitDriver) -> None:
    """It warms up subagents that nobody asked for, and its payload does not tell them apart."""
    with_reason(orchard)
    given = payload(orchard, agent_id="a1b2", agent_type="Explore")

    assert run_agent_hook("SubagentStart", given, environ(orchard)) == ""


def test_a_subagent_without_a_name_is_told_nothing(orchard: GitDriver) -> None:
    assert run_agent_hook("SubagentStart", payload(orchard), with_reason(orchard)) == ""


def test_a_file_nothing_is_remembered_of_starts_no_process(
    orchard: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    orchard.write("src/new.py", "x\n")
    monkeypatch.setattr(subprocess, "Popen", refuse)

    for path in ("src/new.py", "../outside.py", "/etc/hosts", "src/tree3.py/below"):
        assert run_agent_hook("PostToolUse", tool_use(orchard, path), environ(orchard)) == ""


def test_a_file_told_before_starts_no_process(
    orchard: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    run_agent_hook("PostToolUse", tool_use(orchard, "src/tree3.py"), environ(orchard))
    monkeypatch.setattr(subprocess, "Popen", refuse)

    assert run_agent_hook("PostToolUse", tool_use(orchard, "src/tree3.py"), environ(orchard)) == ""


def test_files_of_another_repository_are_not_ours(orchard: GitDriver, tmp_path: Path) -> None:
    other = GitDriver(tmp_path / "other", orchard.home).init()
    other.commit("other", **{"src__tree3.py": "x\n"})
    asked = tool_use(orchard, "", tool_input={"file_path": str(other.path / "src/tree3.py")})

    assert run_agent_hook("PostToolUse", asked, environ(orchard)) == ""


def test_a_file_of_another_work_tree_is_the_same_repository(orchard: GitDriver) -> None:
    orchard.run("worktree", "add", "-q", "-b", "side", "../linked")
    file = orchard.path.parent / "linked" / "src/tree3.py"
    asked = tool_use(orchard, "", tool_input={"file_path": str(file)})

    assert "plant tree 3" in context_in(run_agent_hook("PostToolUse", asked, environ(orchard)))


@pytest.mark.parametrize("event", ["UserPromptSubmit", "PostToolUse", "PreToolUse"])
@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"session_id": 3, "prompt": [], "tool_input": "x"}',
        b'{"session_id": "../../x", "prompt": "src/tree3.py", "tool_input": {"file_path": 7}}',
        (
            b'{"session_id": "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2", "tool_input": '
            b'{"file_path": "a\\u0000b\\ud800"}, "prompt": "\\ud800"}'
        ),
        b'{"session_id": "7dc9a616-a1ce-4d38-8f1e-1544b08bf6d2", "tool_response": 1',
        b'{"a":' * 100_000,
    ],
)
def test_a_hostile_payload_is_silence(orchard: GitDriver, event: str, given: bytes) -> None:
    assert run_agent_hook(event, given, environ(orchard)) == ""


def test_switched_off_by_their_budgets(orchard: GitDriver) -> None:
    orchard.run("config", "gitmem.fileTokens", "0")
    orchard.run("config", "gitmem.promptTokens", "0")
    asked = payload(orchard, prompt="Why is src/tree3.py so tall?")

    assert run_agent_hook("UserPromptSubmit", asked, environ(orchard)) == ""
    assert run_agent_hook("PostToolUse", tool_use(orchard, "src/tree3.py"), environ(orchard)) == ""


def test_a_damaged_index_is_no_trouble(orchard: GitDriver) -> None:
    (orchard.repo.state_dir / "index" / "memories.sqlite3").write_bytes(b"not a database" * 100)

    assert run_agent_hook("PostToolUse", tool_use(orchard, "src/tree3.py"), environ(orchard)) == ""


def test_every_event_that_is_registered_is_handled() -> None:
    assert set(TIMEOUTS) <= set(EVENTS)
