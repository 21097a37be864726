"""The repository that a command works on, brought up to date first if gitmem is set up there."""

from __future__ import annotations

import click

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_repo_here
from gitmem.process.own_command import as_typed
from gitmem.refresh.catch_up import catch_up
from gitmem.setup.trouble import starts_nothing
from gitmem.state.notices import take_notices
from gitmem.state.scrub_intent import has_scrub_intent
from gitmem.state.sharing import adopt_sharing

_PATIENCE_SECONDS = 2.0
_SCRUB_PATIENCE_SECONDS = 10.0


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


def repo_here(*, tells_memories: bool = True, mends_launcher: bool = True) -> Repo:
    """Find the repository; what is written from now on has the permissions that it asks for.

    A scrub that was begun and killed is finished first, and one that runs is waited for.  If that
    cannot be, a command that ``tells_memories``, or sends or takes them away, ends here.  Hooks
    that start no gitmem any more start this one from now on, unless the command sets that up.

    Raises:
        NotARepository: there is none here.
        GitmemError: a scrub cannot be finished.
    """
    repo = find_repo_here()
    adopt_sharing(repo)
    if mends_launcher and repo.is_initialised and starts_nothing(repo):
        from gitmem.setup.mend import mend_launcher

        click.echo(f"gitmem: {mend_launcher(repo)}", err=True)
    try:
        if has_scrub_intent(repo):
            _finish_scrub(repo)
    except GitmemError as error:
        if tells_memories:
            raise
        click.echo(f"gitmem: {error}", err=True)
    return repo


def _finish_scrub(repo: Repo) -> None:
    from gitmem.worker import finish_begun_scrub

    if finish_begun_scrub(repo, _SCRUB_PATIENCE_SECONDS):
        click.echo("gitmem: finished a scrub that was interrupted", err=True)


def tell_notices(repo: Repo) -> None:
    """Print on stderr, once, what happened in the background."""
    for line in take_notices(repo):
        click.echo(as_typed(f"gitmem: {line}"), err=True)
