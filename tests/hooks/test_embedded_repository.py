"""A folder that looks like a bare repository can be committed and cloned, programs and all."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from gitmem.errors import NotARepository
from gitmem.git.repo import find_enclosing_repo
from gitmem.hooks.agent import run_agent_hook
from gitmem.setup.clients.claude_code import TIMEOUTS, hook_command
from gitmem.setup.mcp_json import SERVER
from tests.support.git import GitDriver


@pytest.fixture(params=["bare", "with a work tree", "that says it is not bare"])
def embedded_repo(git: GitDriver, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A clone's folder that git takes for a repository of its own, with a launcher inside."""
    folder = git.path / "examples/x"
    git.run("init", "-q", "--bare", str(folder))
    if request.param != "bare":
        git.run(f"--git-dir={folder}", "config", "core.bare", "false")
    if request.param == "with a work tree":
        git.run(f"--git-dir={folder}", "config", "core.worktree", "../..")
    run = folder / "gitmem/run"
    run.parent.mkdir()
    run.write_text(f"#!/bin/sh\necho ran >>'{tmp_path}/ran'\n")
    run.chmod(0o755)
    (folder / "gitmem/install.json").write_text("{}")
    return folder


def start(command: list[str], place: Path, git: GitDriver, **environ: str) -> int:
    return subprocess.run(
        command, cwd=place, env={**git.env(), **environ}, input=b"{}", capture_output=True
    ).returncode


@pytest.mark.parametrize("below", ["", "objects"])
def test_nothing_that_a_clone_brings_is_run(
    embedded_repo: Path, git: GitDriver, tmp_path: Path, below: str
) -> None:
    place = embedded_repo / below
    server = [str(SERVER["command"]), *map(str, SERVER["args"])]
    for environ in ({}, {"CLAUDE_PROJECT_DIR": str(place)}):
        for event in TIMEOUTS:
            assert start(["sh", "-c", hook_command(event)], place, git, **environ) == 0
        assert start(server, place, git, **environ) == 0  # an empty server

    assert not (tmp_path / "ran").exists()


def test_a_repository_that_the_environment_names_is_not_taken(
    embedded_repo: Path, tmp_path: Path, home: Path
) -> None:
    own, linked = GitDriver(tmp_path / "own", home).init(), tmp_path / "linked"
    own.run("config", "user.name", "Ada")
    own.run("config", "user.email", "ada@example.com")
    own.commit("first", a="1")
    own.run("worktree", "add", "-q", str(linked))

    start(["sh", "-c", hook_command("Stop")], linked, own, GIT_DIR=str(embedded_repo))

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["plain", "with\nnewline", "at the end\n", "-dash"])
def test_a_launcher_is_found_whatever_the_folder_is_called(
    tmp_path: Path, home: Path, name: str
) -> None:
    git = GitDriver(tmp_path / name, home).init()
    run = git.write(".git/gitmem/run", f"#!/bin/sh\necho \"$@\" >>'{tmp_path}/ours'\n")
    run.chmod(0o755)

    start(["sh", "-c", hook_command("Stop")], git.path, git)

    assert (tmp_path / "ours").read_text() == "hook Stop\n"


def test_the_clones_own_launcher_is_found_from_inside(
    embedded_repo: Path, git: GitDriver, tmp_path: Path
) -> None:
    run = git.write(".git/gitmem/run", f"#!/bin/sh\necho \"$@\" >>'{tmp_path}/ours'\n")
    run.chmod(0o755)

    start(["sh", "-c", hook_command("Stop")], embedded_repo, git)

    assert (tmp_path / "ours").read_text() == "hook Stop\n"
    assert not (tmp_path / "ran").exists()


def test_a_hook_takes_the_clone_for_the_repository(embedded_repo: Path, git: GitDriver) -> None:
    payload = json.dumps({"session_id": "5c0ddc1e-0000-4000-8000-000000000001"}).encode()

    printed = run_agent_hook("Stop", payload, {"CLAUDE_PROJECT_DIR": str(embedded_repo)})

    assert printed == ""
    assert not (embedded_repo / "gitmem/queue").exists()
    assert find_enclosing_repo(embedded_repo).git_dir == git.path / ".git"


def test_outside_of_any_work_tree_there_is_no_repository(tmp_path: Path, git: GitDriver) -> None:
    git.run("init", "-q", "--bare", str(tmp_path / "bare.git"))

    with pytest.raises(NotARepository):
        find_enclosing_repo(tmp_path / "bare.git")
