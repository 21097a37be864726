"""The remotes of a repository: which are asked for memories, and what was last seen of each.

Two refs are kept of a remote, both below ``refs/gitmem/`` and out of reach of blanket refspecs.
The *inbox*, ``refs/gitmem/REMOTE/claude-mem``, is where a person's own ``git fetch`` puts the
notes, by the refspec that ``gitmem init`` adds.  The *exchanged* ref, one folder below, is moved
by gitmem alone.  With one ref for both, a push of memories in the background would make a
``git pull`` fail that runs at the same time: git refuses to move a ref that somebody else moved
since the fetch began.  Where a remote's pushes go to another address than its fetches come from,
there is a third, for the latter.
"""

from __future__ import annotations

import os

from gitmem.errors import RemoteUnavailable
from gitmem.git.repo import Repo, try_git
from gitmem.model.note import NOTES_REF

TRACKING = "refs/gitmem/"
"""Where notes of remotes land, a folder for each place."""

_NAME = "/claude-mem"
_OWN_SUFFIX = "/exchanged"
_SOURCE_SUFFIX = "/received"
_USUAL_REMOTES = ("origin", "upstream")


def refspec_of(remote: str) -> str:
    """The fetch refspec for a remote's notes.

    A glob, so that a remote without the ref does not break ``git fetch``, and outside
    ``refs/notes``, so that nobody's blanket refspec or prune can harm what it brought.
    """
    return f"+{NOTES_REF}*:{TRACKING}{remote}{_NAME}*"


def tracking_ref(place: str) -> str:
    """The ref of a place: a remote's name for its inbox, or what :func:`own_place` makes of it."""
    return f"{TRACKING}{place}{_NAME}"


def is_tracking(ref: str) -> bool:
    """Whether the ref is one of a place, :func:`place_of` of which can be asked."""
    return ref.startswith(TRACKING) and ref.endswith(_NAME)


def place_of(ref: str) -> str:
    """The place of a ref: the contrary of :func:`tracking_ref`."""
    return ref.removeprefix(TRACKING).removesuffix(_NAME)


def own_place(remote: str) -> str:
    """The place of what gitmem itself last saw of a remote."""
    return remote + _OWN_SUFFIX


def source_place(remote: str) -> str:
    """The place of what gitmem fetched where fetches come from, if pushes go elsewhere."""
    return remote + _SOURCE_SUFFIX


def places_of(remote: str) -> tuple[str, ...]:
    """Every place of a remote, its inbox first."""
    return remote, own_place(remote), source_place(remote)


def remote_of(place: str) -> str:
    """The remote that a place belongs to."""
    return place.removesuffix(_OWN_SUFFIX).removesuffix(_SOURCE_SUFFIX)


def tracking_tips(repo: Repo) -> dict[str, str]:
    """The notes commit at each place of each remote."""
    listed = try_git(repo, "for-each-ref", "--format=%(objectname) %(refname)", TRACKING)
    tips = {}
    for line in os.fsdecode(listed.stdout).splitlines():
        tip, _, ref = line.partition(" ")
        if is_tracking(ref):
            tips[place_of(ref)] = tip
    return tips


def read_exchange_tip(repo: Repo, remote: str) -> str | None:
    """The notes commit that the remote had when gitmem last heard of it."""
    ref = tracking_ref(own_place(remote))
    listed = try_git(repo, "for-each-ref", "--format=%(objectname)", ref)
    return os.fsdecode(listed.stdout).strip() or None


def write_exchange_tip(repo: Repo, remote: str, tip: str) -> None:
    """Record that the remote has this notes commit."""
    try_git(repo, "update-ref", tracking_ref(own_place(remote)), tip)


def forget_tips(repo: Repo, remote: str) -> None:
    """Record that the remote has no notes."""
    for place in places_of(remote):
        try_git(repo, "update-ref", "-d", tracking_ref(place))


def remote_names(repo: Repo) -> list[str]:
    """The configured remotes."""
    return os.fsdecode(try_git(repo, "remote").stdout).splitlines()


def memory_remote(repo: Repo, wanted: str = "") -> str | None:
    """The remote that memories are sent to; None when there is none.

    The wanted one, else where ``git push`` would go: the branch's ``pushRemote``,
    ``remote.pushDefault``, the branch's upstream's, ``origin``, or the only one.

    Raises:
        RemoteUnavailable: the wanted remote is not configured.
    """
    names = remote_names(repo)
    if wanted:
        if wanted not in names:
            raise RemoteUnavailable(
                f"there is no remote '{wanted}'", "To list remotes: git remote -v"
            )
        return wanted
    configured = (
        _of_branch(repo, "pushRemote"),
        _config_value(repo, "remote.pushDefault"),
        _of_branch(repo, "remote"),
    )
    for name in (*configured, "origin"):
        if name in names:
            return name
    return names[0] if len(names) == 1 else None


def remotes_to_fetch(repo: Repo, elected: str) -> list[str]:
    """The remotes that memories are received from: the branch's, ``origin`` and ``upstream``,
    where there are such, and last the elected one.
    """
    names = remote_names(repo)
    others = dict.fromkeys((_of_branch(repo, "remote"), *_USUAL_REMOTES))
    return [*(name for name in others if name in names and name != elected), elected]


def _of_branch(repo: Repo, what: str) -> str:
    branch = os.fsdecode(try_git(repo, "symbolic-ref", "--quiet", "--short", "HEAD").stdout).strip()
    return _config_value(repo, f"branch.{branch}.{what}") if branch else ""


def _config_value(repo: Repo, name: str) -> str:
    return os.fsdecode(try_git(repo, "config", "--get", name).stdout).strip()
