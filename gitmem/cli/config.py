"""``gitmem config``."""

from __future__ import annotations

import click

from gitmem.cli.open_repo import repo_here
from gitmem.cli.suggestions import nearest, similar
from gitmem.cli.team_config import change_team_file, tell_team_faults
from gitmem.errors import GitmemError, NotARepository, SettingsInvalid, UsageError
from gitmem.git.repo import find_repo_here, git_environment, try_git
from gitmem.guard.json_text import json_text
from gitmem.guard.policy import Policy
from gitmem.guard.untrusted import clean_line
from gitmem.process.child import run
from gitmem.state.setting_list import Setting, describe_settings, held_by_team
from gitmem.state.setting_table import (
    check_setting,
    choices_of,
    find_setting,
    is_list_setting,
    setting_names,
)
from gitmem.state.team_path import NAME

_NOT_THERE = 5  # git's code for what is not there to be taken out


@click.command()
@click.argument("name", required=False, metavar="[NAME")
@click.argument("value", required=False, metavar="[VALUE]]")
@click.option("--global", "is_global", is_flag=True, help="Of all your repositories.")
@click.option("--team", "is_team", is_flag=True, help="Of the team's file, .gitmem, to commit.")
@click.option("--unset", is_flag=True, help="Take the setting out; the default holds again.")
@click.option("--add", is_flag=True, help="Add a value to those of a setting that takes several.")
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    value: str | None,
    is_global: bool,
    is_team: bool,
    unset: bool,
    add: bool,
    as_json: bool,
) -> None:
    """List the settings, or show or change one.

    Without NAME: each with its value, its meaning and where it comes from.  With NAME: its value;
    exit code 1 if it is not set and has no default, or if there is no such setting.  With VALUE:
    sets it in this repository, after a check of the value.  Names are read in any case, with or
    without `gitmem.`.

    Settings are git configuration: `git config gitmem.NAME VALUE` does the same, unchecked.  With
    --team they are those of the file .gitmem at the top of the work tree, which a team commits: it
    can make a setting stricter for all, and name one place for memories (`gitmem help team`).

    \b
    gitmem config autoPush
    gitmem config autoPush false
    gitmem config --global notice problems
    gitmem config --add exclude 'secrets/'
    gitmem config --unset autoPush
    gitmem config --team prompts none
    """
    if is_team:
        if is_global:
            raise UsageError("give --global or --team, not both")
        if not change_team_file(name, value, unset=unset, add=add, as_json=as_json):
            ctx.exit(1)
        return
    if name is None:
        if unset or add or is_global:
            raise UsageError("--global, --unset and --add need the NAME of a setting")
        repo = repo_here(tells_memories=False)
        _list(describe_settings(repo), as_json=as_json)
        if not as_json:
            tell_team_faults(repo)
        return
    if unset and (add or value is not None):
        raise UsageError("--unset takes no VALUE and no --add")
    if value is None and add:
        raise UsageError("--add needs a VALUE")
    known = find_setting(name)
    if value is None and not unset:
        if not _show(name, known, is_global=is_global, as_json=as_json):
            ctx.exit(1)
        return
    if as_json:
        raise UsageError("--json shows settings; it does not change them")
    if unset:
        if known is None and not name.lower().startswith("gitmem."):
            raise _unknown(name)
        if not _unset(known or name, is_global=is_global):
            ctx.exit(1)
        return
    if known is None:
        raise _unknown(name)
    _set(known, value or "", is_global=is_global, add=add)


def _list(settings: list[Setting], *, as_json: bool) -> None:
    if as_json:
        click.echo(json_text([_object(setting) for setting in settings], indent=2))
        return
    for setting in settings:
        click.echo(f"{setting.name} = {setting.value}")
        if setting.fault:
            click.echo(f"    does not count: {setting.fault}{_meant(setting)}")
        if setting.help:
            click.echo(f"    {setting.help}")
        click.echo(f"    from {setting.source}; default: {setting.default or 'none'}")


def _meant(setting: Setting) -> str:
    if setting.is_known:
        return ""
    found = similar(nearest(setting.name, setting_names()), "setting")
    return f". {found}" if found else ""


def _object(setting: Setting) -> dict[str, object]:
    return {
        "name": setting.name,
        "value": setting.value,
        "default": setting.default,
        "source": setting.source,
        "help": setting.help,
        "fault": setting.fault,
    }


