"""``gitmem unpin``."""

from __future__ import annotations

import click

from gitmem.cli.mine import refuse_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.guard.untrusted import clean_line
from gitmem.upkeep.pin import unpin_memories


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
def command(names: tuple[str, ...]) -> None:
    """Take the pins off memories, whoever pinned them.

    A pin that somebody else sets meanwhile, and that this clone has not seen, stays.

    \b
    gitmem unpin m8925260e
    """
    refuse_mine(names, "unpinned")
    repo = ready_repo()
    done = unpin_memories(repo, names)
    for memory, was_pinned in done:
        told = "unpinned" if was_pinned else "was not pinned:"
        click.echo(f"{told} {memory.id[:12]}: {clean_line(memory.title, 80)}")
    if changed := [memory.id[:12] for memory, was_pinned in done if was_pinned]:
        click.echo("To undo: gitmem pin " + " ".join(changed))
