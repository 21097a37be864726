"""Configuration that loses memories: refspecs and merge strategies that keep one side of two.

At every level git reads, since a line in the user's own file works in every repository.  None of
it is ours to change: it is told, with the command that undoes it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gitmem.model.note import NOTES_REF
from gitmem.setup.git_config import OUR_STRATEGY, GitConfig

_TRUE = ("true", "yes", "on", "1")
_SCOPES = ("system", "global", "local", "worktree")
_LOSSY_STRATEGIES = {
    "ours": "drops the other side's memories of a commit that both sides annotated",
    "theirs": "drops our memories of a commit that both sides annotated",
    "cat_sort_uniq": "sorts the lines of a note, which destroys every memory in it",
}
_LOSSY_MODES = {
    "overwrite": "keeps one memory of two when commits are squashed",
    "ignore": "keeps one memory of two when commits are squashed",
    "cat_sort_uniq": "sorts the lines of a note when commits are squashed",
}


@dataclass(frozen=True)
class Danger:
    """``what`` is configured and what that does, and the command that is the ``remedy``.

    ``is_mild``: it gets in the way, but no memory is overwritten by it.
    """

    what: str
    remedy: str
    is_mild: bool = False


def find_dangers(config: GitConfig) -> Iterator[Danger]:
    """What is configured at any level that overwrites, drops or spoils memories."""
    for scope, name, value in config.lines:
        if name.startswith("remote.") and name.endswith(".fetch"):
            yield from _of_fetch(config, scope, name, value)
        elif name.startswith("remote.") and name.endswith(".push"):
            yield from _of_push(scope, name, value)
        elif name.startswith("remote.") and name.endswith(".mirror") and value.lower() in _TRUE:
            remote = name[len("remote.") : -len(".mirror")]
            what = f"a push to '{remote}' mirrors all refs and overwrites its memories"
            yield Danger(what, _unset(scope, name, value))
    yield from _of_notes(config)


def _of_fetch(config: GitConfig, scope: str, name: str, value: str) -> Iterator[Danger]:
    target = value.lstrip("+").partition(":")[2]
    if value.startswith("^") or not _covers(target):
        return
    if value.startswith("+"):
        yield Danger(
            f"{name} = {value} overwrites memories made here (the next gitmem command restores"
            " them)",
            _unset(scope, name, value),
        )
        return
    what = f"{name} = {value} makes git fetch fail when both sides have new memories"
    yield Danger(what, _unset(scope, name, value), is_mild=True)
    prune = f"{name.removesuffix('.fetch')}.prune"
    if _is_on(config, prune) or (not config.values(prune) and _is_on(config, "fetch.prune")):
        what = f"{name} = {value} with pruning deletes our memories where the remote has none"
        yield Danger(what, _unset(scope, name, value))


def _of_push(scope: str, name: str, value: str) -> Iterator[Danger]:
    source, colon, target = value.lstrip("+").partition(":")
    if value.startswith("^") or not _covers(target or source) or value in (":", "+:"):
        return
    if colon and not source:
        what = f"{name} = {value} deletes the remote's memories at each push"
        yield Danger(what, _unset(scope, name, value))
    elif value.startswith("+"):
        what = f"{name} = {value} overwrites the memories that others pushed"
        yield Danger(what, _unset(scope, name, value))
    else:
        what = f"{name} = {value} makes git push fail when others pushed memories"
        yield Danger(what, _unset(scope, name, value), is_mild=True)


def _of_notes(config: GitConfig) -> Iterator[Danger]:
    for name in (OUR_STRATEGY.lower(), "notes.mergestrategy"):
        strategy = config.values(name)[-1:]
        if strategy:
            if harm := _LOSSY_STRATEGIES.get(strategy[0]):
                what = f"{name} = {strategy[0]}: git notes merge {harm}"
                yield Danger(what, f"Run: git config {OUR_STRATEGY} union")
            break  # the ref's own strategy goes before the general one
    mode = config.values("notes.rewritemode")[-1:]
    if mode and (harm := _LOSSY_MODES.get(mode[0].lower())):
        yield Danger(f"notes.rewriteMode {harm}", "Run: git config notes.rewriteMode concatenate")
    for command in ("amend", "rebase"):
        if config.values(f"notes.rewrite.{command}")[-1:] == ["false"]:
            what = f"notes do not follow a commit through {command}"
            yield Danger(what, f"Run: git config --unset notes.rewrite.{command}")
    if config.values("core.notesref")[-1:] == [NOTES_REF]:
        what = "core.notesRef is the memories' ref: a plain git notes add or remove changes them"
        scope = config.scope("core.notesref")
        yield Danger(what, _unset(scope, "core.notesRef", NOTES_REF), is_mild=True)


def _covers(target: str) -> bool:
    return bool(target) and fnmatchcase(NOTES_REF, target)


def _is_on(config: GitConfig, name: str) -> bool:
    return config.values(name)[-1:] != [] and config.values(name)[-1].lower() in _TRUE


def _unset(scope: str, name: str, value: str) -> str:
    level = f"--{scope} " if scope in _SCOPES and scope != "local" else ""
    value = shlex.quote(value)
    return f"Run: git config {level}--fixed-value --unset {shlex.quote(name)} {value}"
