"""``gitmem verify``."""

from __future__ import annotations

import click

from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import ready_repo
from gitmem.cli.output import colour_option, text_width, wants_colour
from gitmem.guard.json_text import json_text
from gitmem.model.proof import Verdict
from gitmem.recall.verify import verify
from gitmem.render.evidence import render_verdict, summary_of, verdict_fields
from gitmem.render.terminal import palette
from gitmem.upkeep.select_captures import split_names


@click.command()
@click.argument("names", nargs=-1, metavar="[COMMIT_OR_RANGE_OR_ID]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per memory, one per line.")
@colour_option
def command(names: tuple[str, ...], as_json: bool, colour: str) -> int:
    """Check what can be checked of memories: quotations, errors, files, commits and ids.

    Looks quotations and errors up in the transcripts on this machine, files in the commit, the
    commit by what it changes, and computes each id again.  Names what is wrong, and what cannot be
    checked with the reason.  Without arguments, checks all that HEAD reaches.  Changes nothing.
    Exits with 1 if something is wrong.

    \b
    gitmem verify
    gitmem verify main..HEAD
    gitmem verify m355ceb36 --json
    """
    repo = ready_repo()
    ids, commits = split_names(repo, names) if names else ((), None)
    colours, verdicts, count = palette(wants_colour(colour) and not as_json), list[Verdict](), 0
    for proof in verify(open_workspace(repo), commits, ids):
        text = (
            json_text(verdict_fields(proof))
            if as_json
            else render_verdict(proof, colours, text_width()).rstrip("\n")
        )
        click.echo(text)
        verdicts += [check.verdict for check in proof.all_checks()]
        count += 1
    if not as_json:
        click.echo(summary_of(count, verdicts))
    return int(any(verdict is Verdict.WRONG for verdict in verdicts))
