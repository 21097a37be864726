"""The client as a compressor, with a stand-in; the real one is in tests/journeys."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gitmem.compress.models.claude_cli import ClaudeCli, client_environ
from gitmem.compress.models.model_compressor import ModelCompressor
from gitmem.errors import CompressorFailed
from tests.support.answers import ERROR, answered_memory, extracted, session_evidence
from tests.support.evidence import change_of, event, evidence_of
from tests.support.fake_claude import FakeClaude, report
from tests.support.processes import running_with

LONG = 600


@pytest.fixture
def claude(tmp_path: Path) -> FakeClaude:
    return FakeClaude(tmp_path / "bin")


def compressor(claude: FakeClaude, **options: Any) -> ModelCompressor:
    path = f"{claude.folder}:{os.environ['PATH']}"
    given = {"environ": {"PATH": path, "HOME": str(claude.folder.parent)}, **options}
    return ModelCompressor(ClaudeCli(**given))


def failure(claude: FakeClaude, **options: Any) -> str:
    """Why nothing came of it."""
    with pytest.raises(CompressorFailed) as raised:
        compressor(claude, **options).compress(session_evidence(), change_of("dates.py"))
    return raised.value.message


def test_an_answer_becomes_a_memory_with_what_it_cost(claude: FakeClaude) -> None:
    claude.answers(structured_output={"memories": [answered_memory()]})

    made = compressor(claude).compress(session_evidence(), change_of("dates.py"))

    (found,) = made.memories
    assert (found.kind, found.title) == ("bugfix", "Read time stamps with a zone")
    assert found.errors[0].message == ERROR
    assert (made.compressor, made.model) == ("claude-cli/2", "a-model-2026")
    assert (made.tokens_in, made.tokens_out) == (1200, 80)


@pytest.mark.parametrize(
    "form", ["{}", "```json\n{}\n```", "Here you are:\n{}\nAnything else?", "<think>{{</think>{}"]
)
def test_an_answer_without_the_forms_tool_is_read_too(claude: FakeClaude, form: str) -> None:
    """Status 0, no error and no structured_output is what the real client gives then."""
    text = json.dumps({"memories": [answered_memory()]})
    claude.answers(result=form.replace("{{", "{").replace("{}", text))

    made = compressor(claude).compress(session_evidence(), change_of("dates.py"))

    assert [memory.kind for memory in made.memories] == ["bugfix"]


def test_a_useless_answer_is_asked_for_once_more(claude: FakeClaude) -> None:
    good = json.dumps(report(structured_output={"memories": [answered_memory()]}))
    chat = json.dumps(report(result="I would rather chat."))
    claude.does(f"grep -q 'Answer again' {claude.folder}/stdin && echo '{good}' || echo '{chat}'")

    made = compressor(claude).compress(session_evidence(), change_of("dates.py"))

    assert len(made.memories) == 1
    assert made.tokens_out == 160, "what was of no use was paid for, too"
    assert "<answer>\nI would rather chat.\n</answer>" in claude.stdin


def test_a_long_session_is_read_in_two_passes(claude: FakeClaude) -> None:
    good = json.dumps(report(structured_output={"memories": [answered_memory()]}))
    fact = {"text": "The API sends Z.", "quote": "Word 3. Word 3."}
    extract = json.dumps(report(structured_output=extracted(facts=[fact])))
    claude.does(f"grep -q '^Segment' {claude.folder}/stdin && echo '{extract}' || echo '{good}'")

    long = evidence_of(*(event("prompt", f"Word {n}. " * 300) for n in range(25)))
    made = compressor(claude).compress(long, change_of("dates.py"))

    assert len(made.memories) == 1
    assert claude.stdin.count("The API sends Z.") == 3
    assert made.tokens_out == 4 * 80


def test_the_client_is_an_agent_no_more(claude: FakeClaude) -> None:
    claude.answers(structured_output={"memories": []})

    compressor(claude, model="a-model").compress(session_evidence(), change_of("dates.py"))

    given = claude.arguments
    told = dict(pairwise(given))
    assert told["--tools"] == ""
    assert told["--setting-sources"] == ""
    assert told["--settings"] == '{"disableAllHooks":true}'
    assert told["--model"] == "a-model"
    assert told["--output-format"] == "json"
    assert json.loads(told["--json-schema"])["required"] == ["memories"]
    isolating = {"-p", "--strict-mcp-config", "--no-session-persistence"}
    assert {*isolating, "--disable-slash-commands"} <= set(given)
    assert "Find out why the test fails." in claude.stdin
    assert "Find out why" not in "".join(given)  # where every user of the machine could read it


def test_it_runs_in_an_empty_folder_outside_the_repository(claude: FakeClaude) -> None:
    claude.answers(structured_output={"memories": []})

    compressor(claude).compress(session_evidence(), change_of("dates.py"))

    (place,) = claude.place
    assert not Path(place).exists()
    assert not Path(place).is_relative_to(Path.cwd())


def test_neither_git_nor_an_outer_session_reaches_the_client() -> None:
    outer = {
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": "s",
        "CLAUDE_CODE_MESSAGING_TOKEN": "t",
        "CLAUDE_CODE_ENTRYPOINT": "cli",
        "CLAUDE_PROJECT_DIR": "/r",
        "CLAUDE_ENV_FILE": "/f",
        "CLAUDE_PLUGIN_ROOT": "/p",
        "AI_AGENT": "claude-code_harness",
        "GIT_DIR": "/r/.git",
        "GIT_INDEX_FILE": "/i",
        "GITMEM_SESSION_ID": "s",
    }
    persons = {
        "PATH": "/bin",
        "HOME": "/h",
        "CLAUDE_CONFIG_DIR": "/c",
        "CLAUDE_CODE_OAUTH_TOKEN": "made-up",
        "CLAUDE_CODE_USE_BEDROCK": "1",
        "ANTHROPIC_BASE_URL": "https://gateway.example",
        "HTTPS_PROXY": "http://proxy.example",
    }

    made = client_environ({**outer, **persons}, retries=1)

    assert not outer.keys() & made.keys()
    assert persons.items() <= made.items()
    assert made["CLAUDE_CODE_MAX_RETRIES"] == "1"
    assert made["GITMEM_SKIP"] == "1"  # and so gitmem's own hooks do nothing


def test_a_client_below_the_client_is_not_started(claude: FakeClaude) -> None:
    claude.answers(structured_output={"memories": []})
    inner = client_environ({"PATH": f"{claude.folder}:{os.environ['PATH']}"}, retries=0)

    assert "must not start another" in failure(claude, environ=inner)
    assert not claude.was_run


def test_no_secret_reaches_the_client(claude: FakeClaude) -> None:
    key = "ghp_" + "A1b2C3d4" * 5
    claude.answers(structured_output={"memories": []})

    told = evidence_of(event("prompt", f"Use {key} to push."), event("say", "Done."))
    compressor(claude).compress(told, change_of("dates.py"))

    assert key not in claude.stdin
    assert "[masked:" in claude.stdin


def test_nothing_done_is_nothing_asked(claude: FakeClaude) -> None:
    claude.answers(structured_output={"memories": []})

    made = compressor(claude).compress(evidence_of(), change_of("dates.py"))

    assert made.memories == ()
    assert not claude.was_run


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"is_error": True, "result": "Not logged in · Please run /login"},
            "'claude' is not logged in; run it and type /login",
        ),
        (
            {"is_error": True, "result": "Failed to authenticate.", "api_error_status": 401},
            "the API answered 401",
        ),
        ({"is_error": True, "result": "Overloaded", "api_error_status": 529}, "answered 529"),
        ({"is_error": True, "stop_reason": "refusal", "result": "no"}, "the model refused"),
        ({"is_error": True, "api_error": "max_output_tokens"}, "cut off"),
        ({"is_error": True, "result": "Usage limit\nreached"}, "'claude' failed: Usage limit"),
        ({"is_error": True, "result": "\x1b[31mred\x1b[0m " + "x" * 999}, "failed: red xxx"),
        ({"is_error": True, "result": None, "subtype": "error_max_turns"}, "error_max_turns"),
        ({"result": "I would rather chat."}, "not of the form"),
        ({"structured_output": {"memories": [{"title": "x"}]}}, "not of the form"),
        ({"structured_output": [1]}, "not of the form"),
        ({"result": ""}, "not of the form"),
    ],
)
def test_what_is_no_answer_is_told(claude: FakeClaude, fields: dict[str, Any], said: str) -> None:
    claude.answers(**fields)

    told = failure(claude)
    assert said in told
    assert len(told) < 300
    assert "\n" not in told


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'error: unknown option --json-schema' >&2; exit 1", "unknown option"),
        ("exit 5", "exit status 5"),
        ("echo '{\"is_err'", "gave no report"),
        ("echo '[1]'", "an unknown form"),
        ("echo '{}'", "an unknown form"),
        ("printf '\\377\\376'; exit 0", "gave no report"),
        ("kill -9 $$", "exit status 137"),
    ],
)
def test_a_client_that_misbehaves_is_told(claude: FakeClaude, script: str, said: str) -> None:
    claude.does(script)

    assert said in failure(claude)


def test_an_error_status_counts_whatever_the_report_says(claude: FakeClaude) -> None:
    claude.does("""printf '{"is_error":false,"result":"fine"}'; exit 1""")

    assert "fine" in failure(claude)


def test_a_client_that_hangs_with_children_is_ended_with_them(claude: FakeClaude) -> None:
    mark = f"hanging-{os.getpid()}"
    claude.does(f"trap '' TERM; sh -c 'sleep {LONG}; : {mark}' & sleep {LONG}")

    assert "did not answer in 0.5 s" in failure(claude, timeout=0.5)
    assert running_with(mark) == []


def test_a_client_that_floods_is_stopped(claude: FakeClaude) -> None:
    claude.does("yes '{'")

    assert "more than 4 MB" in failure(claude)


def test_without_a_client_a_person_is_told_the_setting(claude: FakeClaude) -> None:
    assert "gitmem.claudeCommand" in failure(claude, command="no-such-client")


def test_the_client_is_found_where_its_installer_puts_it(tmp_path: Path) -> None:
    """A hook started by a desktop program has a short PATH."""
    home = tmp_path / "someone"
    claude = FakeClaude(home / ".local" / "bin").answers(structured_output={"memories": []})
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(home)}

    compressor(claude, environ=environ).compress(session_evidence(), None)

    assert claude.was_run


def test_a_path_with_a_tilde_is_the_persons(tmp_path: Path) -> None:
    home = tmp_path / "someone"
    claude = FakeClaude(home / "tools").answers(structured_output={"memories": []})
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(home)}

    compressor(claude, environ=environ, command="~/tools/claude").compress(session_evidence(), None)

    assert claude.was_run


@pytest.mark.parametrize("place", ["node_modules/.bin", "."])
def test_a_client_that_a_project_brought_is_not_started(tmp_path: Path, place: str) -> None:
    """The worker starts it without anybody having asked; a person may name it by its path."""
    (tmp_path / "project" / ".git").mkdir(parents=True)
    claude = FakeClaude(tmp_path / "project" / place).answers(structured_output={"memories": []})
    environ = {"PATH": f"{claude.folder}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}

    assert "on PATH lies in a project" in failure(claude, environ=environ)
    assert not claude.was_run

    named = str(claude.folder / "claude")
    compressor(claude, environ=environ, command=named).compress(session_evidence(), None)

    assert claude.was_run
