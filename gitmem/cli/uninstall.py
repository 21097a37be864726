"""``gitmem uninstall``."""

from __future__ import annotations

import os
import shlex

import click

from gitmem.capture.settle_pending import settle_pending
from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import repo_here
from gitmem.cli.user_paths import machine_folder, user_settings
from gitmem.errors import InstallError, NotARepository, NotInitialised
from gitmem.git.repo import Repo
from gitmem.model.and_list import and_list
from gitmem.process.own_command import as_typed
from gitmem.setup.team_files import changed_team_files, leave_project
from gitmem.setup.uninstall import (
    UninstallReport,
    leave_user_files,
    uninstall,
    user_files_with_us,
)
from gitmem.state.known_repos import KnownRepos
from gitmem.worker import work


@click.command()
@click.option(
    "--user", is_flag=True, help="Also remove the agents' hooks from your own settings, anywhere."
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
        if not user or team:
            raise
        _leave_user()
        return
    if user and not repo.is_initialised:
        _leave_user()
        if team:
            _leave_team(repo)
        return
    if team and not repo.is_initialised:
        _leave_team(repo)
        return
    if not repo.is_initialised and (own := user_files_with_us(user_settings(), os.environ)):
        raise NotInitialised(
            f"gitmem is not set up in '{repo.worktree or repo.common_dir}'",
            f"Your own settings have its hooks: {and_list(own)}. To take them out:"
            " gitmem uninstall --user",
        )

    def drain() -> None:
        work(open_workspace(repo))
        settle_pending(repo)

    report = uninstall(
        repo, user_settings=user_settings() if user else None, drain=drain, for_team=team
    )
    _tell_what_is_out(report)
    for notice in report.notices:
        click.echo(f"note: {notice}", err=True)
    for left in report.failures:
        click.echo(f"left: {left}", err=True)
    if report.failures:
        again = "gitmem uninstall --user" if user else "gitmem uninstall"
        raise InstallError(
            "gitmem is not quite out of this repository: what is named above is left",
            f"The memories are safe. Remove what stands in the way, then run: {again}",
        )
    KnownRepos(machine_folder()).remove(repo)
    if report.committed:
        click.echo(
            as_typed(
                f"{and_list(report.committed)} {'is' if len(report.committed) == 1 else 'are'}"
                " committed, and stay as the team has them; they do nothing here. To take gitmem"
                " out of the project for all: gitmem uninstall --team"
            )
        )
    if team:
        _tell_what_to_commit(repo)
    if own := user_files_with_us(user_settings(), os.environ):
        click.echo(
            as_typed(
                "Your own settings still have gitmem's hooks, which do nothing here:"
                f" {and_list(own)}. To take them out: gitmem uninstall --user"
            )
        )
    click.echo("gitmem is gone from this repository. The memories stay: git log --notes=claude-mem")


def _tell_what_is_out(report: UninstallReport) -> None:
    for path in report.restored:
        click.echo(f"restored {path}")
    for path in report.removals:
        click.echo(f"removed {path}")


def _leave_user() -> None:
    """Where gitmem is not set up, or outside any repository, the person's own files are left."""
    report = UninstallReport()
    leave_user_files(user_settings(), os.environ, report)
    _tell_what_is_out(report)
    if report.failures:
        raise InstallError("; ".join(report.failures), "Nothing else was changed")
    if not (report.restored or report.removals):
        click.echo("There is nothing of gitmem in your own settings.")


def _leave_team(repo: Repo) -> None:
    """Where gitmem is not set up, only the project's files are left to edit."""
    report = UninstallReport()
    leave_project(repo, report)
    _tell_what_is_out(report)
    if report.failures:
        raise InstallError("; ".join(report.failures), "Nothing else was changed")
    if not (report.restored or report.removals):
        click.echo("There is nothing of gitmem in the project's files.")
    _tell_what_to_commit(repo)


def _tell_what_to_commit(repo: Repo) -> None:
    if names := changed_team_files(repo):
        click.echo(f"To share that: git commit -m 'Remove gitmem' -- {shlex.join(names)}")
