from __future__ import annotations

import pytest

from gitmem.compress.models.outcomes import (
    Ending,
    commits_printed,
    endings_of,
    is_refusal,
    never_ran,
    runs_something,
    words_of_refusal,
)
from gitmem.model.session import Event
from tests.support.evidence import event

FAILS = "Exit code 1\nE   ValueError: unconverted data remains: Z"
REFUSAL = "The user doesn't want to proceed with this tool use. The tool use was rejected."


def run(command: str, output: str, *, is_error: bool = False) -> list[Event]:
    call_id = f"{command}{output}"
    return [
        event("call", command, tool="Bash", call_id=call_id),
        event("result", output, tool="Bash", call_id=call_id, is_error=is_error),
    ]


def endings(*events: Event) -> list[Ending]:
    commands = {e.call_id: e.text for e in events if e.kind.value == "call" and e.tool == "Bash"}
    found = endings_of(events, commands)
    return [found[place] for place in sorted(found)]


EDIT = event("call", "", tool="Edit", path="/w/a.py", call_id="e")


def test_what_failed_and_never_passed_has_failed() -> None:
    assert endings(*run("pytest", FAILS, is_error=True)) == [Ending.FAILED]


def test_what_passed_later_is_gone() -> None:
    failed = run("pytest 2>&1 | tail -20", FAILS, is_error=True)

    assert endings(*failed, *run("pytest", "3 passed")) == [Ending.GONE, Ending.PASSED]


def test_what_was_mended_and_did_not_come_back_in_another_run_is_gone() -> None:
    failed = run("pytest tests/one", FAILS, is_error=True)

    assert endings(*failed, EDIT, *run("make check", "ok"))[0] is Ending.GONE
    assert endings(*failed, *run("make check", "ok"))[0] is Ending.FAILED, "nothing was changed"


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("grep -rn retry src", "Exit code 1"),
        ("cat missing.txt", "Exit code 1\ncat: missing.txt: No such file or directory"),
        ("gh api repos/o/r --jq '.[] | select(.id > 3)'", "Exit code 1\njq: error: syntax error"),
        ("pytest", "Exit code 130\nKeyboardInterrupt: stopped by hand"),
        ("pytest", "[Request interrupted by user for tool use]"),
        ("pytest", REFUSAL),
        ("pytest", "<tool_use_error>Sibling tool call errored</tool_use_error>"),
        ("test -f x", "Exit code 1"),
    ],
)
def test_of_what_only_looked_or_never_ran_nothing_is_known(command: str, output: str) -> None:
    assert endings(*run(command, output, is_error=True)) == [Ending.UNKNOWN]


def test_a_failure_shows_behind_a_pipe_whose_exit_code_is_not_its_own() -> None:
    output = "src/a.go:3:4: undefined: x\nFAIL"

    assert endings(*run("go build ./... | tail -5", output)) == [Ending.FAILED]


def test_an_error_whose_call_was_told_elsewhere_counts() -> None:
    lone = event("result", FAILS, call_id="before", is_error=True)

    assert endings(lone) == [Ending.FAILED]


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("pytest -q", True),
        ("cd x && make", True),
        ("git commit -m x", True),
        ("FOO=1 ./run.sh", True),
        ("git log --grep 'make it | pytest'", False),
        ("gh pr view 3 --json title -q '.title; exit'", False),
        ("owner=$(gh repo view) && echo $owner", False),
        ("cat <<'EOF'\nmake\nEOF", False),
        ("ls; git status", False),
        ("nl -ba README.md | sed -n 1,20p", False),
        ("nl -ba README.md && make", True),
    ],
)
def test_what_runs_something(command: str, does: bool) -> None:
    assert runs_something(command) is does


def test_the_commits_that_git_prints() -> None:
    output = (
        "[lint] 3 issues\n[main 1a2b3c4] up: retry\n 1 file changed\n"
        "[detached HEAD 5d6e7f8] up: again\n[main (root-commit) 9a9b9c9] start"
    )
    _, printed = run("git commit -qm x", output)
    found = commits_printed(printed, "git commit -qm x")

    assert [(made.oid, made.subject) for made in found] == [
        ("1a2b3c4", "up: retry"),
        ("5d6e7f8", "up: again"),
        ("9a9b9c9", "start"),
    ]
    assert commits_printed(printed, "cat build.log") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{REFUSAL} To tell you how to proceed, the user said:\nnot here", "not here"),
        (REFUSAL, ""),
        (f"{REFUSAL} the user said:\nThe user wants to clarify these questions.\n", ""),
        ("AssertionError: the user said: no", ""),
        ("The user rejected this tool call. User feedback: not here", "not here"),
        ("The tool execution was denied by the user.", ""),
    ],
)
def test_what_the_person_said_instead(text: str, words: str) -> None:
    refused = event("result", text, tool="Edit", is_error=True)

    assert words_of_refusal(refused) == words


def test_what_a_client_would_not_run_has_not_failed() -> None:
    """Copilot CLI 1.0.102, with a rule against the shell, and with nobody to ask."""
    rule = "Permission to run this tool was denied due to the following rules: `shell`"
    nobody = "Permission denied because no interactive user response was available. Retry."

    for text in (rule, nobody):
        refused = event("result", text, tool="Bash", is_error=True)
        assert is_refusal(refused)
        assert never_ran(refused)
        assert endings_of([refused], {}) == {0: Ending.UNKNOWN}
