"""What a person is told of the team's file, and the one question that it raises."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from gitmem.cli.writer_question import may_ask
from gitmem.errors import GitmemError
from gitmem.git.remotes import memory_remote
from gitmem.git.repo import Repo, try_git
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_line
from gitmem.process.own_command import as_typed
from gitmem.setup.team_remote import agree_to_place, asked_place
from gitmem.state.kept_team_files import team_files
from gitmem.state.setting_table import find_setting
from gitmem.state.settings import Settings, read_own_settings, read_settings
from gitmem.state.team_path import NAME
from gitmem.state.team_rules import REMOTE, is_address, wishes_of


def agree(repo: Repo, *, is_sure: bool) -> None:
    """Show where the team's file wants memories, and agree to that if the person does.

    Raises:
        GitmemError: the file cannot be read, the answer is no, or nobody is there to give one.
    """
    place, team = asked_place(repo)
    if not place:
        click.echo(f"The team's file '{NAME}' names no place for memories.")
        return
    if not team.is_held:
        click.echo(f"Memories go to {place} already, and nowhere else.")
        return
    for line in _question(repo, place):
        click.echo(line)
    if not is_sure and not may_ask(os.environ):
        raise GitmemError(
            "nobody is at a terminal to agree", "Nothing is sent. Run: gitmem trust --team --yes"
        )
    if not is_sure and not click.confirm("Send them there?", default=False):
        raise GitmemError("not agreed: nothing is sent", "To agree later: gitmem trust --team")
    name = agree_to_place(repo, place)
    click.echo(as_typed(f"Memories go to '{name}' from now on. To send them now: gitmem sync"))


def tell_team_file(repo: Repo) -> None:
    """Say what the team's file sets here, and ask for what needs consent; for `gitmem init`."""
    files = team_files(repo)
    if not files:
        return
    settings = read_settings(repo)
    if settings.team.unreadable:
        click.echo(
            f"note: the team's file '{NAME}' cannot be read ({settings.team.unreadable}): nothing"
            " is remembered until it can",
            err=True,
        )
        return
    for line in _told(repo, settings):
        click.echo(line)
    for _, fault in settings.team.faults:
        click.echo(f"note: '{NAME}': {fault}", err=True)
    if not settings.team.is_held:
        return
    try:
        if may_ask(os.environ):
            agree(repo, is_sure=False)
            return
        told = "memories are not sent until you agree. Run: gitmem trust --team"
        click.echo(as_typed(f"note: {told}"), err=True)
    except (GitmemError, click.Abort) as error:
        click.echo(as_typed(f"note: {error}" if str(error) else "note: nothing is sent"), err=True)


def _told(repo: Repo, settings: Settings) -> Iterator[str]:
    own, team = read_own_settings(repo), settings.team
    asked = {field for file in team_files(repo) for field in wishes_of(file).values}
    yield f"The team's file '{NAME}':"
    for field in sorted(asked - {REMOTE}):
        name = find_setting(field.replace("_", "")) or field
        value = _text(getattr(settings, field))
        is_same = getattr(settings, field) == getattr(own, field)
        yield f"  {name} = {value}{' (as it is here)' if is_same else ''}"
    if team.place:
        yield f"  memories go to {team.place}, and nowhere else"


def _address(repo: Repo, place: str) -> str:
    """Where a remote that is named leads to, without the password that it may hold."""
    if is_address(place):
        return ""
    asked = os.fsdecode(try_git(repo, "remote", "get-url", "--push", "--", place).stdout).strip()
    return f" ({clean_line(redact(asked), 300)})" if asked else ""


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _question(repo: Repo, place: str) -> Iterator[str]:
    yield f"The team's file '{NAME}' wants the memories of this repository at:"
    yield f"  {place}{_address(repo, place)}"
    yield "Whoever can read that place can read them. They would go there, and nowhere else."
    try:
        wanted = read_own_settings(repo).remote
        now = memory_remote(repo, wanted)
    except GitmemError:
        return
    if now:
        yield f"Without that file they would go to '{now}'."
