"""The real client's agent is asked why it made a commit, and its answer is the memory."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_real_client import PATIENCE_SECONDS, REASON, ada, gitmem, people
from tests.journeys.test_real_mcp import results
from tests.support.client import Client, said_to_the_model
from tests.support.git import GitDriver

__all__ = ["ada"]

pytestmark = pytest.mark.slow

PROMPT = "Make prices exact: the shop's API only takes integers. Commit it."
ASKED = "gitmem: if the diff does not say why"
COMMIT = "git add -A && git commit -qm 'Keep prices in cents'"
CODE = (
    "def cents(price):\n    whole, _, part = price.partition('.')\n    return int(whole + part)\n"
)
ANSWER = f"""\
why: a price must come back as it went in, and a sum of floats does not
decision: integer cents
because: 0.1 + 0.2 is not 0.3 in binary
rejected: floats
quote: {REASON[:40]}
fact: the shop's API takes nothing but integers
quote: the shop's API only takes integers
decision: use the decimal module everywhere
quote: decimal is what everybody uses
next: convert the old orders
"""
TOOL_ANSWER: dict[str, Any] = {
    "commit": "HEAD",
    "why": "a price must come back as it went in, and a sum of floats does not",
    "decisions": [
        {
            "chose": "integer cents",
            "rejected": ["floats"],
            "quote": "Integer cents instead of floats",
        }
    ],
    "next": ["convert the old orders"],
}


def needs_question_behind_command(client: Client) -> None:
    if client.version.startswith("2.0"):
        pytest.skip("client 2.0 does not tell a subagent from its session: only a prompt asks")


def write(path: Path) -> dict[str, Any]:
    given = {"file_path": str(path / "price.py"), "content": CODE}
    return {"text": REASON, "tool": "Write", "input": given}


def bash(command: str) -> dict[str, Any]:
    return {"tool": "Bash", "input": {"command": command, "description": "Run"}}


def remember(answer: str = ANSWER, commit: str = "HEAD") -> dict[str, Any]:
    return bash(f".git/gitmem/run remember --commit {commit} <<'E'\n{answer}E")


def agents_note(git: GitDriver, revision: str = "HEAD", writer: str = "agent/1") -> str:
    """The commit's note once this writer wrote it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    note = ""
    while time.monotonic() < deadline:
        note = git.run(
            "notes", "--ref", "claude-mem", "show", revision, check=False
        ).stdout.decode()
        if f"compressor: {writer}" in note:
            return note
        time.sleep(0.1)
    raise AssertionError(f"{note}\n{gitmem(git, 'doctor')}")


def requests_asking(requests: list[dict[str, Any]]) -> list[int]:
    return [n for n, request in enumerate(requests) if ASKED in said_to_the_model([request])]


def test_the_agent_is_asked_after_its_commit_and_its_answer_is_the_memory(
    client: Client, ada: GitDriver, home: Path
) -> None:
    needs_question_behind_command(client)
    turns = [write(ada.path), bash(COMMIT), remember(), {"text": "Prices are integers now."}]

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT)

    said = said_to_the_model(requests[-1:])
    assert said.count(ASKED) == 1
    kept = results(requests)[-1]
    assert "the memory of commit" in kept
    assert "use the decimal module everywhere': its quote is not in the session" in kept
    note = agents_note(ada)
    assert note.count("\nkind: ") == 1
    assert "extractive" not in note
    assert "decimal module" not in note
    assert "- item: decisions/0" in note
    assert "convert the old orders" in note
    handed_out = kept.split("kept ")[1].split(":")[0]
    assert "a price must come back as it went in" in gitmem(ada, "show", handed_out)


def test_the_tool_does_as_well_as_the_shell(client: Client, ada: GitDriver, home: Path) -> None:
    call = {"tool": "mcp__gitmem__remember", "input": TOOL_ANSWER}
    turns = [write(ada.path), bash(COMMIT), call, {"text": "Prices are integers now."}]
    arguments = ("--allowedTools", "Bash,Write,Edit,Read,mcp__gitmem")

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT, arguments=arguments)

    assert "the memory of commit" in results(requests)[-1]
    assert "chose: integer cents" in agents_note(ada)


