"""``gitmem forget``."""

from __future__ import annotations

import click

from gitmem.cli.mine import forget_mine, split_mine
from gitmem.cli.open_repo import ready_repo
from gitmem.git.identity import find_identity
from gitmem.guard.untrusted import clean_line
from gitmem.upkeep.forget import forget_memories


@click.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
def command(names: tuple[str, ...]) -> None:
    """Forget memories: nobody is told them any more, here and wherever the notes go.

    Each gets a tombstone in its commit's note, which is shared like any memory.  No history is
    rewritten and nothing is forced: the text stays in the history of the notes, from where
    `gitmem restore ID` brings it back.  A leaked secret must not stay even there: see `gitmem
    scrub`.

    An ID is a memory's id or its beginning, or a commit that has one memory.  What is pending is
    only set aside on this machine.  The id of a preference of yours begins with mine-.

    \b
    gitmem forget m8925260e
    gitmem forget m8925260e m739cde33
    """
    mine, others = split_mine(names)
    if mine:
        forget_mine(mine)
    if not others:
        return
    repo = ready_repo()
    identity, _ = find_identity(repo)
    done = forget_memories(repo, others, str(identity))
    for one in done:
        title = clean_line(one.memory.title, 80)
        click.echo(f"forgot {one.memory.id[:12]}{' (pending)' if one.is_pending else ''}: {title}")
    click.echo("To undo: gitmem restore " + " ".join(one.memory.id[:12] for one in done))
