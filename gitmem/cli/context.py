"""``gitmem context``."""

from __future__ import annotations

import click

from gitmem.cli.ready import ready_repo
from gitmem.porcelain.inject import context_for
from gitmem.store.settings import read_settings


@click.command()
@click.option(
    "--budget", type=click.IntRange(50, 2400), help="Tokens to fit into (about 4 characters each)."
)
def command(budget: int | None) -> None:
    """Print what the agent's next session in this repository is given.

    Memories of commits that HEAD can reach, the newest first, pending work before them, fitted
    to the budget (gitmem.budgetTokens, 1000 unless set).  Prints nothing when there is nothing.
    """
    repo = ready_repo()
    block = context_for(repo, budget or read_settings(repo).budget_tokens)
    if block.text:
        click.echo(block.text)