def test_an_agent_that_does_not_answer_loses_nothing(
    client: Client, ada: GitDriver, home: Path
) -> None:
    needs_question_behind_command(client)
    turns = [write(ada.path), bash(COMMIT), {"text": "Prices are integers now."}]

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT)

    assert requests_asking(requests)
    assert "0.1 + 0.2" in agents_note(ada, writer="extractive")


def test_a_headless_run_that_may_not_answer_ends_as_it_would(
    client: Client, ada: GitDriver, home: Path
) -> None:
    """The call is refused, nobody is there to allow it, and the session goes on."""
    call = {"tool": "mcp__gitmem__remember", "input": TOOL_ANSWER}
    turns = [write(ada.path), bash(COMMIT), call, {"text": "Prices are integers now."}]

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT)

    assert "permission" in results(requests)[-1]
    assert "0.1 + 0.2" in agents_note(ada, writer="extractive")


def test_a_command_without_a_commit_and_a_trivial_commit_ask_nothing(
    client: Client, ada: GitDriver, home: Path
) -> None:
    turns = [
        write(ada.path),
        bash("git add price.py && git commit -qm 'Fix typo'"),
        bash("git status --short"),
        {"text": "Done."},
    ]

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT)

    assert not requests_asking(requests)


def test_a_subagent_is_not_asked(client: Client, ada: GitDriver, home: Path) -> None:
    task = {
        "description": "Write it",
        "prompt": "SUBTASK: write price.py and commit it",
        "subagent_type": "general-purpose",
        "run_in_background": False,
    }
    tool = "Task" if client.version.startswith("2.0") else "Agent"
    turns: list[dict[str, Any]] = [
        {"text": "I hand it over.", "tool": tool, "input": task},
        write(ada.path),
        bash(COMMIT),
        {"text": "Committed, as asked."},
        bash("git log --oneline -1"),
        {"text": "It is done."},
    ]

    requests = client.run(ada.path, turns, home=home / "ada", prompt=PROMPT)

    asking = requests_asking(requests)
    assert asking or client.version.startswith("2.0")  # there only a prompt asks
    assert not any("SUBTASK: write" in _first_words(requests[n]) for n in asking)


def _first_words(request: dict[str, Any]) -> str:
    return json.dumps(request["body"]["messages"][0])


def test_after_a_persons_commit_the_next_prompt_asks(
    client: Client, ada: GitDriver, home: Path
) -> None:
    first = [write(ada.path), {"text": "Not committed; have a look first."}]
    client.run(ada.path, first, home=home / "ada", prompt=PROMPT)
    ada.run("add", "-A")
    command = ["git", "commit", "-q", "-m", "Exact prices"]
    subprocess.run(command, cwd=ada.path, env=people(ada), check=True)
    agents_note(ada, writer="extractive")
    turns = [remember(), {"text": "Told."}]

    requests = client.run(
        ada.path, turns, home=home / "ada", prompt="Thanks.", arguments=["--continue"]
    )

    assert said_to_the_model(requests[-1:]).count(ASKED) == 1
    assert "integer cents" in agents_note(ada)


def test_an_agent_that_plans_is_not_asked(client: Client, ada: GitDriver, home: Path) -> None:
    first = [write(ada.path), {"text": "Not committed; have a look first."}]
    client.run(ada.path, first, home=home / "ada", prompt=PROMPT)
    ada.run("add", "-A")
    command = ["git", "commit", "-q", "-m", "Exact prices"]
    subprocess.run(command, cwd=ada.path, env=people(ada), check=True)
    agents_note(ada, writer="extractive")
    plan = ["--continue", "--permission-mode", "plan"]

    planning = client.run(
        ada.path, [{"text": "A plan."}], home=home / "ada", prompt="Plan it.", arguments=plan
    )
    after = client.run(
        ada.path, [{"text": "Yes."}], home=home / "ada", prompt="Go.", arguments=["--continue"]
    )

    assert not requests_asking(planning)
    assert requests_asking(after)
