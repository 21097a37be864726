"""The plugin in the real Codex client: added, told at the start, with a prompt and beside a file,
and its commit remembered; beside the project's own files everything is told once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.journeys.test_real_client import an_orchard
from tests.journeys.test_real_codex import gitmem, people
from tests.plugins.generate import TOP
from tests.support.codex import CodexCli
from tests.support.fake_openai import ResponsesApi, calls, responses_api, says
from tests.support.git import GitDriver
from tests.support.jobs import eventually

pytestmark = pytest.mark.slow

MODEL = """\
model = "gpt-5-codex"
model_provider = "fake"
{installed}
[model_providers.fake]
name = "fake"
base_url = "{url}"
env_key = "FAKE_KEY"
wire_api = "responses"
[projects."{repo}"]
trust_level = "trusted"
"""


def codex(codex_cli: CodexCli, git: GitDriver, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [os.fspath(codex_cli.program), *words],
        cwd=git.path,
        env={**people(git), "FAKE_KEY": "x"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def plugged(codex_cli: CodexCli, git: GitDriver) -> GitDriver:
    """Thirty memories, gitmem set up, and a person who added the plugin."""
    git.environ["CODEX_HOME"] = str(git.home / "codex")
    (git.home / "codex").mkdir()
    git.commit("Start", **{"README.md": "shop\n"})
    gitmem(git, "init", "--agent", "codex", "--no-agent", "claude-code")
    an_orchard(git)
    codex(codex_cli, git, "plugin", "marketplace", "add", str(TOP))
    codex(codex_cli, git, "plugin", "add", "gitmem@gitmem")
    assert "installed, enabled" in codex(codex_cli, git, "plugin", "list").stdout
    return git


def run(codex_cli: CodexCli, git: GitDriver) -> tuple[ResponsesApi, str]:
    """A file read twice and a commit; what the API got, and what the client printed of hooks."""
    turns = [
        [calls("exec_command", cmd="cat tree11.py")],
        [calls("exec_command", cmd="cat tree11.py")],
        [
            calls(
                "exec_command", cmd="echo x > price.py; git add . && git commit -qm 'Round prices'"
            )
        ],
        [says("Rounded.")],
    ]
    config = git.home / "codex/config.toml"
    with responses_api(turns) as api:
        text = MODEL.format(installed=config.read_text(), url=api.url, repo=git.path)
        config.write_text(text)
        flags = ("--dangerously-bypass-approvals-and-sandbox", "--dangerously-bypass-hook-trust")
        done = codex(codex_cli, git, "exec", *flags, "How tall is tree07.py?")
    return api, done.stderr


@pytest.mark.parametrize("beside", ["alone", "project"])
def test_it_is_told_once_and_its_commit_is_remembered(
    codex_cli: CodexCli, plugged: GitDriver, beside: str
) -> None:
    if beside == "alone":
        shutil.rmtree(plugged.path / ".codex")

    api, printed = run(codex_cli, plugged)

    assert "Failed" not in printed
    heard = json.dumps(api.inputs[-1])
    assert heard.count("commits have memories here") == 1
    assert heard.count("plant tree 07 (decision") == 1
    assert heard.count("Of tree11.py:") == 1
    remembered = eventually(lambda: "Round prices" in gitmem(plugged, "show", "HEAD", check=False))
    assert remembered


def test_the_model_sees_the_tools_and_skills_but_not_what_is_for_hooks(
    codex_cli: CodexCli, plugged: GitDriver
) -> None:
    shutil.rmtree(plugged.path / ".codex")

    api, _ = run(codex_cli, plugged)

    told = json.dumps(api.requests[-1])
    assert "get_observations" in told
    assert "Look up what is remembered" in told
    assert "file_context" not in told
