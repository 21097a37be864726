"""The repository that a command works on, brought up to date first if gitmem is set up there."""

from __future__ import annotations

import click

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_repo_here
from gitmem.refresh.catch_up import catch_up
from gitmem.state.notices import take_notices
from gitmem.state.sharing import adopt_sharing

_PATIENCE_SECONDS = 2.0


def ready_repo() -> Repo:
    """Find the repository and catch up: drain the queue, join fetched memories, refresh the index.

    If that fails, or takes more than two seconds, a line on stderr says so and the command shows
    what there is; an index that is gone or was damaged is built at once all the same.  Notices that
    have piled up are printed.

    Raises:
        NotARepository: there is none here.
    """
    repo = repo_here()
    try:
        if not repo.is_initialised:
            from gitmem.refresh.refresh import refresh  # writes notes, and imports what that needs

            refresh(repo).close()
        elif not catch_up(repo, _PATIENCE_SECONDS):
            from gitmem.refresh.refresh import fill_empty_index

            fill_empty_index(repo)
            click.echo(
                "gitmem: some work is still waiting to be remembered (gitmem status)", err=True
            )
    except GitmemError as error:
        click.echo(f"gitmem: showing what there is: {error.message}", err=True)
    tell_notices(repo)
    return repo


def repo_here() -> Repo:
    """Find the repository; what is written from now on has the permissions that it asks for.

    Raises:
        NotARepository: there is none here.
    """
    repo = find_repo_here()
    adopt_sharing(repo)
    return repo


def tell_notices(repo: Repo) -> None:
    """Print on stderr, once, what happened in the background."""
    for line in take_notices(repo):
        click.echo(f"gitmem: {line}", err=True)
