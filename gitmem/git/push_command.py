"""What the command line of a ``git push`` says about the push.  Pure; standard library only.

git runs ``pre-push`` for ``git push --dry-run`` as for any other and tells it nothing of that.
What a line says for certain is told apart from what it may say, for a wrong guess would send
what a person only wanted to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

_GLOBAL_WITH_VALUE = frozenset(
    ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env")
)
_LEAST_PREFIX = "--d"  # which git takes for no option, --delete being another


class PushKind(Enum):
    """Whether the push is one: for certain, for certain not, or the line leaves it open."""

    REAL = "real"
    DRY_RUN = "dry run"
    OPEN = "open"


def is_git(words: Sequence[str]) -> bool:
    """Whether this is git itself, by whatever path it was called."""
    name = _program(words)
    return name == "git" or name.startswith("git-push")


def kind_of_push(words: Sequence[str]) -> PushKind:
    """What a command line of git says.  An alias, or another command that pushes, leaves it open.

    >>> kind_of_push(["git", "-C", "x", "push", "-qn", "origin"])
    <PushKind.OPEN: 'open'>
    """
    found = PushKind.REAL
    arguments = _arguments(words)
    if arguments is None:
        return PushKind.OPEN
    for word in arguments:
        if word == "--":
            break
        if word in ("-n", "--dry-run"):
            found = PushKind.DRY_RUN if found is not PushKind.OPEN else found
        elif _may_be_dry_run(word):
            found = PushKind.OPEN
    return found


def may_name(words: Sequence[str], configured: Sequence[str], ref: str) -> bool:
    """Whether a push by this line, to a remote with these refspecs configured, may be one of the
    ref, for all that they say.
    """
    name = ref.rpartition("/")[2]
    said = (*(_arguments(words) or ()), *configured)
    return any(name in word or "*" in word or word.startswith(("--mi", "--pru")) for word in said)


def _arguments(words: Sequence[str]) -> Sequence[str] | None:
    """What stands behind ``push``; None where another command stands there."""
    if _program(words).startswith("git-push"):
        return words[1:]
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _GLOBAL_WITH_VALUE else 1
    return words[at + 1 :] if list(words[at : at + 1]) == ["push"] else None


def _may_be_dry_run(word: str) -> bool:
    """Whether git may read a dry run from it, or the contrary: an abbreviation, or a cluster of
    letters, in which an option's value may hold any letter, too.
    """
    if word.startswith("--"):
        name = word.replace("--no-", "--", 1)
        return len(name) >= len(_LEAST_PREFIX) and "--dry-run".startswith(name)
    return word.startswith("-") and "n" in word


def _program(words: Sequence[str]) -> str:
    return words[0].replace("\\", "/").rpartition("/")[2].removesuffix(".exe") if words else ""
