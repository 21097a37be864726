"""Where a repository's hooks are, and whether they are ours to add to.

``core.hooksPath`` is somebody's choice: it is followed into the repository, never changed, and
a folder outside the repository, which other repositories share, is left alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gitmem.git.repo import Repo, git_environment, run_git, try_git
from gitmem.process.child import run
from gitmem.setup.git_config import GitConfig

MIN_GIT = (2, 31)
_CONFIG_HOOKS_SINCE = (2, 54)
_VERSION = re.compile(r"git version (\d+)\.(\d+)")


class PlaceKind(Enum):
    """How hooks are added here."""

    CONFIG = "git configuration"
    FOLDER = "hook files"
    HUSKY = "husky's files"
    """Read by ``sh`` whatever their mode and first line; the folder git knows is generated."""
    FOREIGN = "a folder outside the repository"


@dataclass(frozen=True)
class HooksPlace:
    """``folder`` is where files of ours go, ``run_from`` the one that git runs hooks from.

    ``is_off``: ``core.hooksPath`` names no folder, which people do to switch hooks off.
    """

    kind: PlaceKind
    folder: Path
    run_from: Path
    is_off: bool = False

    @property
    def why_foreign(self) -> str:
        """What keeps hooks of ours out, for a sentence about ``core.hooksPath``."""
        return "which switches hooks off" if self.is_off else "which other repositories share"


def find_place(repo: Repo, version: tuple[int, int]) -> HooksPlace:
    """Where the hooks of this repository belong with a git of that version.

    Raises:
        GitFailed: git cannot say.
    """
    asked = ("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    done = try_git(repo, *asked)
    is_empty = done.returncode != 0 and _is_hooks_path_empty(repo)
    printed = b"" if is_empty else done.stdout if done.returncode == 0 else run_git(repo, *asked)
    folder = Path(os.fsdecode(printed).removesuffix("\n") or os.devnull)
    if version >= _CONFIG_HOOKS_SINCE:
        return HooksPlace(PlaceKind.CONFIG, folder, folder)
    if is_empty or folder == Path(os.devnull):
        return HooksPlace(PlaceKind.FOREIGN, folder, folder, is_off=True)
    if not _is_inside(folder, repo):
        return HooksPlace(PlaceKind.FOREIGN, folder, folder)
    if folder.name == "_" and folder.parent.name == ".husky":
        return HooksPlace(PlaceKind.HUSKY, folder.parent, folder)
    return HooksPlace(PlaceKind.FOLDER, folder, folder)


def hooks_path_source(config: GitConfig) -> str:
    """Which level of configuration sets ``core.hooksPath``; empty when none does."""
    return config.scope("core.hookspath")


def read_git_version() -> tuple[int, int]:
    """The version of the git on PATH; (0, 0) if it reports none."""
    done = run(["git", "version"], environ=git_environment())
    match = _VERSION.match(os.fsdecode(done.stdout))
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _is_hooks_path_empty(repo: Repo) -> bool:
    """Whether ``core.hooksPath`` is set to nothing, of which git cannot make a path."""
    done = try_git(repo, "config", "core.hooksPath")
    return done.returncode == 0 and not done.stdout.strip()


def _is_inside(folder: Path, repo: Repo) -> bool:
    """Whether the folder, links followed, lies in a work tree or git directory of ours."""
    homes = [repo.common_dir, repo.git_dir, *([repo.worktree] if repo.worktree else [])]
    if repo.common_dir.name == ".git":
        homes.append(repo.common_dir.parent)
    place = folder.resolve()
    return any(place.is_relative_to(home.resolve()) for home in homes)
