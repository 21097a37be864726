"""A person's consent to the place that the team's file names for memories.

It is given by the clone's own configuration: ``gitmem.remote`` names a remote that leads there.
So nothing that a pull brings can stand in for it, and what a pull changes takes it back.
"""

from __future__ import annotations

from gitmem.errors import GitmemError, NotInitialised, RemoteUnavailable
from gitmem.git.remotes import refspec_of
from gitmem.git.repo import Repo
from gitmem.setup.git_config import (
    Entry,
    GitConfig,
    config_path,
    lock_config,
    read_config,
    with_entries,
    without_entries,
)
from gitmem.setup.owned_files import OwnedFiles, look
from gitmem.state.kept_team_files import keep_team_files
from gitmem.state.refused_remotes import drop_refusal
from gitmem.state.settings import Team, read_settings
from gitmem.state.team_path import NAME
from gitmem.state.team_rules import is_address

_REMOTE = "memories"
_SETTING = "gitmem.remote"


def asked_place(repo: Repo) -> tuple[str, Team]:
    """Where the team's file wants memories, as it is now; empty where it does not say.

    Raises:
        SettingsInvalid, GitFailed: the settings cannot be read.
        GitmemError: it says what cannot be agreed to.
    """
    keep_team_files(repo)
    team = read_settings(repo).team
    if team.unreadable:
        raise GitmemError(
            f"the team's file '{NAME}' cannot be read: {team.unreadable}", "Nothing was changed"
        )
    if team.place == "":
        said = dict(team.faults).get(_SETTING, f"'{_SETTING}' in '{NAME}' is empty")
        raise GitmemError(said, "Nothing was changed, and nothing is sent")
    return team.place or "", team


def agree_to_place(repo: Repo, place: str) -> str:
    """Send memories there from now on, and nowhere else; the remote's name.

    Where no remote of the clone leads to an address yet, one is added, which `gitmem uninstall`
    takes out again.

    Raises:
        RemoteUnavailable: the place is the name of a remote that this clone does not have.
        NotInitialised: gitmem is not set up here.
        GitFailed, DiskFull, ReadOnlyRepository: the configuration cannot be written.
    """
    if not repo.is_initialised:
        raise NotInitialised("gitmem is not set up here", "Run: gitmem init")
    config = read_config(repo)
    name = _remote_at(config, place)
    missing: list[Entry] = []
    stale: list[Entry] = []
    if not name and not is_address(place):
        raise RemoteUnavailable(
            f"the team's file wants memories at the remote '{place}', which is not configured here",
            f"Nothing was changed. Run: git remote add {place} URL; then: gitmem trust --team",
        )
    if not name:
        name = _free_name(config)
        missing += [(f"remote.{name}.url", place), (f"remote.{name}.fetch", refspec_of(name))]
    for key, wanted in ((_SETTING, name), (f"remote.{name}.gitmemTrust", "true")):
        present = config.local_values(_listed(key))
        missing += [] if present[-1:] == [wanted] else [(key, wanted)]
        stale += [(key, value) for value in present if value != wanted]
    _change(repo, missing, stale)
    drop_refusal(repo, NAME)
    return name


def _change(repo: Repo, missing: list[Entry], stale: list[Entry]) -> None:
    if not missing and not stale:
        return
    owned_files = OwnedFiles(repo)
    owned_files.add_entries(tuple(missing))
    path = config_path(repo)
    with lock_config(repo) as write:
        present = look(path)
        content = present.content or b""
        original = without_entries(repo, content, owned_files.manifest.entries)
        cleaned = without_entries(repo, content, stale, content)
        owned_files.change(
            path, with_entries(repo, cleaned, missing), present.mode, original, write
        )


def _listed(key: str) -> str:
    """The key as git lists it: the last word in small letters."""
    start, _, last = key.rpartition(".")
    return f"{start}.{last.lower()}"


def _remote_at(config: GitConfig, place: str) -> str:
    """The remote by whose name, or to all of whose addresses for pushes, the place leads."""
    if not is_address(place):
        return place if place in config.remotes() else ""
    for name in config.remotes():
        reached = config.values(f"remote.{name}.pushurl") or config.values(f"remote.{name}.url")
        if reached and all(each.rstrip("/") == place.rstrip("/") for each in reached):
            return name
    return ""


def _free_name(config: GitConfig) -> str:
    used = {name.split(".")[1] for _, name, _ in config.lines if name.startswith("remote.")}
    name, number = _REMOTE, 1
    while name in used:
        number += 1
        name = f"{_REMOTE}-{number}"
    return name
