"""How a clone lies on the disk, what its folder is called, from where one works in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.surroundings.contents import BASES
from tests.surroundings.plain_git import PlainGit

NAMES = (
    "with blanks in it",
    'it\'s "quoted"',
    "🚀 rocket",
    "line\nbreak",
    "tab\there",
    "-dash",
    "$HOME `id` %s",
    "[a]*?",
    "back\\slash",
    "Änderung",
    "e\u0301",
    "文件夹",
    "trailing ",
    ".hidden",
    "a:b",
    "n" * 150,
    "repo.git",
)
"""Names of the folder."""

PLACES = ("top", "deep", "link", "link to deep")
"""Where commands are run: at the top, in a folder below it, through a symbolic link."""


@dataclass
class Layout:
    """What came to be: the work tree, and what commands need in their environment."""

    worktree: Path
    environ: dict[str, str] = field(default_factory=dict)


def make_remote(root: Path, git: PlainGit) -> Path:
    """The repository that all clone: one commit of some files, in ``work/`` and beside it."""
    seed = root / "seed"
    for folder, count in (("work", BASES), ("elsewhere", 3)):
        (seed / folder).mkdir(parents=True)
        for number in range(count):
            text = "".join(f"{folder} {number}: an old line {n}\n" for n in range(12))
            (seed / folder / f"base-{number}.txt").write_text(text)
    git.run(seed, "init", "-q", "-b", "main")
    git.run(seed, "add", "-A")
    git.run(seed, "commit", "-q", "-m", "First")
    (seed / "work/notes.md").write_text("# Notes\n")
    git.run(seed, "add", "-A")
    git.run(seed, "commit", "-q", "-m", "Second")
    git.run(root, "clone", "-q", "--bare", str(seed), "remote.git")
    remote = root / "remote.git"
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git.run(remote, "config", name, "true")
    return remote


def _clone(root: Path, name: str, git: PlainGit, *options: str, url: str = "") -> Layout:
    git.run(root, "clone", "-q", *options, url or str(root / "remote.git"), "--", f"./{name}")
    return Layout(root / name)


def _options(*options: str) -> Callable[[Path, str, PlainGit], Layout]:
    return lambda root, name, git: _clone(root, name, git, *options)


def _by_url(*options: str) -> Callable[[Path, str, PlainGit], Layout]:
    return lambda root, name, git: _clone(
        root, name, git, *options, url=f"file://{root}/remote.git"
    )


def _linked(root: Path, name: str, git: PlainGit) -> Layout:
    first = _clone(root, "first", git).worktree
    git.run(first, "worktree", "add", "-q", "-b", "task", f"../{name}")
    return Layout(root / name)


def _bare(root: Path, name: str, git: PlainGit) -> Layout:
    """A bare repository whose work trees lie beside it."""
    bare = root / "store"
    git.run(root, "clone", "-q", "--bare", str(root / "remote.git"), str(bare))
    git.run(bare, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git.run(bare, "worktree", "add", "-q", "-b", "task", f"../{name}")
    return Layout(root / name)


def _bare_with_worktree_config(root: Path, name: str, git: PlainGit) -> Layout:
    """As `git worktree` documents it: core.bare moves, here it stays in the shared file."""
    layout = _linked(root, name, git)
    git.run(root / "first", "config", "extensions.worktreeConfig", "true")
    git.run(root / "first", "config", "core.bare", "true")
    git.run(layout.worktree, "config", "--worktree", "core.bare", "false")
    return layout


def _submodule(root: Path, name: str, git: PlainGit) -> Layout:
    top = root / name
    top.mkdir()
    git.run(top, "init", "-q", "-b", "main")
    git.run(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", "../remote.git", "l")
    git.run(top, "commit", "-q", "-m", "A library")
    return Layout(top / "l")


def _dotfiles(root: Path, name: str, git: PlainGit) -> Layout:
    """A git directory elsewhere, named by the environment, as for files in a home folder."""
    store = root / "dot.git"
    layout = _clone(root, name, git, f"--separate-git-dir={store}")
    (layout.worktree / ".git").unlink()
    return Layout(layout.worktree, {"GIT_DIR": str(store), "GIT_WORK_TREE": str(layout.worktree)})


def _core_worktree(root: Path, name: str, git: PlainGit) -> Layout:
    layout = _clone(root, name, git, f"--separate-git-dir={root / 'store'}")
    git.run(layout.worktree, "config", "core.worktree", f"../{name}")
    return layout


def _sparse(*options: str) -> Callable[[Path, str, PlainGit], Layout]:
    def make(root: Path, name: str, git: PlainGit) -> Layout:
        layout = _clone(root, name, git)
        pattern = "/work/" if "--no-cone" in options else "work"
        git.run(layout.worktree, "sparse-checkout", "set", *options, pattern)
        return layout

    return make


def _nested(root: Path, name: str, git: PlainGit) -> Layout:
    outer = root / "outer"
    outer.mkdir()
    git.run(outer, "init", "-q", "-b", "main")
    return _clone(outer, name, git, url=str(root / "remote.git"))


def _relative_remote(root: Path, name: str, git: PlainGit) -> Layout:
    layout = _clone(root, name, git)
    git.run(layout.worktree, "remote", "set-url", "origin", "../remote.git")
    return layout


def _linked_git_folder(root: Path, name: str, git: PlainGit) -> Layout:
    layout = _clone(root, name, git)
    os.rename(layout.worktree / ".git", root / "store")
    os.symlink("../store", layout.worktree / ".git")
    return layout


def _packed(root: Path, name: str, git: PlainGit) -> Layout:
    layout = _clone(root, name, git)
    git.run(layout.worktree, "gc", "-q")
    git.run(layout.worktree, "commit-graph", "write", "--reachable")
    git.run(layout.worktree, "multi-pack-index", "write")
    return layout


LAYOUTS: dict[str, Callable[[Path, str, PlainGit], Layout]] = {
    "plain": _options(),
    "linked work tree": _linked,
    "bare with work trees": _bare,
    "bare in shared configuration": _bare_with_worktree_config,
    "submodule": _submodule,
    "dotfiles": _dotfiles,
    "core.worktree": _core_worktree,
    "sparse": _sparse("--cone"),
    "sparse index": _sparse("--cone", "--sparse-index"),
    "sparse by pattern": _sparse("--no-cone"),
    "shallow": _by_url("--depth", "1"),
    "blobless": _by_url("--filter=blob:none"),
    "treeless": _by_url("--filter=tree:0"),
    "shared objects": _options("--shared"),
    "nested": _nested,
    "relative remote": _relative_remote,
    "linked git folder": _linked_git_folder,
    "packed": _packed,
    "other remote name": _options("-o", "with/slash"),
    "single branch": _options("--single-branch"),
}
"""What it is → how it is made in a root folder that holds ``remote.git``."""


def go_to(worktree: Path, root: Path, place: str) -> Path:
    """The folder that commands are run in."""
    deep = "work" if place.endswith("deep") else ""
    if not place.startswith("link"):
        return worktree / deep
    link = root / "a link"
    os.symlink(worktree, link)
    return link / deep


_PRINT = "#!/bin/sh\necho 'my own hook' >&2\n"


def _own_hooks(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    _hook(common / "hooks/post-commit", _PRINT + "exit 3\n")
    _hook(common / "hooks/commit-msg", _PRINT)
    _hook(common / "hooks/pre-push", _PRINT + "cat >/dev/null\n")
    _hook(common / "hooks/post-rewrite", "#!/usr/bin/env python3\nprint('rewritten')\n")


def _refusing(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    _hook(common / "hooks/pre-push", _PRINT + "exit 1\n")


def _in_tree(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    git.run(common, "--git-dir=.", "config", "core.hooksPath", ".githooks")
    (common / "info").mkdir(exist_ok=True)
    with (common / "info/exclude").open("a") as file:
        file.write(".githooks/\n")
    _hook(worktree / ".githooks/post-commit", _PRINT)


def _in_home(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    git.run(common, "--git-dir=.", "config", "core.hooksPath", str(home / "hooks"))
    _hook(home / "hooks/post-commit", _PRINT)


def _empty_path(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    git.run(common, "--git-dir=.", "config", "core.hooksPath", "")


def _no_folder(worktree: Path, common: Path, home: Path, git: PlainGit) -> None:
    for sample in (common / "hooks").glob("*"):
        sample.unlink()
    (common / "hooks").rmdir()


HOOKS: dict[str, Callable[[Path, Path, Path, PlainGit], None]] = {
    "none": lambda worktree, common, home, git: None,
    "own": _own_hooks,
    "one that refuses a push": _refusing,
    "in the work tree": _in_tree,
    "in the home folder": _in_home,
    "an empty path": _empty_path,
    "no folder": _no_folder,
}
"""Hooks that are there before gitmem."""


def _hook(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
