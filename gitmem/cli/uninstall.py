"""``gitmem uninstall``."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from gitmem.capture.settle_pending import settle_pending
from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import repo_here
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.errors import InstallError, NotARepository, NotInitialised
from gitmem.git.repo import Repo
from gitmem.process.own_command import as_typed
from gitmem.setup.person_files import files_with_us
from gitmem.setup.team_files import changed_team_files, leave_project
from gitmem.setup.uninstall import UninstallReport, leave_person, uninstall
from gitmem.state.known_repos import KnownRepos
from gitmem.worker import work


@click.command()
@click.option(
    "--user",
    is_flag=True,
    help="Also take the agents' hooks out of your own settings, wherever you are.",
)
@click.option(
    "--team",
    is_flag=True,
    help="Also take gitmem out of the project's files that are committed, for you to commit.",
)
def command(user: bool, team: bool) -> None:
    """Remove gitmem from this repository; the memories stay in refs/notes/claude-mem.

    Queued and pending work becomes memories first.  Then hooks, git configuration and settings are
    restored byte for byte, and .git/gitmem is removed.  To delete the memories as well:
    git update-ref -d refs/notes/claude-mem

    Hooks that gitmem init --user put into your own settings stay, for they serve all of your
    repositories; what stays is named.  With --user they go as well, for every agent; that works in
    any folder, set up or not.

    What the team has committed (.claude/settings.json, .mcp.json) stays as it is, and does nothing
    in a clone without gitmem.  With --team gitmem is taken out of these files as well: commit that,
    and the team has left.
    """
    try:
        repo = repo_here(mends_launcher=False)
    except NotARepository:
        if team or not user:
            raise
        _leave_without_repo(None)
        return
    if not repo.is_initialised and (team or user):
        _leave_without_repo(repo, user=user, team=team)
        return
    if not repo.is_initialised and (own := files_with_us(os.environ)):
        raise NotInitialised(
            f"gitmem is not set up in '{repo.worktree or repo.common_dir}'",
            f"Its hooks are in your own {_files(own)}. To take them out: gitmem uninstall --user",
        )

    def drain() -> None:
        work(open_workspace(repo))
        settle_pending(repo)

    report = uninstall(
        repo, user_settings=user_settings() if user else None, drain=drain, for_team=team
    )
    _tell(report, user=user)
    KnownRepos(machine_folder()).remove(repo)
    if report.committed:
        click.echo(
            as_typed(
                f"{' and '.join(report.committed)} {'is' if len(report.committed) == 1 else 'are'}"
                " committed, and stay as the team has them; they do nothing here. To take gitmem"
                " out of the project for all: gitmem uninstall --team"
            )
        )
    if team:
        _tell_what_to_commit(repo)
    if report.own:
        click.echo(
            as_typed(
                "Agents' hooks stay in your own settings, which serve all of your repositories:"
                f" {', '.join(report.own)}. To take them out: gitmem uninstall --user"
            )
        )
    click.echo("gitmem is gone from this repository. The memories stay: git log --notes=claude-mem")


def _leave_without_repo(repo: Repo | None, *, user: bool = True, team: bool = False) -> None:
    """Where gitmem is not set up, only the person's and the project's files are left to edit."""
    report = UninstallReport()
    if user:
        leave_person(report, os.environ, user_settings())
    if team and repo is not None:
        leave_project(repo, report)
    _tell(report, user=user)
    if not report.removals:
        whose = [*(["your own files"] if user else []), *(["the project's files"] if team else [])]
        click.echo(f"There is nothing of gitmem in {' or '.join(whose)}.")
    if team and repo is not None:
        _tell_what_to_commit(repo)


def _tell(report: UninstallReport, *, user: bool) -> None:
    """What was done, and what was not.

    Raises:
        InstallError: something is left.
    """
    for done in report.removals:
        click.echo(f"restored {done}")
    for notice in report.notices:
        click.echo(f"note: {notice}", err=True)
    for left in report.failures:
        click.echo(f"left: {left}", err=True)
    if report.failures:
        again = "gitmem uninstall --user" if user else "gitmem uninstall"
        raise InstallError(
            "gitmem is not quite gone: what is named above is left",
            f"The memories are safe. Remove what stands in the way, then run: {again}",
        )


def _files(paths: Sequence[Path]) -> str:
    named = ", ".join(f"'{path}'" for path in paths)
    return f"file {named}" if len(paths) == 1 else f"files {named}"


def _tell_what_to_commit(repo: Repo) -> None:
    if names := changed_team_files(repo):
        click.echo(f"To share that: git commit -m 'Remove gitmem' -- {shlex.join(names)}")
