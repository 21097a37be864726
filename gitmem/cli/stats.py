"""``gitmem stats``."""

from __future__ import annotations

from dataclasses import asdict

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.guard.json_text import json_text
from gitmem.upkeep.stats import read_stats, render_stats

_MOST_DAYS = 10_000  # before gitmem there was nothing to spend


@click.command()
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many days of spend to show.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(days: int, as_json: bool) -> None:
    """Show how much is remembered, and what the models cost.

    The counts cover all memories in refs/notes/claude-mem.  The spend is for this repository on
    this machine, day by day (UTC).  Its limits are `gitmem.maxTokensPerCommit`, `maxTokensPerDay`,
    `maxDollarsPerCommit` and `maxDollarsPerDay` (see `gitmem config`).
    """
    stats = read_stats(ready_repo(), min(days, _MOST_DAYS))
    if as_json:
        click.echo(json_text(asdict(stats)))
        return
    for line in render_stats(stats):
        click.echo(line)
