"""Folders of transcripts that the client did not name after the project (seen in 2.1.332)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitmem.agents.adapters import Agents
from gitmem.agents.claude.projects import chosen_project_name, find_started_in
from tests.support.capture import session_in
from tests.support.git import GitDriver


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, ""),
        ({"CLAUDE_CODE_PROJECT_DIR_NAME": "mine"}, ""),
        ({"CLAUDE_CODE_PROJECT_DIR_NAME": "mine", "CLAUDE_CONFIG_DIR": "/c"}, "mine"),
        ({"CLAUDE_CODE_PROJECT_DIR_NAME": "../up", "CLAUDE_CONFIG_DIR": "/c"}, ""),
        ({"CLAUDE_CODE_PROJECT_DIR_NAME": "x" * 65, "CLAUDE_CONFIG_DIR": "/c"}, ""),
    ],
)
def test_a_chosen_name_counts_as_the_client_counts_it(environ: dict[str, str], name: str) -> None:
    assert chosen_project_name(environ) == name


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("name", ["my_project", "-dashed"])
def test_sessions_in_a_folder_of_a_chosen_name_are_found(
    committed: GitDriver, tmp_path: Path, name: str, is_told: bool
) -> None:
    """Even where the name is not told, as in a git hook, unless it looks like a path's."""
    writer = session_in(committed).prompt("Do it")
    config = tmp_path / "cfg"
    (config / "projects" / name).mkdir(parents=True)
    path = shutil.move(writer.path, config / "projects" / name / writer.path.name)
    environ = {"CLAUDE_CONFIG_DIR": str(config)}
    environ |= {"CLAUDE_CODE_PROJECT_DIR_NAME": name} if is_told else {}

    found = Agents.from_environment(environ).transcripts_for(committed.path, 0.0)

    is_seen = is_told or not name.startswith("-")
    assert [one.session for one in found] == ([writer.session] if is_seen else [])
    if not name.startswith("-"):
        assert find_started_in(Path(path)) == str(committed.path.resolve())


def test_sessions_of_another_project_in_such_a_folder_are_not_ours(
    committed: GitDriver, tmp_path: Path
) -> None:
    writer = session_in(committed).prompt("Do it")
    config = tmp_path / "cfg"
    (config / "projects" / "shared").mkdir(parents=True)
    shutil.move(writer.path, config / "projects" / "shared" / writer.path.name)

    agents = Agents.from_environment({"CLAUDE_CONFIG_DIR": str(config)})

    assert agents.transcripts_for(tmp_path / "elsewhere", 0.0) == []
