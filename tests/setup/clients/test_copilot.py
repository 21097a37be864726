"""GitHub Copilot CLI's file of hooks."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import ForeignFile
from gitmem.setup.clients.copilot import CLIENT, EVENTS, HOOKS, PROJECT_FILE
from tests.support.cli import gitmem
from tests.support.git import GitDriver

THEIRS = {
    "version": 1,
    "hooks": {"sessionStart": [{"type": "command", "bash": "echo hello", "timeoutSec": 3}]},
}


def hooks(content: bytes) -> dict[str, list[dict[str, Any]]]:
    value = json.loads(content)
    assert value["version"] == 1
    found: dict[str, list[dict[str, Any]]] = value["hooks"]
    return found


def test_a_file_of_our_own() -> None:
    """Never before a tool, where a failure denies it, nor with a prompt; seconds are seconds."""
    found = hooks(HOOKS.with_us(None))

    assert list(found) == [
        "sessionStart",
        "postToolUse",
        "subagentStart",
        "agentStop",
        "sessionEnd",
    ]
    for event, (ours, seconds) in EVENTS.items():
        (hook,) = found[event]
        assert hook["timeoutSec"] == seconds <= 15
        assert hook["bash"].endswith(f'exec "$g" hook {ours} --client copilot-cli; exit 0')
        assert "matcher" not in hook or event == "postToolUse"
    assert HOOKS.is_nothing(HOOKS.without_us(HOOKS.with_us(None)))


@pytest.mark.parametrize("form", [{}, {"indent": 2}, {"indent": "\t"}])
def test_beside_what_is_there(form: dict[str, Any]) -> None:
    content = json.dumps(THEIRS, **form).encode()

    added = HOOKS.with_us(content)

    assert hooks(added)["sessionStart"][0] == THEIRS["hooks"]["sessionStart"][0]  # type: ignore[index]
    assert len(hooks(added)["sessionStart"]) == 2
    assert HOOKS.has_us(added)
    assert HOOKS.with_us(added) == added
    assert HOOKS.without_us(added) == content


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"hooks": 3}', b'{"hooks": {"agentStop": {}}}'])
def test_what_is_not_understood_is_left(content: bytes) -> None:
    with pytest.raises(ForeignFile):
        HOOKS.with_us(content)


def test_whether_the_client_is_here(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert not CLIENT.is_here(tmp_path, {"HOME": str(home), "PATH": ""})
    (home / ".copilot").mkdir(parents=True)
    assert CLIENT.is_here(tmp_path, {"HOME": str(home), "PATH": ""})
    assert CLIENT.is_here(tmp_path, {"HOME": "/none", "COPILOT_HOME": str(home), "PATH": ""})
    (tmp_path / PROJECT_FILE).parent.mkdir(parents=True)
    assert CLIENT.is_here(tmp_path, {"HOME": "/none", "PATH": ""})
    (tmp_path / PROJECT_FILE).parent.rmdir()
    program = tmp_path / "bin" / "copilot"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert CLIENT.is_here(tmp_path, {"HOME": "/none", "PATH": str(program.parent)})


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_a_clone_without_gitmem_says_nothing(git: GitDriver, event: str) -> None:
    """As on the cloud agent's machine: there is no gitmem, and the answer is silence and 0."""
    ((hook,),) = [hooks(HOOKS.with_us(None))[event]]
    for place in (git.path, git.path.parent):
        environ = {"PATH": os.environ["PATH"], "COPILOT_PROJECT_DIR": str(place)}

        done = subprocess.run(
            ["bash", "-c", hook["bash"]],
            cwd=git.path,
            env=environ,
            input=b"{}",
            capture_output=True,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_init_and_uninstall(git: GitDriver) -> None:
    git.write("a.txt", "a")
    git.commit("First")
    before = git.out("status", "--porcelain")
    file = git.path / PROJECT_FILE

    assert gitmem(git, "init", "--agent", "copilot-cli").returncode == 0
    assert HOOKS.has_us(file.read_bytes())
    again = gitmem(git, "init")
    assert again.returncode == 0
    assert "Copilot" not in again.stdout
    assert gitmem(git, "uninstall").returncode == 0

    assert not file.exists()
    assert not (git.path / ".github").exists()
    assert git.out("status", "--porcelain") == before


def test_in_the_persons_own_folder(git: GitDriver) -> None:
    """There the client needs no trust in the project; the folder goes with the file."""
    git.write("a.txt", "a")
    git.commit("First")
    own = git.home / ".copilot"
    own.mkdir()

    assert gitmem(git, "init", "--user").returncode == 0
    assert HOOKS.has_us((own / "hooks" / "gitmem.json").read_bytes())
    assert not (git.path / PROJECT_FILE).exists()
    assert gitmem(git, "uninstall", "--user").returncode == 0

    assert list(own.iterdir()) == []
