"""``gitmem status``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from gitmem.agents.adapters import Agents
from gitmem.cli.open_repo import ready_repo
from gitmem.setup.status import read_status, render_status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Show what is set up, what is waiting and what went wrong recently.

    Like every command, it first does waiting work, for two seconds at most, and then shows what is
    still waiting.  `gitmem doctor` also tries things out.
    """
    agents = Agents.from_environment(os.environ)
    status = read_status(ready_repo(), agents=agents, environ=os.environ)
    if as_json:
        click.echo(json.dumps(asdict(status), ensure_ascii=False))
        return
    for line in render_status(status):
        click.echo(line)
