"""``gitmem restore``."""

from __future__ import annotations

import json
import time

import click

from gitmem.cli.open_repo import ready_repo, tell_notices
from gitmem.errors import UsageError
from gitmem.guard.untrusted import clean_line
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.refresh.taken import Restorable, dismiss_taken, list_taken, restore_taken
from gitmem.state.pending_words import PendingWords
from gitmem.upkeep.forget import forgotten_pending


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Bring back everything that is listed.")
@click.option("--dismiss", is_flag=True, help="Let all of it stay away, and do not list it again.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
def command(ids: tuple[str, ...], is_all: bool, dismiss: bool, is_json: bool) -> None:
    """Show or bring back memories that a remote took away.

    What you forgot with `gitmem forget` is listed here as well, and comes back in the same way.

    Whoever may push to a remote can forget a memory of yours (`gitmem scrub`), put another in its
    place or write one that supersedes it. Each time gitmem says so; for ninety days these memories
    are listed here, with who did it according to the commit of the notes. Nobody has checked that
    name.

    With IDs, or the beginnings of some, or --all, write them again. What was forgotten stays
    forgotten under its id, so a memory that comes back has a new one.

    If it was scrubbed because it held a secret, leave it where it is.
    """
    if sum((bool(ids), is_all, dismiss)) > 1:
        raise UsageError("give IDs, --all or --dismiss, not several of them")
    if mine := [one for one in ids if one.startswith("mine-")]:
        raise UsageError(
            f"'{clean_line(mine[0], 60)}' is a preference, which cannot be restored here",
            "To list yours: gitmem log --mine. Their own repository has what they said before",
        )
    repo = ready_repo()
    if dismiss:
        click.echo(f"{dismiss_taken(repo)} no longer listed")
        return
    notes = NoteStore(repo)
    waiting = {word.original_id: pending for pending, word in forgotten_pending(repo)}
    chosen = [
        name
        for name in waiting
        if is_all or (ids and any(len(one) > 1 and name.startswith(one) for one in ids))
    ]
    for name in chosen:
        PendingWords(repo).drop(waiting[name].key)
    left = tuple(one for one in ids if not any(name.startswith(one) for name in chosen))
    if left or is_all:
        found = restore_taken(repo, notes, left)
    else:
        found = [] if ids else list_taken(repo, notes)
    if ids or is_all:
        refresh(repo).close()
        tell_notices(repo)
    if is_json:
        key = "restored" if ids or is_all else "taken"
        also = {"pending": chosen} if chosen else {}
        click.echo(json.dumps({key: [_object(one) for one in found], **also}, indent=2))
    elif ids or is_all:
        for one in found:
            click.echo(f"{one.taken.id} is back: {_title(one)}")
        for name in chosen:
            click.echo(f"{name} is back: {clean_line(waiting[name].memory.title, 200)} (pending)")
        if not found and not chosen:
            click.echo("Nothing could be brought back.")
    elif not found and not waiting:
        click.echo("Nothing was forgotten or taken away here.")
    else:
        for one in found:
            click.echo(_line(one))
        for name, pending in waiting.items():
            click.echo(
                f"{name}  pending  forgotten by you: {clean_line(pending.memory.title, 200)}"
            )
        click.echo("To bring one back: gitmem restore ID")


def _line(one: Restorable) -> str:
    taken = one.taken
    day = time.strftime("%Y-%m-%d", time.gmtime(taken.time))
    who = clean_line(f"{taken.by} (from '{taken.remote}')" if taken.remote else taken.by, 120)
    return f"{taken.id}  {day}  {taken.how} by {who}: {_title(one)}"


def _title(one: Restorable) -> str:
    if one.memory is None:
        return "git no longer has it"
    return clean_line(one.memory.title, 200)


def _object(one: Restorable) -> dict[str, object]:
    taken = one.taken
    return {
        "id": taken.id,
        "commit": taken.commit,
        "how": taken.how,
        "by": clean_line(taken.by, 200),
        "remote": taken.remote,
        "time": int(taken.time),
        "title": _title(one),
        "is_there": one.memory is not None,
    }
