"""The repository a command works on, brought up to date first where gitmem is set up."""

from __future__ import annotations

import click

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_repo
from gitmem.refresh.catch_up import catch_up
from gitmem.state.notices import take_notices

_PATIENCE_SECONDS = 2.0


def ready_repo() -> Repo:
    """Find the repository and catch up: queue drained, fetched memories joined, index fresh.

    What cannot be caught up with in two seconds, or at all, is told on stderr in a line and the
    command shows what there is.  What the catching up had to tell is told.

    Raises:
        NotARepository: there is none here.
    """
    repo = find_repo(".")
    try:
        if not repo.is_initialised:
            from gitmem.refresh.refresh import refresh  # writes notes, and brings what that needs

            refresh(repo).close()
        elif not catch_up(repo, _PATIENCE_SECONDS):
            click.echo(
                "gitmem: some work is still waiting to be remembered (gitmem status)", err=True
            )
    except GitmemError as error:
        click.echo(f"gitmem: showing what there is: {error.message}", err=True)
    tell_notices(repo)
    return repo


def tell_notices(repo: Repo) -> None:
    """Say on stderr, once, what happened while nobody was looking."""
    for line in take_notices(repo):
        click.echo(f"gitmem: {line}", err=True)
