"""``gitmem log``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import click

from gitmem.cli.log_documents import DOCUMENTS, document_blocks
from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, page, text_width, wants_colour
from gitmem.errors import UsageError
from gitmem.git.repo import Repo, top_relative
from gitmem.guard.json_text import json_text
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import KINDS
from gitmem.model.repeats import tell_once
from gitmem.recall.abandoned import read_abandoned_entries
from gitmem.recall.log import (
    LogSelection,
    read_log_entries,
    read_pending_entries,
    split_arguments,
)
from gitmem.render.terminal import entry_fields, palette, render_log, render_oneline

_PATHS = "gitmem.paths"
_FORMATS = ("full", "oneline", "json", *DOCUMENTS)


class _PathsCommand(click.Command):
    """A command whose arguments after ``--`` are paths, as in git."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            cut = args.index("--")
            ctx.meta[_PATHS] = args[cut + 1 :]
            args = args[:cut]
        return super().parse_args(ctx, args)


@click.command(cls=_PathsCommand)
@click.argument("revisions", nargs=-1, metavar="[REVISION_OR_RANGE]... [--] [PATH]...")
@click.option(
    "-n",
    "--max-count",
    "count",
    type=click.IntRange(0),
    help="Show at most N commits.",
)
@click.option("--author", metavar="PATTERN", help="Only commits whose author matches.")
@click.option("--since", "--after", "since", metavar="DATE", help="Only commits after DATE.")
@click.option("--until", "--before", "until", metavar="DATE", help="Only commits before DATE.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only memories of this kind."
)
@click.option("--all", "everything", is_flag=True, help="All refs, not only HEAD.")
@click.option("--pending", is_flag=True, help="Start with uncommitted work.")
@click.option("--abandoned", is_flag=True, help="Only dropped work, newest first.")
@click.option("--reverse", is_flag=True, help="Oldest first.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="Output format; markdown and html are for a pull request, adr for decision records."
    "  [default: full]",
)
@click.option("-o", "folder", metavar="DIR", help="With adr: a numbered file per decision there.")
@click.option("--oneline", is_flag=True, help="One line per memory; same as --format oneline.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per commit (--format json).")
@colour_option
@click.pass_context
def command(
    ctx: click.Context,
    revisions: tuple[str, ...],
    count: int | None,
    author: str | None,
    since: str | None,
    until: str | None,
    kinds: tuple[str, ...],
    everything: bool,
    pending: bool,
    abandoned: bool,
    reverse: bool,
    form: str | None,
    folder: str | None,
    oneline: bool,
    as_json: bool,
    colour: str,
) -> None:
    """Show why the code changed, commit by commit.

    Ranges, paths and options work as in git log; commits without memories are skipped.

    \b
    gitmem log -n 5
    gitmem log main..HEAD
    gitmem log --since=2.weeks --kind decision -- src/
    gitmem log main..HEAD --format markdown | gh pr edit --body-file -
    gitmem log main..HEAD --format adr -o docs/decisions
    """
    count = None if count is None else min(count, sys.maxsize)
    form = _form(form, oneline=oneline, as_json=as_json)
    repo = ready_repo()
    options = [
        *([f"--author={author}"] if author else []),
        *([f"--since={since}"] if since else []),
        *([f"--until={until}"] if until else []),
        *(["--all"] if everything else []),
    ]
    chosen, paths = _revisions_and_paths(ctx, repo, revisions)
    selection = LogSelection(tuple(options), tuple(chosen), tuple(paths), frozenset(kinds), count)
    entries = (
        islice(read_abandoned_entries(repo), count)
        if abandoned
        else read_log_entries(repo, selection)
    )
    if pending:
        entries = chain(read_pending_entries(repo), entries)
    if form in DOCUMENTS or folder is not None:
        page(repo, document_blocks(entries, form, " ".join(revisions), folder), colour=False)
        return
    if form == "full":
        entries = tell_once(entries)
    if reverse:
        entries = iter(list(entries)[::-1])
    is_coloured = wants_colour(colour) and form in ("full", "oneline")
    page(repo, _blocks(entries, form, is_coloured), colour=is_coloured)


def _form(form: str | None, *, oneline: bool, as_json: bool) -> str:
    asked = {form} - {None} | ({"oneline"} if oneline else set()) | ({"json"} if as_json else set())
    if len(asked) > 1:
        raise UsageError("--format, --oneline and --json cannot be used together")
    return next(iter(asked), None) or "full"


def _revisions_and_paths(
    ctx: click.Context, repo: Repo, arguments: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    here = Path.cwd()
    if _PATHS in ctx.meta:
        return list(arguments), [top_relative(repo, path, here) for path in ctx.meta[_PATHS]]
    return split_arguments(repo, arguments, here)


def _blocks(entries: Iterator[LogEntry], form: str, is_coloured: bool) -> Iterator[str]:
    colours = palette(is_coloured)
    for position, entry in enumerate(entries):
        if form == "json":
            yield json_text(entry_fields(entry))
        elif form == "oneline":
            yield render_oneline(entry, colours)
        else:
            block = render_log(entry, colours, text_width())
            yield block if position == 0 else "\n" + block
