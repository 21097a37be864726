"""``gitmem init``."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from gitmem.capture.compressors import endpoint_of
from gitmem.capture.missed_commits import watch_worktrees
from gitmem.capture.workspace import open_workspace
from gitmem.cli.backfill_offer import offer_backfill
from gitmem.cli.open_repo import repo_here
from gitmem.cli.team_question import tell_team_file
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.cli.writer_question import ask_for_writer, may_ask
from gitmem.errors import GitmemError, SettingsInvalid
from gitmem.follow.sync import fetch
from gitmem.git.head import head_commit
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import Repo
from gitmem.index.memories import memory_count
from gitmem.model.and_list import and_list
from gitmem.process.own_command import as_typed, own_command
from gitmem.refresh.refresh import refresh
from gitmem.setup.clients.clients import CLIENTS, client_names, find_client
from gitmem.setup.git_config import read_config
from gitmem.setup.install import install
from gitmem.setup.writer_offers import find_writers
from gitmem.state.kept_team_files import keep_team_files
from gitmem.state.known_repos import KnownRepos
from gitmem.state.setting_types import COMPRESSORS, parse_compressors
from gitmem.state.settings import read_settings
from gitmem.state.sharing import keep_sharing

_SHARED = tuple(file.path for client in CLIENTS for file in client.files)


def _checked_names(context: click.Context, option: click.Parameter, value: str | None) -> str:
    """The value as the setting takes it."""
    if value is None:
        return ""
    try:
        return ",".join(parse_compressors(value))
    except ValueError as error:
        names = ", ".join(COMPRESSORS)
        raise click.BadParameter(
            f"'{value}' is none of {names}, nor a list of them with 'extractive' last"
        ) from error


def _ask(repo: Repo) -> str:
    """Who is to write, from a person at a terminal; empty where nobody is asked or it stays."""
    is_settled = repo.is_initialised or read_config(repo).values("gitmem.compressor")
    if is_settled or not may_ask(os.environ):
        return ""
    try:
        settings = read_settings(repo)
    except SettingsInvalid:
        return ""  # whoever can be offered cannot be told; `gitmem doctor` says what is wrong
    return ask_for_writer(find_writers(settings, os.environ))


def _tell_lacks(repo: Repo, chosen: str) -> None:
    """A word about each compressor that was chosen and cannot be used from here."""
    if not chosen:
        return
    settings = read_settings(repo)
    for name in chosen.split(","):
        lack = "" if name == "extractive" else endpoint_of(name, settings, os.environ).lack()
        if lack:
            click.echo(f"note: '{name}' cannot be used yet: {lack}", err=True)


def _client_names(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """The clients of these names."""
    found = {value: find_client(value) for value in values}
    for value, client in found.items():
        if client is None:
            raise click.BadParameter(f"'{value}' is none of {', '.join(client_names())}")
    return tuple(client.name for client in found.values() if client is not None)


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
@click.option(
    "--agent",
    "agents",
    multiple=True,
    metavar="NAME",
    callback=_client_names,
    help=f"Set up this agent, too, though it is not found here: {', '.join(client_names())}."
    " Can be given several times.",
)
@click.option(
    "--no-agent",
    "no_agents",
    multiple=True,
    metavar="NAME",
    callback=_client_names,
    help="Leave this agent alone, now and at every later init, until --agent takes that back.",
)
@click.option("--no-fetch", is_flag=True, help="Do not fetch the team's memories.")
@click.option(
    "--compressor",
    metavar="NAME",
    callback=_checked_names,
    help="Who writes the memories here: extractive (offline, the default), anthropic, claude-cli"
    " or openai, or several separated by commas. Asks nothing.",
)
@click.option(
    "--show-in-git-log/--no-show-in-git-log",
    "in_log",
    default=None,
    help="Whether a plain git log and git show print the memories, in full, to you and to agents."
    " Not unless you ask; git log --notes=claude-mem always does.",
)
def command(
    user: bool,
    no_mcp: bool,
    agents: tuple[str, ...],
    no_agents: tuple[str, ...],
    no_fetch: bool,
    compressor: str,
    in_log: bool | None,
) -> None:
    """Set up this repository.  Run it again at any time: whatever is in place stays.

    Adds git hooks next to any existing ones, a fetch refspec for each remote, the configuration
    that makes git carry notes through amend and rebase, hooks for Claude Code and for each other
    agent that is found here, and, in .mcp.json, the server that lets agents search (with --user it
    leaves the project's files alone).  Then it fetches the team's memories.  `gitmem uninstall`
    removes all of this again, byte for byte.

    At a terminal it first offers the models that it finds here to write the memories, and takes
    one key for an answer; Enter keeps them offline.  In the end, where commits are there already
    and no memories, it offers to run `gitmem backfill`.  What the team's file, .gitmem, sets is
    printed; where it names a place for memories, it asks whether to send them there.  Without a
    terminal, or in a pipeline, nothing is asked, and nothing is sent anywhere.
    """
    repo = repo_here(tells_memories=False, mends_launcher=False)
    repo.need_worktree()
    if both := sorted({*agents} & {*no_agents}):
        raise click.UsageError(f"'{both[0]}' is asked for and refused at once")
    open_objects(repo)  # a repository that cannot be read is refused before anything is asked
    keep_sharing(repo)
    keep_team_files(repo)
    chosen = compressor or _ask(repo)  # before anything is written: Ctrl-C leaves no half
    report = install(
        repo,
        user_settings=user_settings() if user else None,
        with_mcp=not no_mcp,
        fetch=None if no_fetch else lambda repo: fetch(open_workspace(repo, may_capture=False)),
        compressor=chosen,
        shows_in_log=in_log,
        agents=agents,
        no_agents=no_agents,
    )
    _tell_lacks(repo, chosen)
    watch_worktrees(repo)
    with suppress(GitmemError, OSError):  # none, or read-only: --everywhere does not look here
        KnownRepos(machine_folder()).add(repo)
    index = refresh(repo)
    count = memory_count(index)
    index.close()
    for change in report.changes:
        click.echo(f"added {change}")
    for removal in report.removals:
        click.echo(f"removed {removal}")
    for choice in report.choices:
        click.echo(choice)
    for notice in report.notices:
        click.echo(as_typed(f"note: {notice}"), err=True)
    shared = [name for name in _SHARED if any(name in change for change in report.changes)]
    if shared and not user:
        click.echo(f"Commit {and_list(shared)} to share them with your teammates.")
    if user and not no_mcp:
        click.echo(
            f"To let the agent search: claude mcp add --scope user gitmem -- {own_command()} mcp"
        )
    tell_team_file(repo)
    if not (report.changes or report.removals or report.choices):
        click.echo(f"Everything {'else ' if report.left_alone else ''}is already in place.")
    memories = "1 memory" if count == 1 else f"{count} memories"
    but = f", but not for {and_list(report.left_alone)}" if report.left_alone else ""
    next_step = "Next: work, commit, then run `gitmem log`."
    click.echo(as_typed(f"gitmem is set up{but}: {memories} here. {next_step}"))
    if read_settings(repo).team.unreadable:
        return
    if not count and head_commit(repo) and offer_backfill(open_workspace(repo)):
        from gitmem.cli.backfill import command as backfill

        click.get_current_context().invoke(backfill, revisions="HEAD")
