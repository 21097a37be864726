"""Which clients ``gitmem init`` sets up, and how a person says otherwise."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitmem.errors import ForeignFile
from gitmem.setup.client_files import choose_clients, told_clients
from gitmem.setup.client_probe import probe_client
from gitmem.setup.clients.claude_code import CLIENT, HOOKS, PROJECT_FILE
from gitmem.setup.clients.clients import CLIENTS
from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.install import install
from gitmem.setup.launcher import run_path
from gitmem.setup.status import read_status, render_status
from gitmem.setup.uninstall import uninstall
from gitmem.state.refused_clients import read_refused_clients
from tests.support.cli import gitmem
from tests.support.git import GitDriver

OLD_GIT = (2, 39)
ABSENT = [client for client in CLIENTS if client is not CLIENT]
PRACTICE = Practice(client=None, git_version=OLD_GIT)


def files_of(git: GitDriver) -> dict[str, bytes]:
    """Every file of the work tree, by its name."""
    top = git.path
    paths = [path for path in top.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {os.fspath(path.relative_to(top)): path.read_bytes() for path in paths}


def names(git: GitDriver, environ: dict[str, str], *refused: str) -> list[str]:
    return [client.name for client in choose_clients(git.repo, environ, refused)]


def test_where_no_other_client_is_claude_code_alone_is_set_up(committed: GitDriver) -> None:
    assert names(committed, {"PATH": "", "HOME": "/nowhere"}) == ["claude-code"]
    assert names(committed, {"PATH": "", "HOME": "/nowhere"}, "claude-code") == []


@pytest.mark.parametrize("client", ABSENT, ids=lambda client: client.name)
def test_a_client_is_found_by_its_program(
    committed: GitDriver, tmp_path: Path, client: object
) -> None:
    assert client in CLIENTS
    found = next(one for one in CLIENTS if one is client)
    program = tmp_path / "bin" / (found.programs[0] if found.programs else "none")
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environ = {"PATH": os.fspath(program.parent), "HOME": "/nowhere"}

    assert names(committed, environ) == ["claude-code", found.name]
    assert names(committed, environ, found.name) == ["claude-code"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_client_that_is_asked_for_is_set_up_and_left_to_the_byte(
    committed: GitDriver, client: object
) -> None:
    asked = next(one for one in CLIENTS if one is client)
    before = files_of(committed)
    install(committed.repo, git_version=OLD_GIT, agents=[asked.name])

    assert {file.path for file in asked.files} <= files_of(committed).keys()
    assert asked in told_clients(committed.repo, {})
    again = files_of(committed)
    assert install(committed.repo, git_version=OLD_GIT).changes == []
    assert files_of(committed) == again
    uninstall(committed.repo)
    assert files_of(committed) == before


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_who_is_refused_stays_refused_until_asked_for_again(
    committed: GitDriver, client: object
) -> None:
    name = next(one.name for one in CLIENTS if one is client)
    before = files_of(committed)
    install(committed.repo, git_version=OLD_GIT, agents=[name])
    report = install(committed.repo, git_version=OLD_GIT, no_agents=[name])

    assert report.removals
    install(committed.repo, git_version=OLD_GIT)
    files = {file.path for one in CLIENTS if one.name == name for file in one.files}
    assert {path: files_of(committed).get(path) for path in files} == dict.fromkeys(files)
    assert read_refused_clients(committed.repo) == {name}
    install(committed.repo, git_version=OLD_GIT, agents=[name])
    assert files <= files_of(committed).keys()
    assert read_refused_clients(committed.repo) == frozenset()
    uninstall(committed.repo)
    assert files_of(committed) == before


def test_what_a_commit_has_stays_for_the_team_when_one_person_refuses(
    committed: GitDriver,
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    committed.run("add", "-A")
    committed.run("commit", "-qm", "with gitmem", "--no-verify")

    report = install(committed.repo, git_version=OLD_GIT, no_agents=["claude-code"])

    assert HOOKS.has_us((committed.path / PROJECT_FILE).read_bytes())
    assert any("stays, for the team" in notice for notice in report.notices)


@pytest.mark.parametrize("client", ABSENT, ids=lambda client: client.name)
def test_a_file_that_nobody_understands_stops_only_who_asked_for_it(
    committed: GitDriver, client: object
) -> None:
    found = next(one for one in CLIENTS if one is client)
    path = committed.path / found.files[0].path
    if path.suffix != ".json":
        pytest.skip("its file is all ours")
    path.parent.mkdir(parents=True)
    path.write_text("no JSON")
    for folder in (found.folder,):
        (committed.path / folder).mkdir(parents=True, exist_ok=True)

    with pytest.raises(ForeignFile):
        install(committed.repo, git_version=OLD_GIT, agents=[found.name])
    report = install(committed.repo, git_version=OLD_GIT)

    assert path.read_text() == "no JSON"
    told = any(found.title in notice for notice in report.notices)
    assert told == found.is_here(committed.path, os.environ)


def test_the_command_line_says_who_is_refused_and_by_which_names(committed: GitDriver) -> None:
    done = gitmem(committed, "init", "--no-agent", "claude")

    assert done.returncode == 0
    assert not (committed.path / PROJECT_FILE).exists()
    assert "as you wanted: Claude Code" in gitmem(committed, "status").stdout
    assert "--agent claude-code" in gitmem(committed, "doctor").stdout
    assert gitmem(committed, "init", "--agent", "nobody").returncode == 2
    both = gitmem(committed, "init", "--agent", "claude", "--no-agent", "claude-code")
    assert both.returncode == 2
    assert gitmem(committed, "init", "--agent", "claude-code").returncode == 0
    assert (committed.path / PROJECT_FILE).exists()


def test_status_names_who_is_told(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)

    assert "agents that are told: Claude Code" in render_status(read_status(committed.repo))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_doctor_tries_what_each_client_would_run(committed: GitDriver, client: object) -> None:
    found = next(one for one in CLIENTS if one is client)
    install(committed.repo, git_version=OLD_GIT, agents=[found.name])
    assert probe_client(committed.repo, found, os.environ) == ""

    run_path(committed.repo).write_text("#!/bin/sh\necho not JSON\n")

    assert "JSON" in probe_client(committed.repo, found, os.environ)
    wrong = [one for one in diagnose(committed.repo, PRACTICE) if one.level is Level.ERROR]
    assert any("do not answer as they must" in one.what for one in wrong)


def test_nothing_is_kept_of_the_session_that_doctor_tries(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    probe_client(committed.repo, CLIENT, os.environ)

    state = committed.repo.state_dir
    assert list((state / "sessions").glob("*")) == []
    assert not (state / "told").exists()
    assert json.loads((state / "install.json").read_bytes())["version"] == 1


def test_a_file_with_comments_is_one_clients_alone(committed: GitDriver) -> None:
    """Its client allows them; what is said of the others is said all the same."""
    install(committed.repo, git_version=OLD_GIT, agents=["gemini-cli", "qwen-code"])
    path = committed.path / ".gemini" / "settings.json"
    path.write_text("{\n  // mine\n}\n")

    found = diagnose(committed.repo, PRACTICE)

    (wrong,) = [one for one in found if "Gemini CLI is left alone" in one.what]
    assert wrong.level is Level.WARNING
    assert wrong.what.endswith("have comments, and gitmem edits only plain JSON")
    assert wrong.remedy.count("gitmem init") == 2  # mended, or for good with --no-agent
    assert any("Qwen Code hooks" in one.what for one in found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{\n  // mine\n  "a": "http://x", /* two */\n}\n', "have comments"),
        ('{"a": [1, 2,],}', "have comments"),
        ('{"a": "// no comment" "b": 1}', "are not JSON"),
        ("{", "are not JSON"),
    ],
)
def test_init_and_status_name_the_clients_that_were_left_alone(
    committed: GitDriver, text: str, why: str
) -> None:
    for name in (".cursor/hooks.json", ".gemini/settings.json"):
        committed.write(name, text)
    assert gitmem(committed, "init", "--no-fetch").returncode == 0

    again = gitmem(committed, "init", "--no-fetch")

    assert why in again.stderr
    assert "--no-agent gemini-cli" in again.stderr
    assert "Everything else is already in place." in again.stdout
    assert "set up, but not for Cursor and Gemini CLI:" in again.stdout
    told = gitmem(committed, "status").stdout
    assert "agents that are told: Claude Code; left alone: Cursor, Gemini CLI." in told
    refused = gitmem(committed, "init", "--no-agent", "cursor", "--no-agent", "gemini-cli")
    assert "Cursor is told nothing here from now on.\n" in refused.stdout
    assert "Everything" not in refused.stdout
    assert "Everything is already in place." in gitmem(committed, "init", "--no-fetch").stdout
    assert "left alone" not in gitmem(committed, "status").stdout
    assert (committed.path / ".gemini/settings.json").read_text() == text


def test_a_persons_own_file_with_comments_stops_no_other_client(committed: GitDriver) -> None:
    file = committed.home / ".gemini" / "settings.json"
    file.parent.mkdir()
    file.write_text("{\n  // mine\n}\n")
    (committed.home / ".qwen").mkdir()

    done = gitmem(committed, "init", "--user", "--no-fetch")

    assert done.returncode == 0
    assert "set up, but not for Gemini CLI" in done.stdout
    assert file.read_text() == "{\n  // mine\n}\n"
    assert "gitmem" in (committed.home / ".qwen" / "settings.json").read_text()


def test_somebody_elses_plugin_of_our_name_is_left_and_told(committed: GitDriver) -> None:
    committed.write(".opencode/plugins/gitmem.js", "export const mine = 1\n")

    done = gitmem(committed, "init", "--no-fetch")

    assert "set up, but not for OpenCode" in done.stdout
    assert "left alone: OpenCode" in gitmem(committed, "status").stdout


def test_who_is_told_again_is_said(committed: GitDriver) -> None:
    gitmem(committed, "init", "--no-fetch", "--no-agent", "Codex")

    again = gitmem(committed, "init", "--no-fetch", "--agent", "CODEX")

    assert "Codex is told again.\n" in again.stdout
