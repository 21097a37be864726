"""``gitmem reconcile``."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from gitmem.cli.open_repo import repo_here
from gitmem.follow.reconcile import ReconcileRange, ReconcileReport, reconcile
from gitmem.git.log import walk_ids
from gitmem.git.repo import resolve_commit
from gitmem.guard.json_text import json_text
from gitmem.refresh.refresh import refresh
from gitmem.state.rewrite_log import add_pairs, parse_pairs
from gitmem.state.unreachable_notes import read_unreachable_notes

_SHORT = 10


@click.command()
@click.option("--range", "span", metavar="A..B", help="Compare these commits, whether new or not.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with lines `OLD NEW`, such as git-filter-repo's commit-map.",
)
@click.option(
    "--pair",
    "told",
    nargs=2,
    multiple=True,
    metavar="OLD NEW",
    help="State that OLD became NEW.",
)
@click.option("--full", is_flag=True, help="Look at every memory again, not only at new ones.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    span: str | None,
    map_file: Path | None,
    told: tuple[tuple[str, str], ...],
    full: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Copy memories to the commits that now carry their changes.

    This follows a rebase, squash, cherry-pick, split, reset, patch or history filter, here or on
    the server.  Hooks and every other command do it by themselves for what moved here; run it in a
    pipeline for squash merges on the server.  Notes are copied, never removed.  If no commit
    certainly carries a change, its memories stay and are listed; dropped work is marked.

    \b
    gitmem reconcile
    gitmem reconcile --range origin/main~1..origin/main
    gitmem reconcile --map .git/filter-repo/commit-map
    """
    repo = repo_here()
    arrived = None if span is None else tuple(walk_ids(repo, span))
    pairs = [] if map_file is None else parse_pairs(map_file.read_text("ascii", "replace"))
    pairs += [(resolve_commit(repo, old), resolve_commit(repo, new)) for old, new in told]
    scope = ReconcileRange(arrived, tuple(pairs), full)
    with closing(refresh(repo)) as index:
        done = reconcile(repo, index, scope, is_dry_run=dry_run)
    if told and not dry_run:
        add_pairs(repo, pairs[-len(told) :])
    known = read_unreachable_notes(repo)
    if known is not None:  # earlier ones too: they still wait for a decision
        done = replace(done, unmatched={**known.unmatched, **done.unmatched})
    for line in [json_text(_fields(done))] if as_json else _lines(done):
        click.echo(line)


def _lines(done: ReconcileReport) -> list[str]:
    if done.is_deferred:
        return ["A rebase is in progress: nothing was done. Finish it, then run this again."]
    lines = [
        f"{_short(moved.source)} → {_short(moved.target)}  {_memories_text(moved.memories)}"
        f" ({moved.how.value})"
        for moved in done.copies
    ]
    lines += [f"{_short(commit)} was dropped: marked as abandoned" for commit in done.abandonments]
    lines += [
        f"{_short(commit)} is on no branch, but resembles {' '.join(map(_short, found))}."
        f" If it became that: gitmem reconcile --pair {_short(commit)} {_short(found[0])}"
        for commit, found in done.unmatched.items()
    ]
    if done.over_limit:
        lines.append(f"{done.over_limit} new commits were too many to compare: use --range")
    return lines or ["Every memory is where it belongs."]


def _fields(done: ReconcileReport) -> dict[str, object]:
    return {
        "carried": [
            {
                "from": moved.source,
                "to": moved.target,
                "how": moved.how.value,
                "memories": moved.memories,
            }
            for moved in done.copies
        ],
        "abandoned": list(done.abandonments),
        "unmatched": {commit: list(found) for commit, found in done.unmatched.items()},
        "left_out": done.over_limit,
        "deferred": done.is_deferred,
    }


def _memories_text(number: int) -> str:
    return "1 memory" if number == 1 else f"{number} memories"


def _short(commit: str) -> str:
    return commit[:_SHORT]
