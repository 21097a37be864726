"""Drive a real git in a temporary folder: fixed people, rising dates, UTC, C locale."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import ClassVar

from gitmem.git.repo import Repo, find_repo

EPOCH = 1_767_225_600  # 2026-01-01 00:00:00 UTC


class GitDriver:
    """One work tree (or bare repository) and its git, with a clock that moves a minute a commit."""

    common: ClassVar[dict[str, str]] = {}
    """What the environments of all drivers hold besides."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        self.home = home
        self.now = EPOCH
        self.environ: dict[str, str] = {}

    @property
    def repo(self) -> Repo:
        return find_repo(self.path)

    def env(self) -> dict[str, str]:
        """A clean environment: nothing of the caller's git, home or agent."""
        when = f"{self.now} +0000"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada Author",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": "Carl Committer",
            "GIT_COMMITTER_EMAIL": "carl@example.com",
            "GIT_COMMITTER_DATE": when,
            "LC_ALL": "C",
            "TZ": "UTC",
            **{name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")},
            **self.common,
            **self.environ,
        }

    def bare_env(self) -> dict[str, str]:
        """As :meth:`env`, measured by nobody: coverage brings modules of its own into a child."""
        return {
            name: value for name, value in self.env().items() if not name.startswith("COVERAGE_")
        }

    def run(
        self, *arguments: str, stdin: bytes | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=self.env(),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"git {arguments} -> {done.returncode}\n{done.stderr.decode()}")
        return done

    def out(self, *arguments: str, stdin: bytes | None = None) -> str:
        """What git printed, without the last newline."""
        return self.run(*arguments, stdin=stdin).stdout.decode("utf-8", "replace").rstrip("\n")

    def init(self, *, bare: bool = False) -> GitDriver:
        self.path.mkdir(parents=True, exist_ok=True)
        self.run("init", "-q", "-b", "main", *(["--bare"] if bare else []))
        return self

    def write(self, name: str, content: str | bytes) -> Path:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def commit(self, message: str = "change", **files: str) -> str:
        """Write ``files`` (``__`` in a name stands for a slash), commit all, return the id."""
        for name, content in files.items():
            self.write(name.replace("__", "/"), content)
        self.now += 60
        self.run("add", "-A")
        self.run("commit", "-q", "--allow-empty", "-m", message)
        return self.out("rev-parse", "HEAD")

    def clone(self, path: Path, *options: str) -> GitDriver:
        subprocess.run(
            ["git", "clone", "-q", *options, str(self.path), str(path)],
            env=self.env(),
            check=True,
            capture_output=True,
        )
        other = GitDriver(path, self.home)
        other.now = self.now
        return other

    def add_note(self, commit: str, text: bytes | str, *options: str) -> None:
        """What ``git notes`` itself writes under our ref."""
        data = text.encode() if isinstance(text, str) else text
        blob = self.out("hash-object", "-w", "--stdin", stdin=data)
        self.run("notes", "--ref", "claude-mem", "add", "-f", *options, "-C", blob, commit)

    def show_note(self, commit: str) -> bytes:
        """What ``git notes`` itself reads under our ref."""
        return self.run("notes", "--ref", "claude-mem", "show", commit).stdout
