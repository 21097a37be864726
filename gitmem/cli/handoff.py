"""``gitmem handoff``."""

from __future__ import annotations

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import page

_TOKENS = 1_000  # about 600 words with their marks


@click.command()
@click.argument("name", metavar="[BRANCH|RANGE]", default="")
@click.option(
    "--tokens",
    type=click.IntRange(200, 50_000),
    default=_TOKENS,
    show_default=True,
    help="How long it may be: 1000 are about 600 words.",
)
def command(name: str, tokens: int) -> None:
    """Write what another person or agent needs to go on, as Markdown.

    Tells what is in progress, what a commit left to do and nobody took up, what fails, what was
    decided against what, and how the sessions behind it are resumed on this machine.  Without
    a name it is of what is checked out: the branch since it left the main one, or the last
    commits of the main branch.

    \b
    gitmem handoff
    gitmem handoff feature/limits > handoff.md
    gitmem handoff main..HEAD --tokens 3000
    """
    repo = ready_repo()
    # Only here: masking and reading transcripts' names are nothing that the help needs.
    from gitmem.capture.workspace import open_workspace
    from gitmem.recall.handoff import read_handoff
    from gitmem.render.handoff import render_handoff
    from gitmem.setup.owned_files import read_untouched_files

    handoff = read_handoff(open_workspace(repo), name, read_untouched_files(repo))
    if handoff.is_empty:
        click.echo(
            "gitmem: there is nothing to hand over: no commit and no work in progress", err=True
        )
        return
    page(repo, [render_handoff(handoff, tokens)], colour=False)
    if not (handoff.entries or handoff.pending):
        click.echo(
            "gitmem: nothing is remembered of this work: only what git knows is told", err=True
        )
