"""Hook managers from their own packages, each told to run one script of ours at every event.

The script is outside of the repository: it adds the event to ``ran`` beside it and fails where a
file ``fail-EVENT`` is.  Managers run hooks at the top of the work tree, so ``../theirs`` finds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.git import GitDriver

SEEN = ("pre-commit", "prepare-commit-msg", "post-commit", "post-merge", "post-rewrite", "pre-push")
"""The events that every manager is told to listen to; ours are among them."""

_THEIRS = """\
#!/bin/sh
echo "$1" >>"${0%/*}/ran"
if [ -f "${0%/*}/fail-$1" ]; then echo "$1 says no" >&2; exit 9; fi
"""


class Manager(ABC):
    """One manager at one version, installed in ``folder``."""

    name: str
    package: str
    version: str
    keeps_its_files = True
    """Whether running it again leaves lines of ours that stand in its hooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def arrange(self, git: GitDriver) -> None:
        """Configure it in the repository, without installing hooks."""
        theirs = git.path.parent / "theirs"
        theirs.write_text(_THEIRS)
        theirs.chmod(0o755)
        git.environ.update(self.environ(git))
        self.configure(git)
        git.commit("the hook manager")
        (git.path.parent / "ran").write_text("")

    def environ(self, git: GitDriver) -> dict[str, str]:
        """What git's environment must hold for its hooks to run."""
        return {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    @abstractmethod
    def fetch(self) -> str:
        """Install the package into the folder; returns the reason where that cannot be done."""

    @abstractmethod
    def configure(self, git: GitDriver) -> None:
        """Write its files."""

    @abstractmethod
    def install(self, git: GitDriver) -> None:
        """Have it install its hooks."""

    @abstractmethod
    def uninstall(self, git: GitDriver) -> None:
        """Have it remove its hooks."""

    def run(self, git: GitDriver, *command: str) -> str:
        """Run one of its programs in the repository."""
        done = subprocess.run(
            command, cwd=git.path, env=git.env(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command} -> {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


class _FromNpm(Manager):
    def fetch(self) -> str:
        if shutil.which("npm") is None:
            return "there is no npm"
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        few = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")  # without a network, be quick
        folder = ("--prefix", str(self.folder))
        return _succeeds(["npm", "install", *quiet, *few, *folder, self.package])

    @property
    def bin(self) -> Path:
        return self.folder / "node_modules" / ".bin"

    def environ(self, git: GitDriver) -> dict[str, str]:
        return {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def npm_version(self, package: str) -> str:
        text = (self.folder / "node_modules" / package / "package.json").read_text()
        return str(json.loads(text)["version"])


class Husky9(_FromNpm):
    name, package = "husky 9", "husky@9"

    def configure(self, git: GitDriver) -> None:
        for event in SEEN:
            git.write(f".husky/{event}", f"../theirs {event}\n")

    def install(self, git: GitDriver) -> None:
        self.version = self.npm_version("husky")
        self.run(git, "husky")

    def uninstall(self, git: GitDriver) -> None:
        git.run("config", "--unset", "core.hooksPath")


class Husky8(Husky9):
    name, package = "husky 8", "husky@8"

    def configure(self, git: GitDriver) -> None:
        (git.path / ".husky").mkdir()
        for event in SEEN:
            self.run(git, "husky", "set", f".husky/{event}", f"../theirs {event}")

    def install(self, git: GitDriver) -> None:
        self.version = self.npm_version("husky")
        self.run(git, "husky", "install")

    def uninstall(self, git: GitDriver) -> None:
        self.run(git, "husky", "uninstall")


class Lefthook2(_FromNpm):
    name, package = "lefthook 2", "lefthook@2"
    keeps_its_files = False

    def environ(self, git: GitDriver) -> dict[str, str]:
        return {**super().environ(git), "NO_COLOR": "1"}

    def configure(self, git: GitDriver) -> None:
        parts = [
            f"{event}:\n  commands:\n    theirs:\n      run: ../theirs {event}\n" for event in SEEN
        ]
        git.write("lefthook.yml", "".join(parts))

    def install(self, git: GitDriver) -> None:
        self.version = self.npm_version("lefthook")
        self.run(git, "lefthook", "install")

    def uninstall(self, git: GitDriver) -> None:
        self.run(git, "lefthook", "uninstall")


class Lefthook1(Lefthook2):
    name, package = "lefthook 1", "lefthook@1"


class SimpleGitHooks(_FromNpm):
    """It overwrites what it finds, without a copy, and removes hooks that it was not told of."""

    name, package = "simple-git-hooks", "simple-git-hooks@2"
    keeps_its_files = False

    def configure(self, git: GitDriver) -> None:
        hooks = {event: f"../theirs {event}" for event in SEEN}
        git.write("package.json", json.dumps({"name": "x", "simple-git-hooks": hooks}))

    def install(self, git: GitDriver) -> None:
        self.version = self.npm_version("simple-git-hooks")
        self.run(git, "simple-git-hooks")

    def uninstall(self, git: GitDriver) -> None:
        git.write("package.json", json.dumps({"name": "x", "simple-git-hooks": {}}))
        self.run(git, "simple-git-hooks")


class PreCommit(Manager):
    name, package = "pre-commit", "pre-commit>=4"
    keeps_its_files = False

    def environ(self, git: GitDriver) -> dict[str, str]:
        return {
            **super().environ(git),
            "PRE_COMMIT_HOME": str(git.path.parent / "pre-commit-home"),
            "PRE_COMMIT_COLOR": "never",
        }

    def fetch(self) -> str:
        python = str(self.folder / "bin" / "python")
        made = _succeeds([sys.executable, "-m", "venv", "--without-pip", str(self.folder)])
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--retries=1"]
        return made or _succeeds([*pip, "--disable-pip-version-check", self.package])

    def configure(self, git: GitDriver) -> None:
        hooks = [
            {
                "id": event,
                "name": event,
                "language": "system",
                "entry": f"../theirs {event}",
                "stages": [event],
                "always_run": True,
                "pass_filenames": False,
            }
            for event in SEEN
        ]
        config = {
            "default_install_hook_types": list(SEEN),
            "repos": [{"repo": "local", "hooks": hooks}],
        }
        git.write(".pre-commit-config.yaml", json.dumps(config))  # which is YAML too

    def install(self, git: GitDriver) -> None:
        self.version = self.run(git, "pre-commit", "--version").split()[-1]
        self.run(git, "pre-commit", "install")

    def uninstall(self, git: GitDriver) -> None:
        self.run(git, "pre-commit", "uninstall")


MANAGERS: tuple[type[Manager], ...] = (
    Husky9,
    Husky8,
    Lefthook2,
    Lefthook1,
    SimpleGitHooks,
    PreCommit,
)


def fetched(kind: type[Manager], base: Path) -> Manager:
    """The manager, installed once a test session; skips the test where it cannot be.

    ``base`` is shared by the processes of the session: the first installs, the others wait.
    """
    folder = base / f"manager-{kind.__name__}"
    manager = kind(folder)
    with (base / f"manager-{kind.__name__}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = folder.with_suffix(".outcome")
        if not outcome.exists():
            folder.mkdir()
            outcome.write_text(manager.fetch())
    if reason := outcome.read_text():
        pytest.skip(f"{kind.package} cannot be installed: {reason}")
    return manager


def _succeeds(command: Sequence[str]) -> str:
    """Run it; what it complained of, in a line, where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if "complete log" not in line]
    return " ".join(said[-2:])[:200] or f"'{command[0]}' failed"
