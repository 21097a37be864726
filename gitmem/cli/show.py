"""``gitmem show``."""

from __future__ import annotations

import json

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.recall.log import find_entry
from gitmem.render.terminal import entry_fields, palette, render_show


@click.command()
@click.argument("name", metavar="COMMIT|ID", default="HEAD")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@colour_option
def command(name: str, as_json: bool, colour: str) -> None:
    """Show everything remembered about a commit (default: HEAD), or the memory with an id.

    An id is an `m` followed by hexadecimal digits; its beginning is enough if it is unambiguous.
    """
    repo = ready_repo()
    entry = find_entry(repo, name)
    if as_json:
        click.echo(json.dumps(entry_fields(entry), ensure_ascii=False, indent=2))
        return
    is_coloured = wants_colour(colour)
    page(repo, [render_show(entry, palette(is_coloured), text_width())], colour=is_coloured)
