"""``gitmem wrong``."""

from __future__ import annotations

import click

from gitmem.capture.signature import signature_of
from gitmem.capture.workspace import open_workspace
from gitmem.cli.mine import refuse_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.errors import UsageError
from gitmem.guard.untrusted import clean_line
from gitmem.upkeep.correct import mark_wrong, undo_wrong


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option("-m", "--message", "messages", multiple=True, metavar="TEXT", help="What is right.")
@click.option("--undo", "is_undone", is_flag=True, help="Take it back: the memory counts again.")
def command(names: tuple[str, ...], messages: tuple[str, ...], is_undone: bool) -> None:
    """Say that a memory is wrong: it is told nowhere again, to agents or to people.

    A correction takes its place, signed by you.  With -m it says what is right, and is told where
    the memory would have been; several -m are paragraphs.  Whatever a program makes of the same
    memory, here or in another clone, stays wrong as well.  `gitmem log` shows the correction, and
    `gitmem show ID` the memory that it is about.

    \b
    gitmem wrong m8925260e -m "The gateway retries by itself: we must not."
    gitmem wrong --undo m8925260e
    """
    refuse_mine(names, "corrected")
    repo = ready_repo()
    if is_undone:
        if messages:
            raise UsageError("--undo takes no message")
        for memory in undo_wrong(repo, names):
            click.echo(f"taken back: {memory.id[:12]}")
        return
    policy = open_workspace(repo).policy
    done = mark_wrong(repo, names, "\n\n".join(messages), signature_of(repo), policy)
    for memory, correction in done:
        told = "is wrong already" if correction is None else f"corrected by {correction.id[:12]}"
        click.echo(f"{memory.id[:12]} {told}: {clean_line(memory.title, 80)}")
    click.echo("To undo: gitmem wrong --undo " + " ".join(m.id[:12] for m, _ in done))
