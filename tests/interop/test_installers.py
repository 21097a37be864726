"""uv, pipx and pip take the hooks' gitmem away, or change it in place: what a person then reads.

Each test installs the wheel, built once, with the real tool into a home of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitmem.state.lock import is_worker_running
from tests.support.git import GitDriver
from tests.support.jobs import eventually

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DEAD = "gitmem is not capturing: "
MENDED = "gitmem: the Python that hooks started was gone, or did not run gitmem; now they start "
AGAIN = "gitmem: the hooks' Python, which did not run gitmem, does again"
VENV = "uv venv -q {place} && uv pip install -q --python {place}/bin/python {wheel}"
USER = f"{sys.executable} -m pip"


def of_the_index() -> dict[str, str]:
    """What the environment says of the package index and the way to it."""
    names = (
        "PIP_",
        "UV_",
        "SSL_CERT",
        "HTTP_",
        "HTTPS_",
        "NO_PROXY",
        "http_",
        "https_",
        "no_proxy",
    )
    return {name: value for name, value in os.environ.items() if name.startswith(names)}


@pytest.fixture(scope="session")
def uv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with uv, uvx and pipx; the wheel lies in a folder beside, a cache, too."""
    folder = tmp_path_factory.mktemp("installers")
    (folder / "bin").mkdir()
    for name in ("uv", "uvx", "pipx"):
        beside = Path(sys.executable).with_name(name)
        found = str(beside) if beside.exists() else shutil.which(name)
        if found is None:
            pytest.skip(f"'{name}' is not installed: pip install uv pipx")
        (folder / "bin" / name).symlink_to(found)
    environ = {**os.environ, "UV_CACHE_DIR": str(folder / "cache")}
    build: list[str | Path] = [
        folder / "bin" / "uv",
        "build",
        "-q",
        "--wheel",
        "--out-dir",
        folder / "dist",
        ROOT,
    ]
    done = subprocess.run(build, env=environ, capture_output=True, text=True, check=False)
    if done.returncode == 0:  # fills the cache, from which the tests install
        (wheel,) = (folder / "dist").glob("*.whl")
        tool = {"UV_TOOL_DIR": str(folder / "t"), "UV_TOOL_BIN_DIR": str(folder / "t" / "bin")}
        install: list[str | Path] = [folder / "bin" / "uv", "tool", "install", "-q", wheel]
        done = subprocess.run(
            install, env={**environ, **tool}, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        pytest.skip(f"uv cannot build or install (no package index?): {done.stderr[-300:]}")
    return folder


class Machine:
    """A person's home with these tools, and no other gitmem."""

    def __init__(self, git: GitDriver, tools: Path) -> None:
        self.git, self.place = git, git.home / "venv"
        (self.wheel,) = (tools / "dist").glob("*.whl")
        self.environ = {
            **git.env(),
            **of_the_index(),
            "PATH": f"{git.home}/.local/bin:{tools}/bin:/usr/bin:/bin",
            "UV_CACHE_DIR": str(tools / "cache"),
            "UV_PYTHON": getattr(sys, "_base_executable", sys.executable),
            "PIPX_DEFAULT_PYTHON": getattr(sys, "_base_executable", sys.executable),
            "PYTHONUSERBASE": str(git.home / ".local"),
        }
        self.environ.pop("XDG_DATA_HOME", None)

    def sh(self, command: str, *, check: bool = True) -> str:
        """What a command prints, its errors too."""
        text = command.format(wheel=self.wheel, place=self.place, user=self.environ["UV_PYTHON"])
        done = subprocess.run(
            ["sh", "-c", text],
            cwd=self.git.path,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def commit(self) -> str:
        return self.sh("git commit -q --allow-empty -m x")

    def is_idle(self) -> bool:
        return not list((self.git.repo.state_dir / "queue").glob("*.job"))


@pytest.fixture
def machine(committed: GitDriver, uv: Path) -> Machine:
    return Machine(committed, uv)


UVT = "uv tool install -q {wheel}"
PIPX = "pipx install {wheel}"
OF_USER = "{user} -m pip install -q --user --break-system-packages {wheel}"
GONE = [  # installed by, run as, lost by, back by, run as
    (UVT, "gitmem", "uv tool uninstall -q gitmem-cli", UVT, "gitmem"),
    (PIPX, "gitmem", "pipx uninstall gitmem-cli", PIPX, "gitmem"),
    (
        OF_USER,
        "gitmem",
        "{user} -m pip uninstall -q -y --break-system-packages gitmem-cli",
        OF_USER,
        "gitmem",
    ),
    (VENV, "{place}/bin/gitmem", "rm -r {place}", VENV, "{place}/bin/gitmem"),
    (VENV, "{place}/bin/gitmem", "mv {place} {place}2", UVT, "gitmem"),
    (VENV, "{place}/bin/gitmem", "ln -sfn /nowhere/python {place}/bin/python", UVT, "gitmem"),
    (VENV, "{place}/bin/gitmem", "mv {place}/lib/python3* {place}/lib/python3.9", UVT, "gitmem"),
    (
        VENV,
        "{place}/bin/gitmem",
        "uv pip uninstall -q --python {place}/bin/python gitmem-cli",
        UVT,
        "gitmem",
    ),
    (
        VENV,
        "{place}/bin/gitmem",
        "uv pip uninstall -q --python {place}/bin/python pygit2",
        UVT,
        "gitmem",
    ),
    (
        "cp -r $UV_CACHE_DIR {place}",
        "UV_CACHE_DIR={place} uvx -q --from {wheel} gitmem",
        "UV_CACHE_DIR={place} uv cache prune -q; rm -rf {place}/archive-v*",
        UVT,
        "gitmem",
    ),
]


@pytest.mark.parametrize(
    ("install", "run", "lose", "back", "again"), GONE, ids=[g[2] for g in GONE]
)
def test_what_is_gone_is_said_and_any_command_mends_it(
    machine: Machine, install: str, run: str, lose: str, back: str, again: str
) -> None:
    machine.sh(install)
    machine.sh(f"{run} init --no-fetch")
    assert machine.commit() == ""
    # One that began before would still take the jobs that are to wait.
    assert eventually(lambda: machine.is_idle() and not is_worker_running(machine.git.repo))

    machine.sh(lose)
    said = [machine.commit()]
    eventually(lambda: (machine.git.repo.state_dir / "lost").exists())
    said.append(machine.commit())

    assert sum(line.startswith(DEAD) for line in said) == 1
    assert not machine.is_idle()
    machine.sh(back)
    assert machine.sh(f"{again} log").startswith((MENDED, AGAIN))
    assert eventually(machine.is_idle)
    assert machine.commit() == ""
    assert MENDED not in machine.sh(f"{again} log")


@pytest.mark.parametrize(
    ("install", "change"),
    [
        (UVT, "uv tool install -q --reinstall {wheel}"),
        (UVT, "uv tool upgrade -q gitmem-cli"),
        (PIPX, "pipx reinstall gitmem-cli"),
        (VENV, "uv pip install -q --reinstall --python {place}/bin/python {wheel}"),
    ],
)
def test_a_change_in_place_is_not_noticed(machine: Machine, install: str, change: str) -> None:
    machine.sh(install)
    run = "{place}/bin/gitmem" if install == VENV else "gitmem"
    machine.sh(f"{run} init --no-fetch")

    machine.sh(change)

    assert machine.commit() == ""
    assert eventually(machine.is_idle)
    assert not machine.sh(f"{run} status").startswith("gitmem")


def test_another_tools_gitmem_takes_over_at_the_commit(machine: Machine) -> None:
    machine.sh(UVT)
    machine.sh("gitmem init --no-fetch")
    machine.sh("uv tool uninstall -q gitmem-cli")
    machine.sh(PIPX)

    assert machine.commit() == "gitmem: its Python was gone; another gitmem has taken over\n"
    assert eventually(machine.is_idle)
    assert machine.commit() == ""


def test_the_wheel_is_whole(machine: Machine) -> None:
    machine.sh(UVT)

    assert machine.sh("gitmem --version").startswith("gitmem (gitmem-cli) ")
    assert machine.sh("git mem --version").endswith(machine.wheel.name.split("-")[1] + "\n")
    assert "Add token-bucket rate limiting" in machine.sh("gitmem demo")
