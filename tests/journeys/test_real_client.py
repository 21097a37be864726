"""The whole promise, with the real Claude Code client: a memory made here is given there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import Client, said_to_the_model
from tests.support.git import GitDriver

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 30.0
AGENT = "general-purpose"
REASON = "Integer cents instead of floats, because 0.1 + 0.2 is not 0.3 in binary."


@pytest.fixture
def ada(git: GitDriver, remote: GitDriver) -> GitDriver:
    """Ada's clone: one commit, a remote, gitmem set up; people's own environment, no dates set."""
    git.commit("Start", **{"README.md": "shop\n"})
    git.run("remote", "add", "origin", str(remote.path))
    git.run("push", "-q", "-u", "origin", "main")
    gitmem(git, "init")
    return git


def gitmem(git: GitDriver, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "gitmem", *arguments],
        cwd=git.path,
        env=people(git),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def people(git: GitDriver) -> dict[str, str]:
    """The driver's environment with the clock of the day: real transcripts are of today."""
    dated = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
    return {name: value for name, value in git.env().items() if name not in dated}


def write_and_explain(path: Path) -> list[dict[str, Any]]:
    return [
        {
            "text": REASON,
            "tool": "Write",
            "input": {
                "file_path": str(path / "price.py"),
                "content": "def cents(x):\n    return x\n",
            },
        }
    ]


def note_of_head(git: GitDriver) -> str:
    """The note of HEAD, once the worker has written it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        done = git.run("notes", "--ref", "claude-mem", "show", "HEAD", check=False)
        if done.returncode == 0:
            return done.stdout.decode()
        time.sleep(0.1)
    raise AssertionError(f"no note; the log: {gitmem(git, 'doctor')}")


def clone_for_ben(remote: GitDriver, path: Path) -> GitDriver:
    ben = remote.clone(path)
    gitmem(ben, "init")
    return ben


def test_a_commit_by_the_agent_reaches_the_next_session_on_another_clone(
    client: Client, ada: GitDriver, remote: GitDriver, tmp_path: Path, home: Path
) -> None:
    commit = "git add -A && git commit -m 'Keep prices in cents'"
    turns = [
        *write_and_explain(ada.path),
        {"tool": "Bash", "input": {"command": commit, "description": "Commit"}},
        {"text": "Prices are integers now."},
    ]
    client.run(ada.path, turns, home=home / "ada", prompt="Make prices exact and commit.")
    note = note_of_head(ada)
    ada.run("push", "-q", "origin", "main")
    ben = clone_for_ben(remote, tmp_path / "ben")

    requests = client.run(ben.path, [{"text": "Hello."}], home=home / "ben")

    assert "Keep prices in cents" in note
    assert "0.1 + 0.2" in note
    assert "0.1 + 0.2" in said_to_the_model(requests)


def test_a_commit_by_a_person_after_the_session_is_remembered_with_it(
    client: Client, ada: GitDriver, home: Path
) -> None:
    turns = [*write_and_explain(ada.path), {"text": "Not committed; have a look first."}]
    client.run(ada.path, turns, home=home / "ada", prompt="Make prices exact.")
    ada.run("add", "-A")
    subprocess.run(
        ["git", "commit", "-q", "-m", "Exact prices"], cwd=ada.path, env=people(ada), check=True
    )

    assert "0.1 + 0.2" in note_of_head(ada)


def test_with_user_settings_a_session_in_a_subdirectory_is_given_it_too(
    client: Client, git: GitDriver, home: Path
) -> None:
    """The client reads a project's settings only where it is started."""
    ours = home / "ada"
    git.environ["HOME"] = str(ours)
    git.commit("Start", **{"src__shop.py": "x\n"})
    ours.mkdir()
    gitmem(git, "init", "--user")
    git.add_note("HEAD", "---\nkind: decision\ntitle: Cents are integers\n")

    requests = client.run(git.path / "src", [{"text": "Hello."}], home=ours)

    assert "Cents are integers" in said_to_the_model(requests)


def test_work_without_a_commit_is_given_to_the_next_session(
    client: Client, ada: GitDriver, home: Path
) -> None:
    turns = [*write_and_explain(ada.path), {"text": "Left uncommitted."}]
    client.run(ada.path, turns, home=home / "ada", prompt="Make prices exact.")

    requests = client.run(ada.path, [{"text": "Hello."}], home=home / "ada")

    assert "Make prices exact" in said_to_the_model(requests)