def _show(name: str, known: str | None, *, is_global: bool, as_json: bool) -> bool:
    """Print the value that holds; whether there is one."""
    if known is None:
        error = _unknown(name)
        click.echo(f"gitmem: {error.message}\n  {error.hint}", err=True)
        return False
    if is_global:
        return _show_of_person(known)
    described = describe_settings(repo_here(tells_memories=False))
    setting = next(each for each in described if each.name == known)
    if as_json:
        click.echo(json_text(_object(setting), indent=2))
    if setting.fault:
        click.echo(f"gitmem: {setting.fault}; it does not count", err=True)
        return False
    if not setting.value:
        click.echo(f"gitmem: '{known}' is not set, and has no default", err=True)
        return False
    if not as_json:
        click.echo(setting.value)
    return True


def _show_of_person(name: str) -> bool:
    """Print what all of the person's repositories have, if anything; whether there is one."""
    code, values = _run(["--global", "--get-all", name], is_global=True)
    if code or not values:
        click.echo(f"gitmem: '{name}' is not set in your settings", err=True)
        return False
    click.echo(values.rstrip("\n"))
    return True


def _unknown(name: str) -> UsageError:
    asked = name if name.lower().startswith("gitmem.") else f"gitmem.{name}"
    found = similar(nearest(asked, setting_names()), "setting")
    return UsageError(f"there is no setting '{name}'", found or "To list them: gitmem config")


def _set(name: str, value: str, *, is_global: bool, add: bool) -> None:
    if add and not is_list_setting(name):
        raise UsageError(
            f"'{name}' takes one value", f"Run: gitmem config {name.partition('.')[2]} VALUE"
        )
    try:
        check_setting(name, value)
        if name == "gitmem.redact":
            _ = Policy((value,)).masker  # refuses a pattern that its engine does not know
    except SettingsInvalid as error:
        meant = similar(nearest(value, choices_of(name)))
        hint = "Nothing was changed" if name == "gitmem.redact" else error.hint
        raise SettingsInvalid(error.message, meant or hint) from error
    if name == "gitmem.remote" and value:
        _tell_missing_remote(value)
    scope = ["--global"] if is_global else []
    way = ["--add", name, value] if add else ["--replace-all", name, value]
    _git([*scope, *way], is_global=is_global)
    _tell_stricter_team(name)


def _tell_stricter_team(name: str) -> None:
    """A word where the team's file holds something else than what was set."""
    try:
        held = held_by_team(find_repo_here(), name)
    except GitmemError:
        return
    if held is not None:
        shown = f"'{clean_line(held, 200)}'" if held else "what it says"
        click.echo(f"note: the team's file '{NAME}' is stricter: {shown} holds here", err=True)


def _tell_missing_remote(value: str) -> None:
    try:
        known = try_git(find_repo_here(), "remote").stdout.decode("utf-8", "replace").splitlines()
    except GitmemError:
        return
    if value not in known:
        found = similar(nearest(value, known), "remote")
        click.echo(f"note: there is no remote '{value}' here. {found}".rstrip(), err=True)


def _unset(name: str, *, is_global: bool) -> bool:
    code = _git([*(["--global"] if is_global else []), "--unset-all", name], is_global=is_global)
    if code == _NOT_THERE:
        where = "your settings" if is_global else "this repository's settings"
        click.echo(f"gitmem: '{name}' is not set in {where}", err=True)
        return False
    return True


def _git(arguments: list[str], *, is_global: bool) -> int:
    """Run ``git config``; its code, 0 or 5.

    Raises:
        GitmemError: it could not write.
    """
    code, complaint = _run(arguments, is_global=is_global)
    if code not in (0, _NOT_THERE):
        told = complaint.strip().splitlines()[:1]
        raise GitmemError(f"git could not change the setting: {''.join(told)}")
    return code


def _run(arguments: list[str], *, is_global: bool) -> tuple[int, str]:
    try:
        repo = find_repo_here()
    except NotARepository:
        if not is_global:
            raise
        done = run(["git", "config", *arguments], environ=git_environment())
    else:
        done = try_git(repo, "config", *([] if is_global else ["--local"]), *arguments)
    return done.returncode, (done.stdout or done.stderr).decode("utf-8", "replace")
