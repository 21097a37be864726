"""``gitmem init``."""

from __future__ import annotations

from contextlib import suppress

import click

from gitmem.capture.workspace import open_workspace
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.errors import GitmemError
from gitmem.follow.sync import fetch
from gitmem.git.repo import find_repo
from gitmem.index.memories import memory_count
from gitmem.refresh.refresh import refresh
from gitmem.setup.install import install
from gitmem.state.known_repos import KnownRepos
from gitmem.worker import watch_reflog

_SHARED = (".claude/settings.json", ".mcp.json")


@click.command()
@click.option(
    "--user",
    is_flag=True,
    help="Put the agent's hooks in your own settings, not the project's: needed if you start"
    " Claude Code in subdirectories.",
)
@click.option(
    "--no-mcp", is_flag=True, help="Do not offer gitmem's tools to agents (an MCP server)."
)
@click.option("--no-fetch", is_flag=True, help="Do not fetch the team's memories.")
def command(user: bool, no_mcp: bool, no_fetch: bool) -> None:
    """Set up this repository.  Run it again at any time: whatever is in place stays.

    Adds git hooks next to any existing ones, a fetch refspec for each remote, the configuration
    that makes git carry notes through amend and rebase, Claude Code's hooks, and, in .mcp.json,
    the server that lets agents search (with --user it leaves both project files alone).  Then it
    fetches the team's memories.  `gitmem uninstall` removes all of this again, byte for byte.
    """
    repo = find_repo(".")
    report = install(
        repo,
        user_settings=user_settings() if user else None,
        with_mcp=not no_mcp,
        fetch=None if no_fetch else lambda repo: fetch(open_workspace(repo)),
    )
    watch_reflog(repo)
    with suppress(GitmemError):  # a read-only home: --everywhere will not look here
        KnownRepos(machine_folder()).add(repo)
    index = refresh(repo)
    count = memory_count(index)
    index.close()
    for change in report.changes:
        click.echo(f"added {change}")
    for notice in report.notices:
        click.echo(f"note: {notice}", err=True)
    shared = [name for name in _SHARED if any(name in change for change in report.changes)]
    if shared and not user:
        click.echo(f"Commit {' and '.join(shared)} to share them with your teammates.")
    if user and not no_mcp:
        click.echo("To let the agent search: claude mcp add --scope user gitmem -- gitmem mcp")
    if not report.changes:
        click.echo("Everything is already in place.")
    memories = "1 memory" if count == 1 else f"{count} memories"
    click.echo(f"gitmem is set up: {memories} here. Next: work, commit, then run `gitmem log`.")
