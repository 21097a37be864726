"""``gitmem config``."""

from __future__ import annotations

import click

from gitmem.cli.open_repo import repo_here
from gitmem.state.settings import describe_settings


@click.command()
def command() -> None:
    """List the settings: name, value, where the value comes from and what it means.

    Settings are git configuration: set one with `git config gitmem.NAME VALUE` (add --global for
    all repositories), and remove it with `git config --unset gitmem.NAME`.
    """
    for setting in describe_settings(repo_here(tells_memories=False)):
        click.echo(f"{setting.name} = {setting.value}")
        click.echo(f"    {setting.help}")
        click.echo(f"    from {setting.source}; default: {setting.default or 'none'}")
