"""``gitmem digest``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import page
from gitmem.guard.json_text import json_text
from gitmem.recall.log import LogSelection, split_arguments

_SINCE = "1.week.ago"
_MOST = 60


@click.command()
@click.argument("revisions", nargs=-1, metavar="[RANGE] [PATH]...")
@click.option("--since", "--after", "since", metavar="DATE", help="Only commits after DATE.")
@click.option("--until", "--before", "until", metavar="DATE", help="Only commits before DATE.")
@click.option("--author", metavar="PATTERN", help="Only commits whose author matches.")
@click.option("--all", "everything", is_flag=True, help="All refs, not only HEAD.")
@click.option(
    "-n",
    "--max-count",
    "count",
    type=click.IntRange(1),
    default=_MOST,
    show_default=True,
    help="Tell at most N memories, the latest.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    revisions: tuple[str, ...],
    since: str | None,
    until: str | None,
    author: str | None,
    everything: bool,
    count: int,
    as_json: bool,
) -> None:
    """Tell what was decided, learned and left, by area: for a stand-up, or release notes.

    Prints Markdown, oldest first.  Without RANGE and dates it is of the last week.  Left is what a
    commit left to do and no later commit took up, and what failed and was not mended.

    \b
    gitmem digest
    gitmem digest --since=yesterday --author=ada
    gitmem digest v1.2..HEAD --json
    """
    repo = ready_repo()
    chosen, paths = split_arguments(repo, revisions, Path.cwd())
    if not (chosen or since or until):
        since = _SINCE
    options = [
        *([f"--author={author}"] if author else []),
        *([f"--since={since}"] if since else []),
        *([f"--until={until}"] if until else []),
        *(["--all"] if everything else []),
    ]
    # Only here: masking and reading notes are nothing that the command's help needs.
    from gitmem.capture.workspace import open_workspace
    from gitmem.recall.work_digest import read_work_digest
    from gitmem.render.work_digest import render_work_digest, work_digest_fields

    selection = LogSelection(tuple(options), tuple(chosen), tuple(paths))
    digest = read_work_digest(repo, selection, open_workspace(repo).policy, count)
    told = _range_told(chosen, since, until, author)
    if as_json:
        click.echo(json_text({"range": told, **work_digest_fields(digest)}, indent=2))
    elif digest.areas:
        words = [*options, *chosen, *(["--", *paths] if paths else [])]
        way_on = shlex.join(["gitmem", "log", *words])
        page(repo, render_work_digest(digest, told, way_on), colour=False)
    else:
        silent = digest.silent
        if silent:
            commits = f"{silent} commit{' has' if silent == 1 else 's have'} memories, and"
            click.echo(
                f"gitmem: {commits} none tells a decision, a finding or a next step", err=True
            )
        else:
            click.echo(f"gitmem: nothing is remembered {told}", err=True)
            click.echo("  Another span: gitmem digest --since=1.month", err=True)


def _range_told(chosen: list[str], since: str | None, until: str | None, author: str | None) -> str:
    parts = [f"in {' '.join(chosen)}"] if chosen else []
    parts += [f"since {since.replace('.', ' ')}"] if since else []
    parts += [f"until {until.replace('.', ' ')}"] if until else []
    parts += [f"by {author}"] if author else []
    return ", ".join(parts)
