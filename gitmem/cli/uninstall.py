"""``gitmem uninstall``."""

from __future__ import annotations

import click

from gitmem.capture.settle_pending import settle_pending
from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import repo_here
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.errors import InstallError
from gitmem.setup.uninstall import uninstall
from gitmem.state.known_repos import KnownRepos
from gitmem.worker import work


@click.command()
@click.option("--user", is_flag=True, help="Also remove the agent's hooks from your own settings.")
def command(user: bool) -> None:
    """Remove gitmem from this repository; the memories stay in refs/notes/claude-mem.

    Queued and pending work becomes memories first.  Then hooks, git configuration and settings are
    restored byte for byte, and .git/gitmem is removed.  To delete the memories as well:
    git update-ref -d refs/notes/claude-mem
    """
    repo = repo_here(mends_launcher=False)

    def drain() -> None:
        work(open_workspace(repo))
        settle_pending(repo)

    report = uninstall(repo, user_settings=user_settings() if user else None, drain=drain)
    for done in report.removals:
        click.echo(f"restored {done}")
    for notice in report.notices:
        click.echo(f"note: {notice}", err=True)
    for left in report.failures:
        click.echo(f"left: {left}", err=True)
    if report.failures:
        raise InstallError(
            "gitmem is not quite out of this repository: what is named above is left",
            "The memories are safe. Remove what stands in the way, then run: gitmem uninstall",
        )
    KnownRepos(machine_folder()).remove(repo)
    click.echo("gitmem is gone from this repository. The memories stay: git log --notes=claude-mem")
