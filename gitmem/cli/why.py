"""``gitmem why``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width
from gitmem.cli.told_output import is_coloured_by
from gitmem.errors import UsageError
from gitmem.git.log_format import read_log_config
from gitmem.git.repo import Repo
from gitmem.guard.json_text import json_text
from gitmem.model.memory import Json
from gitmem.model.value import replace
from gitmem.recall.code_names import find_place, read_lines
from gitmem.recall.silence import nothing_yet, why_silent
from gitmem.recall.why import Explanation, Origin, told_once, why
from gitmem.render.terminal import Palette, entry_fields, palette, render_log
from gitmem.render.why import remarks_of, render_lines, render_nearest, standing_fields

_PATHS = "gitmem.paths"


class _PathsCommand(click.Command):
    """A command whose argument after ``--`` is a path, as in git."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what stands behind ``--`` apart."""
        if "--" in args:
            cut = args.index("--")
            ctx.meta[_PATHS] = args[cut + 1 :]
            args = args[:cut]
        return super().parse_args(ctx, args)


@click.command(cls=_PathsCommand)
@click.argument("place", nargs=-1, metavar="PATH[:LINE[-LINE]]|NAME|REV:PATH|[REV] -- PATH")
@click.option("-L", "lines", multiple=True, metavar="LINES", help="As for git blame: 10,20, :func.")
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
@click.option("--no-pager", is_flag=True, help="Straight to the terminal.")
@colour_option
@click.pass_context
def command(
    ctx: click.Context,
    place: tuple[str, ...],
    lines: tuple[str, ...],
    count: int,
    history: bool,
    as_json: bool,
    no_pager: bool,
    colour: str,
) -> None:
    """Show why a line, or a file, is as it is.

    Shows the lines, the commits that git blames for them (through renames and moves, and past the
    commits in .git-blame-ignore-revs), and what is remembered about those; for uncommitted lines,
    pending work.  Without lines: the commits that touched the file or folder, starting with those
    whose lines are still there.  NAME is the end of a path, or a function or class, if there is
    only one.

    \b
    gitmem why src/tax.py:42
    gitmem why src/tax.py:40-60 --history
    gitmem why -L :round_half_even src/tax.py
    gitmem why round_half_even
    gitmem why v1.0 -- src/tax.py
    gitmem why src/
    """
    if len(lines) > 1:
        raise UsageError("one -L at a time")
    repo = ready_repo()
    asked = find_place(repo, place, ctx.meta.get(_PATHS), "".join(lines), Path.cwd())
    answer = why(repo, asked, limit=count, with_history=history)
    is_coloured = is_coloured_by(colour, read_log_config(repo)) and not as_json
    blocks = _json(answer) if as_json else _blocks(repo, answer, palette(is_coloured))
    page(None if no_pager else repo, blocks, colour=is_coloured)


def _blocks(repo: Repo, answer: Explanation, colours: Palette) -> Iterator[str]:
    place = answer.place
    if answer.parts:
        text = read_lines(repo, place.path, place.revision)
        yield from render_lines(answer.parts, text, colours)
    for position, origin in enumerate(told_once(answer.origins)):
        remarks = remarks_of(origin.lines, origin.standing, is_earlier=origin.is_earlier)
        block = render_log(replace(origin.entry, remarks=remarks), colours, text_width())
        yield block if position == 0 and not answer.parts else "\n" + block
    nothing = nothing_yet(repo) if answer.nearest and not answer.origins else ""
    for position, origin in enumerate(answer.nearest):
        commit = origin.entry.commit
        reason = why_silent(repo, commit) if commit and not nothing else ""
        line = render_nearest(origin.entry, origin.lines, reason)
        yield "\n" + line if position == 0 and (answer.origins or answer.parts) else line
    if nothing:
        yield f"  Why: {nothing}\n"
    elif not answer.origins and not answer.nearest:
        yield f"Nothing is remembered about '{place.path}'. For past commits: gitmem backfill\n"


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
