"""Two repositories that differ in one thing: one of them has gitmem.

Whatever a person does is done in both, first in the one without.  Exit code and output must be the
same bytes, and so must every ref but ours.  The two lie in folders of the same length, and dates
are given, so that commits have the same ids.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.surroundings.home import expanded, furnish
from tests.surroundings.layouts import HOOKS, LAYOUTS, go_to, make_remote
from tests.surroundings.plain_git import PlainGit
from tests.surroundings.surroundings import Surroundings

PATIENCE_SECONDS = 120
_OURS = re.compile(rb"^(?:gitmem: |hint: gitmem).*\n", re.MULTILINE)
_FETCHED = re.compile(rb"^ [ *+!=t-] .*claude-mem.*\n", re.MULTILINE)
_FROM = re.compile(rb"^From [^\n]*\n(?! )", re.MULTILINE)


class Broken(AssertionError):
    """A law does not hold."""


@dataclass
class Outcome:
    """What a command gave."""

    code: int
    out: bytes
    err: bytes


class Side:
    """One of the twins: its root folder, and the person's environment there."""

    def __init__(self, root: Path, given: Surroundings, now: int) -> None:
        self.root = root
        self.home = root / "home"
        self.git = PlainGit(now)
        self._given = given
        self.home.mkdir(parents=True)
        furnish(self.home)
        make_remote(root, self.git)
        self.layout = LAYOUTS[given.layout](root, given.name, self.git)
        self.worktree = self.layout.worktree
        self.cwd = go_to(self.worktree, root, given.place)
        self.common = self._common_dir()
        self._age()
        HOOKS[given.hooks](self.worktree, self.common, self.home, self.git)
        self._counted: list[tuple[str, str]] = []
        self._configure()

    def environ(self, now: int) -> dict[str, str]:
        """The person's environment at a moment, POSIX seconds."""
        found: dict[str, str | None] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PWD": str(self.cwd),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "EDITOR": "true",
            "GIT_CONFIG_SYSTEM": str(self.home / "system-config"),
            "GIT_CONFIG_COUNT": str(len(self._counted)),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            **{f"GIT_{who}_DATE": f"{now} +0000" for who in ("AUTHOR", "COMMITTER")},
            **self.layout.environ,
        }
        for number, (name, value) in enumerate(self._counted):
            found[f"GIT_CONFIG_KEY_{number}"] = name
            found[f"GIT_CONFIG_VALUE_{number}"] = value
        for name, given in self._given.environ:
            found[name] = None if given is None else expanded(given, self.home)
        return {name: value for name, value in found.items() if value is not None}

    def run(
        self,
        command: list[str],
        now: int,
        *,
        stdin: bytes = b"",
        extra: dict[str, str] | None = None,
    ) -> Outcome:
        """Run a command as the person."""
        done = subprocess.run(
            command,
            cwd=self.cwd,
            env={**self.environ(now), **(extra or {})},
            input=stdin,
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
            umask=self._given.umask,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def plumb(self, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
        """Ask git about the repository, without the person's configuration."""
        return self.git.run(
            self.common, f"--git-dir={self.common}", *arguments, stdin=stdin, check=check
        )

    def refs(self) -> bytes:
        """HEAD and all refs, but what is gitmem's."""
        ours = (b"refs/gitmem", b"refs/notes/claude-mem")
        lines = self.git.run(self._inside, "show-ref", "--head", check=False).splitlines(True)
        return b"".join(line for line in lines if not line.split()[1].startswith(ours))

    def head(self) -> bytes:
        """The commit that is checked out; nothing before the first."""
        return self.git.run(self._inside, "rev-parse", "HEAD", check=False).strip()

    @property
    def _inside(self) -> Path:
        return Path(self.layout.environ.get("GIT_DIR", self.worktree))

    def configuration(self) -> dict[str, bytes]:
        """Every configuration file and hook, by its path from the root."""
        places = [self.common / "config", self.home / ".gitconfig", self.home / "system-config"]
        places += [
            *self.common.glob("worktrees/*/config.worktree"),
            self.common / "config.worktree",
        ]
        places += [*(self.common / "hooks").glob("*"), *self.worktree.glob(".githooks/*")]
        places += [*(self.home / "hooks").glob("*"), *self.home.glob(".config/git/*")]
        places += [self.common / "info/exclude", self.common / "info/attributes"]
        return {
            str(path.relative_to(self.root)): path.read_bytes().replace(
                os.fsencode(self.root), b"ROOT"
            )
            for path in places
            if path.is_file()
        }

    def _common_dir(self) -> Path:
        printed = self.git.run(
            self._inside, "rev-parse", "--path-format=absolute", "--git-common-dir"
        )
        return Path(os.fsdecode(printed.removesuffix(b"\n")))

    def _age(self) -> None:
        """Let the files be older than the index: of others git cannot tell whether they changed
        since, and what it then says depends on the millisecond.
        """
        for path in self.worktree.rglob("*"):
            if path.is_file() and ".git" not in path.relative_to(self.worktree).parts:
                os.utime(path, (path.stat().st_mtime - 3600,) * 2)
        place = [f"--work-tree={self.worktree}"] if self.layout.environ else []
        self.git.run(self._inside, *place, "update-index", "-q", "--refresh", check=False)

    def _configure(self) -> None:
        """Write each setting where it stands."""
        home = self.home
        files = {
            "system": home / "system-config",
            "global": home / ".gitconfig",
            "included": home / "further-config",
            "xdg": home / ".config/git/config",
        }
        (home / ".config/git").mkdir(parents=True)
        base = {
            "user.name": "Ada Author",
            "user.email": "ada@example.com",
            "gpg.program": str(home / "bin/sign"),
            "include.path": str(files["included"]),
            "protocol.file.allow": "always",
        }
        for name, value in base.items():
            self._set(["-f", str(files["global"])], name, value)
        for scope, name, value in self._given.settings:
            whole = expanded(value, home)
            if scope == "environment":
                self._counted.append((name, whole))
            elif scope in files:
                self._set(["-f", str(files[scope])], name, whole)
            else:
                self._set_local(scope, name, whole)

    def _set_local(self, scope: str, name: str, value: str) -> None:
        if scope == "local":
            self._set(["-f", str(self.common / "config")], name, value)
            return
        self._set(["-f", str(self.common / "config")], "extensions.worktreeConfig", "true")
        git_dir = self.common
        if not self.layout.environ:
            asked = ("rev-parse", "--path-format=absolute", "--git-dir")
            git_dir = Path(os.fsdecode(self.git.run(self.worktree, *asked).removesuffix(b"\n")))
        where = ["-f", str(git_dir / "config.worktree")]
        if self.git.run(self.common, "config", "core.bare", check=False) == b"true\n":
            self._set(where, "core.bare", "false")  # else git finds no work tree any more
        self._set(where, name, value)

    def _set(self, where: list[str], name: str, value: str) -> None:
        self.git.run(self.root, "config", *where, "--add", name, value)


class Twins:
    """Both sides, and the moment of the last command, which both were told."""

    def __init__(self, folder: Path, given: Surroundings) -> None:
        self.now = now = int(time.time())
        self.given = given
        self.commands: list[str] = []
        self.twin = Side(folder / "twin", given, now)
        self.ours = Side(folder / "ours", given, now)

    def run(
        self, *arguments: str, stdin: bytes = b"", extra: dict[str, str] | None = None
    ) -> Outcome:
        """Run git in both; what it gave, which is the same in both.

        Raises:
            Broken: it is not.
        """
        self.now = int(time.time())
        told = shlex.join(["git", *arguments])
        self.commands.append(told)
        command = ["git", *arguments]
        wanted = self.twin.run(command, self.now, stdin=stdin, extra=extra)
        found = self.ours.run(command, self.now, stdin=stdin, extra=extra)
        if wanted.code != found.code:
            raise Broken(
                f"{told}: exit {found.code}, not {wanted.code}: {_text(found.err)!r},"
                f" not {_text(wanted.err)!r}"
            )
        for name in ("out", "err"):
            want = self._comparable(getattr(wanted, name), self.twin)
            have = self._comparable(getattr(found, name), self.ours)
            if name == "err" and sorted(want.splitlines()) == sorted(have.splitlines()):
                continue  # git and the git it fetches with say theirs in any order
            if want != have:
                raise Broken(f"{told}: std{name} is {_text(have)!r}, not {_text(want)!r}")
        return wanted

    def compare_refs(self) -> None:
        """Everything stands where it stands in the twin.

        Raises:
            Broken: something does not.
        """
        if (want := self.twin.refs()) != (have := self.ours.refs()):
            raise Broken(f"refs are {_text(have)}, not {_text(want)}")

    def _comparable(self, printed: bytes, side: Side) -> bytes:
        """Without what must differ: the root folder, and what gitmem is documented to say."""
        shown = printed.replace(os.fsencode(side.root), b"ROOT")
        return _FROM.sub(b"", _FETCHED.sub(b"", _OURS.sub(b"", shown)))


def _text(printed: bytes) -> str:
    return printed[-1500:].decode(errors="replace")
