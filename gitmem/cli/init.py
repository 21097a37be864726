"""``gitmem init``."""

from __future__ import annotations

from contextlib import suppress

import click

from gitmem.capture.workspace import gather_means
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.errors import GitmemError
from gitmem.follow.sync import fetch
from gitmem.git.repo import find_repo
from gitmem.index.memories import memory_count
from gitmem.refresh.refresh import refresh
from gitmem.setup.install import install
from gitmem.state.known_repos import Machine
from gitmem.worker import watch_reflog

_SHARED = (".claude/settings.json", ".mcp.json")


@click.command()
@click.option(
    "--user",
    is_flag=True,
    help="Put the agent's hooks in your own settings, not the project's: needed when you start"
    " Claude Code in subdirectories.",
)
@click.option(
    "--no-mcp", is_flag=True, help="Do not offer agents the memory's tools (an MCP server)."
)
@click.option("--no-fetch", is_flag=True, help="Do not fetch the team's memories.")
def command(user: bool, no_mcp: bool, no_fetch: bool) -> None:
    """Set this repository up.  Run it again at any time: what is in place stays.

    Adds git hooks beside those that are there, the fetch refspec of each remote, what git needs
    to carry notes through amend and rebase, Claude Code's hooks, and in .mcp.json the server that
    lets agents search (with --user neither file of the project is touched); then fetches the
    team's memories.  `gitmem uninstall` takes all of it out again, byte for byte.
    """
    repo = find_repo(".")
    report = install(
        repo,
        user_settings=user_settings() if user else None,
        with_mcp=not no_mcp,
        fetch=None if no_fetch else lambda repo: fetch(gather_means(repo)),
    )
    watch_reflog(repo)
    with suppress(GitmemError):  # a home that cannot be written: --everywhere does not come here
        Machine(machine_folder()).add(repo)
    index = refresh(repo)
    count = memory_count(index)
    index.close()
    for change in report.changes:
        click.echo(f"added {change}")
    for notice in report.notices:
        click.echo(f"note: {notice}", err=True)
    shared = [name for name in _SHARED if any(name in change for change in report.changes)]
    if shared and not user:
        click.echo(f"Commit {' and '.join(shared)}, to serve your team mates, too.")
    if user and not no_mcp:
        click.echo("To let the agent search: claude mcp add --scope user gitmem -- gitmem mcp")
    if not report.changes:
        click.echo("Everything is in place already.")
    memories = "1 memory" if count == 1 else f"{count} memories"
    click.echo(f"gitmem is set up: {memories} here. Next: work, commit, then `gitmem log`.")
