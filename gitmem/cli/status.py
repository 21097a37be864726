"""``gitmem status``."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from gitmem.agents.adapters import Agents
from gitmem.cli.open_repo import ready_repo
from gitmem.guard.json_text import json_text
from gitmem.process.own_command import as_typed
from gitmem.setup.status import read_status, render_status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--line", is_flag=True, help="Print one line, for Claude Code's status line.")
def command(as_json: bool, line: bool) -> None:
    """Show what is set up, what is waiting and what went wrong recently.

    Like every command, it first does waiting work, for two seconds at most, and then shows what is
    still waiting.  `gitmem doctor` also tries things out.

    With --line: what is wrong, or how many memories there are, how many the session was given and
    when work was last remembered; nothing where gitmem is not set up.  It does no waiting work,
    takes what Claude Code tells a status line on stdin, and exits with 0 whatever happens.
    """
    if line:
        from gitmem.setup.status_line import read_status_line

        if found := read_status_line():
            click.echo(found)
        return
    agents = Agents.from_environment(os.environ)
    status = read_status(ready_repo(), agents=agents, environ=os.environ)
    if as_json:
        click.echo(json_text(asdict(status)))
        return
    for shown in render_status(status):
        click.echo(as_typed(shown))