def settled_note(git: GitDriver, words: str) -> str:
    """The note of HEAD once it holds these words: the stop of the turn completes it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words not in (note := note_of_head(git)):
        assert time.monotonic() < deadline, note
        time.sleep(0.1)
    return note


def test_the_words_that_end_a_turn_join_the_memory_of_its_commit(
    client: Client, ada: GitDriver, home: Path
) -> None:
    commit = "git add -A && git commit -qm 'Keep prices in cents'"
    last = "I decided against Decimal, because the shop's API only takes integers."
    turns = [
        *write_and_explain(ada.path),
        {"tool": "Bash", "input": {"command": commit, "description": "Commit"}},
        {"text": last},
    ]

    client.run(ada.path, turns, home=home / "ada", prompt="Make prices exact and commit.")

    note = settled_note(ada, "only takes integers")
    assert note.count("\nkind: ") == 1
    assert "0.1 + 0.2" in note


def test_research_is_on_head_after_the_session(client: Client, ada: GitDriver, home: Path) -> None:
    found = "We keep three retries, because the gateway blocks after the fourth."

    client.run(ada.path, [{"text": found}], home=home / "ada", prompt="How often do we retry?")

    note = settled_note(ada, "gateway blocks")
    assert "kind: session" in note


def test_what_a_subagent_found_is_remembered(client: Client, ada: GitDriver, home: Path) -> None:
    """A subagent's edit makes its session the commit's, and its file is read with the session's."""
    task = {
        "description": "Write it",
        "prompt": "SUBTASK: write price.py",
        "subagent_type": AGENT,
        "run_in_background": False,
    }
    tool = "Task" if client.version.startswith("2.0") else "Agent"
    turns: list[dict[str, Any]] = [
        {"text": "I hand it over.", "tool": tool, "input": task},
        *write_and_explain(ada.path),
        {"text": "Written, as asked."},
        {"text": "It is done; commit it as you like."},
    ]
    client.run(ada.path, turns, home=home / "ada", prompt="Make prices exact.")
    ada.run("add", "-A")
    subprocess.run(
        ["git", "commit", "-q", "-m", "Exact prices"], cwd=ada.path, env=people(ada), check=True
    )

    assert "0.1 + 0.2" in note_of_head(ada)


def test_a_forked_session_does_not_say_again_what_it_copied(
    client: Client, ada: GitDriver, home: Path
) -> None:
    commit = "git add -A && git commit -qm 'Keep prices in cents'"
    first: list[dict[str, Any]] = [
        *write_and_explain(ada.path),
        {"tool": "Bash", "input": {"command": commit, "description": "Commit"}},
        {"text": "Done."},
    ]
    client.run(ada.path, first, home=home / "ada", prompt="Make prices exact and commit.")
    note_of_head(ada)
    tax = {"file_path": str(ada.path / "tax.py"), "content": "TAX_PERCENT = 19  # the rate\n"}
    second: list[dict[str, Any]] = [
        {"text": "Taxes go into a file of their own.", "tool": "Write", "input": tax},
        {"tool": "Bash", "input": {"command": commit.replace("Keep prices in cents", "Taxes")}},
        {"text": "Done."},
    ]
    client.run(
        ada.path,
        second,
        home=home / "ada",
        prompt="Now the taxes.",
        arguments=["--continue", "--fork-session"],
    )

    note = settled_note(ada, "he taxes")
    assert "Make prices exact" not in note


@pytest.mark.parametrize("source", ["resume", "clear", "compact"])
def test_memory_is_there_whatever_started_the_session(
    client: Client, ada: GitDriver, home: Path, source: str
) -> None:
    """On resume the same text is not given twice; after clear and compact it is given again."""
    commit = "git add -A && git commit -m 'Keep prices in cents'"
    first = [
        *write_and_explain(ada.path),
        {"tool": "Bash", "input": {"command": commit, "description": "Commit"}},
        {"text": "Done."},
    ]
    client.run(ada.path, first, home=home / "ada", prompt="Make prices exact and commit.")
    note_of_head(ada)
    client.run(ada.path, [{"text": "Hello."}], home=home / "ada")
    summary = {"text": "<analysis>a</analysis><summary>They said hello.</summary>"}
    again = [{"text": "Again."}]
    if source == "compact":
        arguments = ["--continue"]
        client.run(ada.path, [summary], home=home / "ada", prompt="/compact", arguments=arguments)
        requests = client.run(ada.path, again, home=home / "ada", arguments=["--continue"])
    elif source == "clear":
        client.run(ada.path, [], home=home / "ada", prompt="/clear")
        requests = client.run(ada.path, again, home=home / "ada", arguments=["--continue"])
    else:
        requests = client.run(ada.path, again, home=home / "ada", arguments=["--continue"])

    assert said_to_the_model(requests[-1:]).count("0.1 + 0.2 is not 0.3 in binary") == 1


def remembered(git: GitDriver, title: str, path: str) -> None:
    """A commit of a file with a memory of it that no session's start would be given."""
    git.commit(title, **{path: f"{title}\n"})
    why = f"why: It bears before {path} does."
    git.add_note(
        "HEAD", f"---\nkind: decision\ntitle: {title}\n{why}\nfiles: {{changed: [{path}]}}\n"
    )


def an_orchard(git: GitDriver) -> None:
    for number in range(30):
        remembered(git, f"plant tree {number:02}", f"tree{number:02}.py")
    gitmem(git, "context")


def test_what_a_prompt_calls_for_reaches_the_model(
    client: Client, ada: GitDriver, home: Path
) -> None:
    an_orchard(ada)

    requests = client.run(
        ada.path, [{"text": "Tall."}], home=home / "ada", prompt="How tall is tree07.py?"
    )

    assert "plant tree 07" in said_to_the_model(requests)


