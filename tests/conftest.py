"""Fixtures that are exact states of a real repository, and a guard around the real home folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.client import Client
from tests.support.codex import CodexCli
from tests.support.git import GitDriver
from tests.support.neutral_path import without_clients
from tests.support.prepared import Scene, Templates, prepared

for _name, _examples in {"default": 25, "ci": 100, "thorough": 1_000}.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,  # wall time on a shared machine says nothing
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_LEAKY = (
    *("GIT_", "CLAUDE", "CODEX_", "GEMINI_", "COPILOT_", "QWEN_", "CLINE_", "CURSOR_"),
    *("OPENCODE", "XDG_DATA_", "XDG_STATE_"),
    *("ANTHROPIC_", "GITMEM_", "AI_AGENT"),
)


@pytest.fixture(scope="session")
def neutral_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The caller's PATH without the agents' clients: what is installed decides about no test."""
    return without_clients(os.environ["PATH"], tmp_path_factory.mktemp("path"))


@pytest.fixture(autouse=True)
def home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    neutral_path: str,
    request: pytest.FixtureRequest,
) -> Path:
    """An empty home for every test; nothing of the caller's git, agent or keys comes in, and only
    with the mark ``real_client`` the clients on the PATH.
    """
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(_LEAKY)]:
        monkeypatch.delenv(name)
    if request.node.get_closest_marker("real_client") is None:
        monkeypatch.setenv("PATH", neutral_path)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("TZ", "UTC")
    return folder


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The states that prepared fixtures are copies of."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def scene(tmp_path: Path, home: Path, templates: Templates) -> Scene:
    """The test's folder, where prepared fixtures put what they are."""
    return Scene(tmp_path, templates)


@prepared
def git(tmp_path: Path, home: Path) -> GitDriver:
    """An empty repository with an identity and no commit; without git's samples of hooks."""
    driver = GitDriver(tmp_path / "repo", home).init()
    driver.run("config", "user.name", "Ada Author")
    driver.run("config", "user.email", "ada@example.com")
    for sample in (driver.path / ".git" / "hooks").glob("*.sample"):
        sample.unlink()
    return driver


@prepared
def committed(git: GitDriver) -> GitDriver:
    """A repository with one commit of one file."""
    git.commit("first commit", **{"README.md": "hello\n"})
    return git


@prepared
def remote(tmp_path: Path, home: Path) -> GitDriver:
    """An empty bare repository to push to."""
    return GitDriver(tmp_path / "remote.git", home).init(bare=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The workplace's shared material; tests needing it skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "claude-code" / "FACTS.md").is_file():
        pytest.skip("../shared is not here: real transcripts and the real client are needed")
    return folder


@pytest.fixture(scope="session")
def codex_cli(tmp_path_factory: pytest.TempPathFactory) -> CodexCli:
    """The real Codex client; ``GITMEM_TEST_CODEX_DIR`` names where it is installed."""
    known = os.environ.get("GITMEM_TEST_CODEX_DIR")
    return CodexCli.install(Path(known) if known else tmp_path_factory.mktemp("codex"))


@pytest.fixture(scope="session")
def client(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The real Claude Code client; ``GITMEM_TEST_CLIENT_DIR`` names where it is installed."""
    known = os.environ.get("GITMEM_TEST_CLIENT_DIR")
    folder = Path(known) if known else tmp_path_factory.mktemp("client")
    return Client.install(shared, folder)
