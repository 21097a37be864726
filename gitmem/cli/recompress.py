"""``gitmem recompress``."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import asdict

import click

from gitmem.capture.compressors import compressor_without_fallback
from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.cli.open_repo import ready_repo, repo_here
from gitmem.compress.compressor import Compressor, Estimate
from gitmem.errors import CompressorFailed, GitmemError
from gitmem.guard.json_text import json_text
from gitmem.guard.untrusted import clean_line
from gitmem.model.instant import iso_time
from gitmem.model.memory import KINDS
from gitmem.state.setting_types import COMPRESSORS, parse_compressors
from gitmem.upkeep.recompress import RecompressResult, estimate, recompress
from gitmem.upkeep.select_captures import Capture, CaptureSelection, find_captures, split_names

_AGE = re.compile(r"(\d{1,6})[ .]?(d|day|w|week|month|y|year)s?")
_DAYS = {"d": 1, "day": 1, "w": 7, "week": 7, "month": 30, "y": 365, "year": 365}


def _age(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Seconds of an age such as 30d."""
    if value is None:
        return None
    found = _AGE.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"'{value}' is not an age; write 30d, 2w, 6months or 1y")
    return int(found[1]) * _DAYS[found[2]] * 86_400.0


def _names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Compressors, as gitmem.compressor lists them."""
    try:
        return () if value is None else parse_compressors(value)
    except ValueError as error:
        raise click.BadParameter(f"'{value}' is not a list of {', '.join(COMPRESSORS)}") from error


@click.command()
@click.argument("names", nargs=-1, metavar="[COMMIT_OR_RANGE_OR_ID]...")
@click.option(
    "--older-than",
    "age",
    callback=_age,
    metavar="AGE",
    help="Only memories of commits older than AGE: 30d, 2w, 6months, 1y.",
)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only memories of this kind."
)
@click.option(
    "--compressor",
    "recorded",
    default="",
    metavar="NAME",
    help="Only memories that NAME wrote (extractive, history); default: those of stand-ins.",
)
@click.option(
    "--with",
    "chosen",
    callback=_names,
    metavar="COMPRESSOR",
    help="Use COMPRESSOR (or a list of them) instead of gitmem.compressor.",
)
@click.option(
    "-n", "--limit", type=click.IntRange(1), help="Improve memories of at most N commits."
)
@click.option("--dry-run", is_flag=True, help="Show how many and what it would cost; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per commit, one per line.")
def command(
    names: tuple[str, ...],
    age: float | None,
    kinds: tuple[str, ...],
    recorded: str,
    chosen: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Improve memories that a stand-in wrote, now that a model answers.

    When a compressor fails, the offline one stands in and records that it did. This command reads
    the same part of the session's transcript again, has the compressor in gitmem.compressor
    compress it, and adds the new memories to the same notes. They supersede the old ones, which
    stay in the note but are no longer recalled. A memory stays as it is if its transcript is gone,
    if somebody edited it by hand, or if the compressor fails again (exit code 31).

    Interrupt it at any time: what is done is kept, and the next run continues from there.

    \b
    gitmem recompress --dry-run
    gitmem recompress v1.0..HEAD --kind bugfix
    gitmem recompress --compressor extractive --with claude-cli --older-than 30d
    gitmem recompress --compressor history --limit 100
    """
    repo = repo_here() if dry_run else ready_repo()
    workspace = open_workspace(repo)
    compressor = compressor_without_fallback(workspace.repo, workspace.settings, chosen)
    ids, commits = split_names(repo, names)
    before = "" if age is None else iso_time(time.time() - age)
    wanted = CaptureSelection(ids, commits, frozenset(kinds), before, recorded)
    found = find_captures(repo, wanted)
    captures = found if limit is None else found[:limit]
    if not captures:
        _say_none(as_json and dry_run, recorded)
    elif dry_run:
        _forecast(workspace, captures, compressor, as_json)
    else:
        _improve(workspace, captures, compressor, as_json)


