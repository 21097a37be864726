"""``gitmem why``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.guard.json_text import json_text
from gitmem.model.memory import Json
from gitmem.recall.why import Explanation, Origin, parse_place, told_once, why
from gitmem.render.terminal import Palette, entry_fields, palette, render_log
from gitmem.render.why import remarks_of, render_nearest, standing_fields


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.option(
    "-n",
    "--max-count",
    "count",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Show at most N commits.",
)
@click.option("--history", is_flag=True, help="Also show earlier commits that changed the lines.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per commit.")
@colour_option
def command(place: str, count: int, history: bool, as_json: bool, colour: str) -> None:
    """Show why a line, or a file, is as it is.

    Shows the commits that git blames for the lines (through renames and moves, and past the
    commits in .git-blame-ignore-revs), and what is remembered about them; for uncommitted lines,
    pending work.  Without lines: the commits that touched the file or folder, starting with those
    whose lines are still there.

    \b
    gitmem why src/tax.py:42
    gitmem why src/tax.py:40-60 --history
    gitmem why src/
    """
    repo = ready_repo()
    asked = parse_place(repo, place, Path.cwd())
    answer = why(repo, asked, limit=count, with_history=history)
    is_coloured = wants_colour(colour) and not as_json
    blocks = _json(answer) if as_json else _blocks(answer, palette(is_coloured))
    page(repo, blocks, colour=is_coloured)


def _blocks(answer: Explanation, colours: Palette) -> Iterator[str]:
    for position, origin in enumerate(told_once(answer.origins)):
        remarks = remarks_of(origin.lines, origin.standing, is_earlier=origin.is_earlier)
        block = render_log(replace(origin.entry, remarks=remarks), colours, text_width())
        yield block if position == 0 else "\n" + block
    for position, origin in enumerate(answer.nearest):
        line = render_nearest(origin.entry, origin.lines)
        yield "\n" + line if position == 0 and answer.origins else line
    if not answer.origins:
        yield "New commits get memories by themselves; for past ones, run: gitmem backfill\n"


def _json(answer: Explanation) -> Iterator[str]:
    for origin in (*answer.origins, *answer.nearest):
        yield json_text(_fields(origin))


def _fields(origin: Origin) -> dict[str, Json]:
    return {
        **entry_fields(origin.entry),
        "lines": [list(span) for span in origin.lines],
        "earlier": origin.is_earlier,
        "standing": standing_fields(origin.standing),
    }
