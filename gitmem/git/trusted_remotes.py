"""Whose memories are joined with ours: the remotes that a person has chosen.

Whoever offers a fork can write anything into its notes, and tools add remotes and set a branch's
``pushRemote`` by themselves (to look at a pull request, say).  So what a remote sends is joined
only where a person has said so: by ``gitmem trust``, kept as ``remote.NAME.gitmemTrust`` in the
clone's own configuration, so that it goes and moves with the remote; or by what makes a remote the
home of the repository, ``gitmem.remote``, ``remote.pushDefault`` and ``origin`` (where there is no
``origin``, the remote that was configured first, unless it was kept apart before: a fork is not
the home because ``origin`` was removed).  Everything else is kept apart, below ``refs/gitmem/``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from gitmem.errors import GitFailed, RemoteUnavailable
from gitmem.git.remotes import remote_names
from gitmem.git.repo import Repo, try_git
from gitmem.model.value import dataclass

_VARIABLE = "gitmemtrust"  # as git lists it
_TRUE = frozenset(("true", "yes", "on", "1", ""))


@dataclass(frozen=True)
class Trust:
    """What the configuration says: who is the home, and what a person said of which remote."""

    homes: Mapping[str, str]
    said: Mapping[str, bool]

    def has(self, remote: str) -> bool:
        """Whether what the remote sends is joined."""
        return self.said.get(remote, remote in self.homes)

    def reason(self, remote: str) -> str:
        """Why it is, in a few words; empty if it is not."""
        if not self.has(remote):
            return ""
        return "a person said so" if self.said.get(remote) else self.homes[remote]


def read_trust(repo: Repo, kept_apart: Collection[str] = ()) -> Trust:
    """What is configured now; two git processes.  To come first makes none of those remotes a
    home that were ``kept_apart`` so far.
    """
    whole = _read(repo, "config", "-z", "--list")
    own = _read(repo, "config", "-z", "--local", "--no-includes", "--list")
    urls = [n[7:-4] for n, _ in whole if n.startswith("remote.") and n.endswith(".url")]
    values = dict(whole)
    homes: dict[str, str] = {}
    if urls:
        first = "origin" if "origin" in urls else urls[0]
        why = "it is 'origin'" if first == "origin" else "it was configured first"
        if first == "origin" or first not in kept_apart:
            homes[first] = why
    for variable, why in (("remote.pushdefault", "remote.pushDefault"), ("gitmem.remote",) * 2):
        if values.get(variable, "") in urls:
            homes.setdefault(values[variable], f"{why} names it")
    said = {
        name[7 : -len(_VARIABLE) - 1]: value.lower() in _TRUE
        for name, value in own
        if name.startswith("remote.") and name.endswith(f".{_VARIABLE}")
    }
    return Trust(homes, said)


def set_trust(repo: Repo, remote: str, *, is_trusted: bool) -> None:
    """Say that a remote is trusted, or is not, from now on.

    Raises:
        RemoteUnavailable: there is no such remote.
        GitFailed: git cannot write the configuration.
    """
    if remote not in remote_names(repo):
        raise RemoteUnavailable(f"there is no remote '{remote}'", "To list remotes: git remote -v")
    key = f"remote.{remote}.gitmemTrust"
    value = "true" if is_trusted else "false"
    done = try_git(repo, "config", "--local", "--replace-all", key, value)
    if done.returncode != 0:
        raise GitFailed(f"git cannot write '{key}': {os.fsdecode(done.stderr).strip()}")


def _read(repo: Repo, *command: str) -> list[tuple[str, str]]:
    listed = os.fsdecode(try_git(repo, *command).stdout).split("\0")[:-1]
    return [(name, value) for name, _, value in (item.partition("\n") for item in listed)]
