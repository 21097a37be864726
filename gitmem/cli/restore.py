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


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Bring back everything that is listed.")
@click.option("--dismiss", is_flag=True, help="Let all of it stay away, and do not list it again.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
def command(ids: tuple[str, ...], is_all: bool, dismiss: bool, is_json: bool) -> None:
    """Show or bring back memories that a remote took away.

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
    repo = ready_repo()
    if dismiss:
        click.echo(f"{dismiss_taken(repo)} no longer listed")
        return
    notes = NoteStore(repo)
    found = restore_taken(repo, notes, ids) if ids or is_all else list_taken(repo, notes)
    if ids or is_all:
        refresh(repo).close()
        tell_notices(repo)
    if is_json:
        key = "restored" if ids or is_all else "taken"
        click.echo(json.dumps({key: [_object(one) for one in found]}, indent=2))
    elif ids or is_all:
        for one in found:
            click.echo(f"{one.taken.id} is back: {_title(one)}")
        if not found:
            click.echo("Nothing could be brought back.")
    elif not found:
        click.echo("No remote took anything away here.")
    else:
        for one in found:
            click.echo(_line(one))
        click.echo("To bring one back: gitmem restore ID")


def _line(one: Restorable) -> str:
    taken = one.taken
    day = time.strftime("%Y-%m-%d", time.gmtime(taken.time))
    who = clean_line(f"{taken.by} (from '{taken.remote}')", 120)
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
