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
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def command(as_json: bool) -> None:
    """Show what is set up, what waits and what went wrong lately.

    Like every command it first lets waiting work be done, for two seconds at most; what still
    waits is shown.  `gitmem doctor` tries things out.
    """
    agents = Agents.from_environment(os.environ)
    status = read_status(ready_repo(), agents=agents)
    if as_json:
        click.echo(json.dumps(asdict(status), ensure_ascii=False))
        return
    for line in render_status(status):
        click.echo(line)
