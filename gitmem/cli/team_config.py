"""``gitmem config --team``: the settings in the team's file, shown and changed in place."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gitmem.cli.open_repo import repo_here
from gitmem.cli.suggestions import nearest, similar
from gitmem.errors import ForeignFile, GitmemError, SettingsInvalid, UsageError
from gitmem.git.remotes import remote_names
from gitmem.git.repo import Repo, git_environment, translate_os_errors
from gitmem.guard.json_text import json_text
from gitmem.guard.policy import Policy
from gitmem.guard.untrusted import clean_line
from gitmem.process.child import run
from gitmem.state.setting_table import find_setting, is_list_setting, setting_names
from gitmem.state.settings import read_settings
from gitmem.state.team_file import TeamFile, read_worktree_file
from gitmem.state.team_path import NAME
from gitmem.state.team_rules import check_wish, is_address, wishes_of

_NOT_THERE = 5  # git's code for what is not there to be taken out


def change_team_file(
    name: str | None, value: str | None, *, unset: bool, add: bool, as_json: bool
) -> bool:
    """List what the file sets, or show or change one setting in it; whether there was one.

    Raises:
        UsageError: the options do not go together, or there is no such setting.
        SettingsInvalid: the file may not set it, or not to that.
        ForeignFile: something that is no file stands in its place.
        GitmemError: git cannot write it.
    """
    repo = repo_here(tells_memories=False)
    path = repo.need_worktree() / NAME
    if as_json and (name is not None or unset or add):
        raise UsageError("with --team, --json lists the whole file")
    if name is None:
        if unset or add:
            raise UsageError("--unset and --add need the NAME of a setting")
        _list(_read(path), as_json=as_json)
        return True
    if (unset and (add or value is not None)) or (add and value is None):
        raise UsageError("--unset takes no VALUE and no --add; --add needs a VALUE")
    known = find_setting(name)
    if known is None and not unset:
        asked = f"gitmem.{name.removeprefix('gitmem.')}"
        found = similar(nearest(asked, setting_names()), "setting")
        raise UsageError(f"there is no setting '{name}'", found or "To list them: gitmem config")
    if unset:
        return _unset(path, known or f"gitmem.{name.removeprefix('gitmem.')}")
    if value is None:
        return _show(path, known or name)
    _set(path, known or name, value, add=add)
    if known == "gitmem.remote":
        _tell_of_remote(repo, value)
    return True


def tell_team_faults(repo: Repo) -> None:
    """Print what the team's file says and cannot set."""
    team = read_settings(repo).team
    if team.unreadable:
        click.echo(f"the team's file '{NAME}' cannot be read: {team.unreadable}")
    for _, fault in team.faults:
        click.echo(f"'{NAME}': {clean_line(fault, 300)}")


def _read(path: Path) -> TeamFile:
    if not os.path.lexists(path):
        return TeamFile()
    file = read_worktree_file(path)
    if file.unreadable:
        raise ForeignFile(f"'{NAME}' cannot be read: {file.unreadable}", "Nothing was changed")
    return file


def _list(file: TeamFile, *, as_json: bool) -> None:
    faults = dict(wishes_of(file).faults)
    rows = [
        {"name": find_setting(key) or key, "values": ["true" if v is None else v for v in values]}
        for key, values in file.values.items()
    ]
    rows = [{**row, "fault": faults.get(str(row["name"]), "")} for row in rows]
    if as_json:
        click.echo(json_text(rows, indent=2))
        return
    if not rows:
        click.echo("There are no team settings here. To begin: gitmem config --team NAME VALUE")
    for row in rows:
        click.echo(f"{row['name']} = {', '.join(row['values'])}")
        if row["fault"]:
            click.echo(f"    does not count: {clean_line(str(row['fault']), 300)}")


def _show(path: Path, name: str) -> bool:
    values = _read(path).values.get(name.lower())
    if not values:
        click.echo(f"gitmem: '{name}' is not set in '{NAME}'", err=True)
        return False
    for value in values if is_list_setting(name) else values[-1:]:
        click.echo("true" if value is None else value)
    return True


def _set(path: Path, name: str, value: str, *, add: bool) -> None:
    if add and not is_list_setting(name):
        raise UsageError(f"'{name}' takes one value")
    try:
        check_wish(name, value)
        if name == "gitmem.redact":
            _ = Policy((value,)).masker  # refuses a pattern that its engine does not know
    except SettingsInvalid as error:
        hint = "Nothing was changed" if name == "gitmem.redact" else error.hint
        raise SettingsInvalid(error.message, hint) from error
    _read(path)
    _refuse_folder(path)
    _git(path, "--add" if add else "--replace-all", name, value)
    click.echo(f"'{NAME}' was changed. To share it: git add {NAME}, and commit")


def _tell_of_remote(repo: Repo, place: str) -> None:
    """A name may be meant for other clones, so it is taken; a mistyped one would keep all home."""
    click.echo("Each clone is asked once before it sends memories there: gitmem trust --team")
    if not place or is_address(place) or place in (names := remote_names(repo)):
        return
    meant = similar(nearest(place, names), "remote")
    click.echo(f"note: this clone has no remote '{place}', so it sends no memories", err=True)
    if meant:
        click.echo(f"  {meant}", err=True)


def _unset(path: Path, name: str) -> bool:
    if not os.path.lexists(path):
        click.echo(f"gitmem: '{name}' is not set in '{NAME}'", err=True)
        return False
    _read(path)
    _refuse_folder(path)
    if _git(path, "--unset-all", name) == _NOT_THERE:
        click.echo(f"gitmem: '{name}' is not set in '{NAME}'", err=True)
        return False
    return True


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise ForeignFile(f"'{NAME}' is a folder, and the team's file has that name")


def _git(path: Path, *arguments: str) -> int:
    """Have git change the file, which keeps comments and order; its code, 0 or 5."""
    with translate_os_errors(f"write '{NAME}'"):
        command = ["git", "config", "--file", os.fspath(path), *arguments]
        done = run(command, environ=git_environment())
    if done.returncode not in (0, _NOT_THERE):
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()[:1]
        raise GitmemError(f"git could not change '{NAME}': {''.join(told)}")
    return done.returncode
