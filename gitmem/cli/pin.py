"""``gitmem pin``."""

from __future__ import annotations

import click

from gitmem.capture.signature import signature_of
from gitmem.cli.mine import refuse_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.guard.untrusted import clean_line
from gitmem.upkeep.pin import pin_memories


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
def command(names: tuple[str, ...]) -> None:
    """Let memories be told first: at a session's start, and among near ties in a search.

    At most two pinned memories are told at a start, the newest, within its budget.  A pin stays
    with a memory that is edited, and is shared like any memory.

    \b
    gitmem pin m8925260e
    gitmem unpin m8925260e
    """
    refuse_mine(names, "pinned")
    repo = ready_repo()
    done = pin_memories(repo, names, signature_of(repo).author)
    for memory, is_new in done:
        told = "pinned" if is_new else "was pinned already:"
        click.echo(f"{told} {memory.id[:12]}: {clean_line(memory.title, 80)}")
    click.echo("To undo: gitmem unpin " + " ".join(memory.id[:12] for memory, _ in done))
