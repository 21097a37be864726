"""The plugin in the real Claude Code client: market added, plugin installed, a session told, a
commit remembered, and prompts and files answered by the server that runs anyway.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_real_client import (
    AGENT,
    an_orchard,
    gitmem,
    settled_note,
    shown_to_the_person,
)
from tests.plugins.generate import PLUGINS, TOP
from tests.support.client import Client, said_to_the_model
from tests.support.git import GitDriver

pytestmark = pytest.mark.slow

FIRST_WITH_TOOL_HOOKS = (2, 1, 118)
LOG = 'echo "$*" >>"${0%/*}/calls"'


@pytest.fixture
def plugged(client: Client, git: GitDriver, home: Path) -> GitDriver:
    """A repository with thirty memories, and a person who installed the plugin; no set-up."""
    number = client.version.split()[0].split(".")
    if tuple(map(int, number)) < FIRST_WITH_TOOL_HOOKS:
        pytest.skip("the client knows no hooks that ask a server")
    git.commit("Start", **{"README.md": "shop\n"})
    git.environ["HOME"] = str(home / "ada")
    claude(client, home, "plugin", "marketplace", "add", str(TOP))
    claude(client, home, "plugin", "install", "gitmem@gitmem")
    return git


def claude(client: Client, home: Path, *arguments: str) -> str:
    """One command of the client's own, in the home of Ada."""
    ours = home / "ada"
    ours.mkdir(exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(ours), "DISABLE_AUTOUPDATER": "1"}
    environ |= {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [str(client.program), *arguments],
        env=environ,
        cwd=ours,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def set_up(git: GitDriver, *arguments: str) -> None:
    """``gitmem init``; from now on the launcher notes how it is called."""
    gitmem(git, "init", *arguments)
    an_orchard(git)
    run = git.path / ".git/gitmem/run"
    head, rest = run.read_text().split("\n", 1)
    run.write_text(f"{head}\n{LOG}\n{rest}")


def calls(git: GitDriver) -> dict[str, int]:
    """How often the launcher was called with which words; a worker is not the client's."""
    path = git.path / ".git/gitmem/calls"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("worker")]
    return {line: lines.count(line) for line in lines}


def session(git: GitDriver) -> list[dict[str, Any]]:
    """A file read twice, one written, and a commit."""
    read: dict[str, Any] = {"tool": "Read", "input": {"file_path": str(git.path / "tree11.py")}}
    price = {"file_path": str(git.path / "price.py"), "content": "def cents(x):\n    return x\n"}
    why = "Integer cents instead of floats, because 0.1 + 0.2 is not 0.3 in binary."
    commit = {"command": "git add price.py && git commit -qm 'Keep prices in cents'"}
    return [
        *(read, read),
        {"text": why, "tool": "Write", "input": price},
        {"tool": "Bash", "input": {**commit, "description": "Commit"}},
        {"text": "Prices are integers now."},
    ]


PROMPT = "How tall is tree07.py? And make prices exact."


def assert_told_once(requests: list[dict[str, Any]]) -> None:
    said = said_to_the_model(requests[-1:])
    assert said.count("commits have memories here") == 1  # the start
    assert said.count("plant tree 07 (decision") == 1  # the prompt
    assert said.count("Of tree11.py:") == 1  # the file


def test_the_client_finds_nothing_to_warn_of(client: Client, home: Path) -> None:
    for folder in (TOP, PLUGINS / "claude"):
        assert "Validation passed" in claude(
            client, home, "plugin", "validate", "--strict", str(folder)
        )


def test_with_the_plugin_alone_a_session_is_told_and_its_commit_remembered(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    set_up(plugged)
    assert not (plugged.path / ".claude").exists()
    assert not (plugged.path / ".mcp.json").exists()

    requests = client.run(plugged.path, session(plugged), home=home / "ada", prompt=PROMPT)

    assert_told_once(requests)
    assert "0.1 + 0.2" in settled_note(plugged, "0.1 + 0.2")
    # Three files, one prompt: answered by the server, and no process started for them.
    assert calls(plugged) == {
        **dict.fromkeys(("mcp", "hook SessionStart", "hook Stop", "hook SessionEnd"), 1),
        "hook PostToolUse Bash": 1,
    }


def test_beside_committed_settings_everything_is_told_once(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    set_up(plugged, "--agent", "claude-code")
    assert (plugged.path / ".claude/settings.json").is_file()

    requests = client.run(plugged.path, session(plugged), home=home / "ada", prompt=PROMPT)

    assert_told_once(requests)
    assert "0.1 + 0.2" in settled_note(plugged, "0.1 + 0.2")
    assert calls(plugged) == {
        **dict.fromkeys(("hook SessionStart", "hook Stop", "hook SessionEnd"), 1),
        **dict.fromkeys(("hook UserPromptSubmit", "hook PostToolUse Bash"), 1),
        "hook PostToolUse": 3,
        "mcp": 2,
    }
    told = str(requests[-1]["body"])
    assert told.count("mcp__gitmem__search") == 1
    assert "mcp__plugin_gitmem_gitmem__search" not in told


def test_the_model_sees_the_tools_and_skills_but_not_what_is_for_hooks(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    set_up(plugged)

    requests = client.run(plugged.path, [{"text": "Hello."}], home=home / "ada")

    told = str(requests[-1]["body"])
    assert "mcp__plugin_gitmem_gitmem__search" in told
    assert "gitmem:recall" in told
    assert "why its code is as it is" in told
    assert "file_context" not in told
    assert "prompt_context" not in told


def test_where_the_program_is_missing_the_person_is_told_how_to_get_it(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    places = "/usr/local/bin:/usr/bin:/bin"
    if shutil.which("gitmem", path=places) or shutil.which("uvx", path=places):
        pytest.skip("the program is on the client's own path here")

    requests = client.run(plugged.path, [{"text": "Hello."}], home=home / "ada")

    (line,) = shown_to_the_person(home / "ada")
    assert "uv tool install gitmem-cli" in line
    assert "gitmem-cli" not in said_to_the_model(requests).replace("uvx --from gitmem-cli", "")


def test_in_a_repository_that_is_not_set_up_nothing_is_told_or_kept(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    requests = client.run(plugged.path, session(plugged)[2:], home=home / "ada", prompt=PROMPT)

    assert "gitmem-memory" not in said_to_the_model(requests)
    assert not (plugged.path / ".git/gitmem").exists()
    assert plugged.run("rev-parse", "refs/notes/claude-mem", check=False).returncode != 0


def test_a_subagent_is_told_by_the_server_beside_the_files_it_reads(
    client: Client, plugged: GitDriver, home: Path
) -> None:
    set_up(plugged)
    task = {
        "description": "Look",
        "prompt": "SUBTASK: look at the tree",
        "subagent_type": AGENT,
        "run_in_background": False,
    }
    turns: list[dict[str, Any]] = [
        {"text": "I hand it over.", "tool": "Agent", "input": task},
        {"tool": "Read", "input": {"file_path": str(plugged.path / "tree11.py")}},
        {"text": "It is dry."},
        {"text": "It is dry, they say."},
    ]

    requests = client.run(plugged.path, turns, home=home / "ada", prompt="Water what is dry.")

    told = [request for request in requests if "Of tree11.py:" in said_to_the_model([request])]
    assert told
    assert all("SUBTASK" in said_to_the_model([request]) for request in told)
    assert "hook PostToolUse" not in calls(plugged)
    assert calls(plugged)["hook SubagentStart"] == 1