def test_what_is_remembered_of_a_file_reaches_the_model_once(
    client: Client, ada: GitDriver, home: Path
) -> None:
    an_orchard(ada)
    read: dict[str, Any] = {"tool": "Read", "input": {"file_path": str(ada.path / "tree11.py")}}
    change = {
        "file_path": str(ada.path / "tree11.py"),
        "old_string": "plant tree 11",
        "new_string": "water tree 11",
    }
    turns = [read, {"tool": "Edit", "input": change}, read, {"text": "Watered."}]

    requests = client.run(ada.path, turns, home=home / "ada", prompt="Water what is dry.")

    said = said_to_the_model(requests[-1:])
    assert said.count("Of tree11.py:") == 1
    assert "plant tree 11 (decision" in said


def test_a_subagent_is_told_beside_the_files_it_reads(
    client: Client, ada: GitDriver, home: Path
) -> None:
    an_orchard(ada)
    task = {
        "description": "Look",
        "prompt": "SUBTASK: look at the tree",
        "subagent_type": AGENT,
        "run_in_background": False,
    }
    tool = "Task" if client.version.startswith("2.0") else "Agent"
    turns: list[dict[str, Any]] = [
        {"text": "I hand it over.", "tool": tool, "input": task},
        {"tool": "Read", "input": {"file_path": str(ada.path / "tree11.py")}},
        {"text": "It is dry."},
        {"text": "It is dry, they say."},
    ]

    requests = client.run(ada.path, turns, home=home / "ada", prompt="Water what is dry.")

    told = [r for r in requests if "Of tree11.py:" in said_to_the_model([r])]
    assert told
    assert all("SUBTASK" in said_to_the_model([request]) for request in told)


def shown_to_the_person(home: Path) -> list[str]:
    """What hooks had the client show, as its transcripts have it."""
    found = []
    for path in sorted((home / ".claude" / "projects").glob("*/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            attachment = json.loads(line).get("attachment") or {}
            if attachment.get("type") == "hook_system_message":
                found.append(str(attachment["content"]))
    return found


def needs_client_2_1(client: Client) -> None:
    if client.version.startswith("2.0"):
        pytest.skip("client 2.0 shows it, but does not keep in a file what it shows")


def test_the_person_is_shown_what_the_session_was_given(
    client: Client, ada: GitDriver, home: Path
) -> None:
    needs_client_2_1(client)
    ada.add_note(
        "HEAD", "---\nkind: decision\ntitle: Cents are integers\nwhy: Sums must be exact.\n"
    )

    requests = client.run(ada.path, [{"text": "Hello."}], home=home / "ada")
    client.run(ada.path, [{"text": "Again."}], home=home / "ada", arguments=["--continue"])

    assert "Cents are integers" in said_to_the_model(requests)
    assert shown_to_the_person(home / "ada") == ["gitmem: 1 of 1 memory given"]
    assert "memory given" not in said_to_the_model(requests)


def test_the_person_is_shown_that_capture_is_dead(
    client: Client, ada: GitDriver, home: Path
) -> None:
    needs_client_2_1(client)
    run = ada.path / ".git/gitmem/run"
    run.write_text(run.read_text().replace(sys.executable, "/nowhere/python"))

    requests = client.run(ada.path, [{"text": "Hello."}], home=home / "ada")

    (line,) = shown_to_the_person(home / "ada")
    assert line.startswith("gitmem is not capturing: the Python it was set up with is gone")
    assert "Run any gitmem command here" in line
    assert "not capturing" not in said_to_the_model(requests)


def test_a_subagent_is_told_what_its_session_works_on(
    client: Client, ada: GitDriver, home: Path
) -> None:
    """The hook is not told the subagent's task; what its session was asked is known."""
    if client.version.startswith("2.0"):
        pytest.skip("client 2.0 starts subagents of its own that look like any other: none is told")
    an_orchard(ada)
    ada.commit("prune", **{"tree30.py": "pruned\n"})
    why = "why: It shaded the path of the beekeeper."
    ada.add_note(
        "HEAD",
        f"---\nkind: decision\ntitle: prune tree 30\n{why}\nfiles: {{changed: [tree30.py]}}\n",
    )
    gitmem(ada, "context")
    task = {
        "description": "Look",
        "prompt": "SUBTASK: look around",
        "subagent_type": AGENT,
        "run_in_background": False,
    }
    turns: list[dict[str, Any]] = [
        {"text": "I hand it over.", "tool": "Agent", "input": task},
        {"text": "It is bare."},
        {"text": "It is bare, they say."},
    ]

    requests = client.run(ada.path, turns, home=home / "ada", prompt="Is tree30.py too bare?")

    own = [request for request in requests if is_of_subagent(request)]
    assert len(own) == 1
    assert "shaded the path of the beekeeper" in said_to_the_model(own)


def is_of_subagent(request: dict[str, Any]) -> bool:
    """Its first words are its task, not the person's."""
    said = said_to_the_model([request])
    return "SUBTASK" in said and "too bare?" not in said
