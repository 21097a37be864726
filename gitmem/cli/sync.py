"""``gitmem sync``."""

from __future__ import annotations

import click

from gitmem.cli.ready import tell_notices
from gitmem.porcelain.means import gather_means
from gitmem.porcelain.sync import sync
from gitmem.store.gitdir import find_repo


@click.command()
@click.argument("remote", required=False, default="")
def command(remote: str) -> None:
    """Fetch, join and push memories now.

    REMOTE is gitmem.remote, the current branch's remote, origin or the only one, in this order.
    A plain `git push` and `git pull` do the same along the way.
    """
    repo = find_repo(".")
    report = sync(gather_means(repo), remote)
    tell_notices(repo)
    if not report.remote:
        click.echo("There is no remote: memories stay in this repository.")
        return
    noun = "commit" if report.received == 1 else "commits"
    sent = "ours were sent" if report.is_pushed else "it already had ours"
    click.echo(f"{report.remote}: memories of {report.received} {noun} received, {sent}.")