def _say_none(as_json: bool, recorded: str) -> None:
    if as_json:
        click.echo(json_text({"captures": 0, "possible": 0, **asdict(Estimate())}))
    whose = f"by '{recorded}'" if recorded else "by a stand-in; for others: --compressor NAME"
    click.echo(f"Nothing to improve: no such memory {whose}.", err=True)


def _forecast(
    workspace: Workspace, captures: Sequence[Capture], compressor: Compressor, as_json: bool
) -> None:
    """Print what a run would cost."""
    possible, total = 0, Estimate()
    for number, capture in enumerate(captures, 1):
        try:
            cost = estimate(workspace, capture, compressor)
        except GitmemError as error:
            _print_progress(number, captures, capture, f"stays: {error.message}")
            continue
        possible += 1
        total = Estimate(
            total.tokens_in + cost.tokens_in,
            total.tokens_out + cost.tokens_out,
            total.dollars + cost.dollars,
            total.is_priced and cost.is_priced,
        )
    if as_json:
        told = {"captures": len(captures), "possible": possible, "compressor": compressor.name}
        click.echo(json_text({**told, **asdict(total)}))
        return
    memories = sum(len(capture.memories) for capture in captures)
    price = f"${total.dollars:.2f}" if total.is_priced else "an unknown price"
    count = "1 memory" if memories == 1 else f"{memories} memories"
    of = "1 capture" if len(captures) == 1 else f"{len(captures)} captures"
    click.echo(f"{count} of {of}; {possible} can be improved.")
    click.echo(
        f"'{compressor.name}' would read about {total.tokens_in:,} tokens and write "
        f"{total.tokens_out:,}: {price}. Nothing was asked or written."
    )


def _improve(
    workspace: Workspace, captures: Sequence[Capture], compressor: Compressor, as_json: bool
) -> None:
    """Improve them, printing one line each.

    Raises:
        CompressorFailed: some could not be improved now.
    """
    done = failed = tried = 0
    for tried, result in enumerate(recompress(workspace, captures, compressor), 1):
        done += bool(result.memories)
        failed += result.is_failed
        _print_progress(tried, captures, result.capture, _outcome_text(result))
        if as_json:
            click.echo(json_text(_fields(result)))
            continue
        for memory in result.memories:
            click.echo(
                f"{memory.id[:9]} {clean_line(memory.kind, 40)}: {clean_line(memory.title, 300)}"
            )
    if not done and compressor.name.startswith("extractive/"):
        click.echo(
            "No model is chosen. Run: git config gitmem.compressor NAME (or use --with)", err=True
        )
    left = len(captures) - tried
    click.echo(f"{done} of {len(captures)} improved.", err=True)
    if failed:
        rest = f", and {left} were not tried" if left else ""
        raise CompressorFailed(
            f"'{compressor.name}' failed for {failed} of {len(captures)}{rest}",
            "They stay as they were. Try again with: gitmem recompress",
        )


def _outcome_text(result: RecompressResult) -> str:
    if not result.memories:
        return f"stays: {result.reason}"
    notice = f" ({result.reason})" if result.reason else ""
    if result.is_kept:
        return f"kept{notice or ': nothing better to say'}"
    return f"improved by {result.memories[0].provenance.compressor}{notice}"


def _fields(result: RecompressResult) -> dict[str, object]:
    origin = result.memories[0].provenance if result.memories else result.capture.origin
    return {
        "commits": result.capture.commits,
        "old": [memory.id for memory in result.capture.memories],
        "new": [memory.id for memory in result.memories],
        "compressor": origin.compressor,
        "tokens": {"in": origin.tokens_in, "out": origin.tokens_out} if result.memories else {},
        "is_kept": result.is_kept,
        "is_failed": result.is_failed,
        "reason": result.reason,
    }


def _print_progress(number: int, captures: Sequence[Capture], capture: Capture, told: str) -> None:
    click.echo(f"[{number}/{len(captures)}] {capture.commits[0][:10]} {told}", err=True)
