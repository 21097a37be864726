"""``gitmem backfill``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.errors import UnbornHead
from gitmem.git.log import has_head
from gitmem.git.repo import find_repo
from gitmem.refresh.catch_up import catch_up
from gitmem.state.batch_files import BatchFiles
from gitmem.upkeep.backfill import Report, backfill, collect
from gitmem.upkeep.backfill_plan import (
    BackfillPlan,
    BackfillSelection,
    count_worth,
    estimate_backfill,
    plan_backfill,
)
from gitmem.upkeep.batches import Batches, choose_batches

_PATIENCE_SECONDS = 60.0


@click.command()
@click.argument("revisions", default="HEAD", metavar="[RANGE]")
@click.option("--since", "--after", "since", default="", metavar="DATE", help="Only later commits.")
@click.option("--until", "--before", "until", default="", metavar="DATE", help="Only earlier ones.")
@click.option("-n", "--limit", type=click.IntRange(0), help="Do at most N commits, newest first.")
@click.option("--no-transcripts", is_flag=True, help="Do not look for sessions.")
@click.option("--no-history", is_flag=True, help="Only from sessions, not from commits alone.")
@click.option("--wait", is_flag=True, help="Wait for the batches of a model to be answered.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def command(
    revisions: str,
    since: str,
    until: str,
    limit: int | None,
    no_transcripts: bool,
    no_history: bool,
    wait: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make memories for the commits in RANGE (all of HEAD's) that have none.

    Where the agent still has the transcript of a session that made a commit, its memory is made
    of that, as after a commit; else of the commit's message and difference.  Merges, version
    bumps, typos and robots' commits get none unless they give a reason.

    Where gitmem.compressor begins with 'anthropic', everything is written offline first, and
    sessions and long messages are handed over to the Message Batches API at half the price; what
    it answers within a day is taken in by the next run, or by this one with --wait.

    Interrupt it whenever you like: what is done is kept, and the next run goes on from there.

    \b
    gitmem backfill --dry-run
    gitmem backfill --since=1.year
    gitmem backfill v1.0..HEAD
    """
    repo = find_repo(".")
    if revisions == "HEAD" and not has_head(repo):
        raise UnbornHead("the current branch has no commit to remember")
    if repo.is_initialised:
        catch_up(repo, _PATIENCE_SECONDS)  # what a hook has queued is not done twice
    workspace = open_workspace(repo)
    selection = BackfillSelection(
        revisions, since, until, limit, not no_transcripts, with_history=not no_history
    )
    plan = plan_backfill(workspace, selection)
    batches = choose_batches(workspace)
    if dry_run:
        _show_plan(workspace, plan, batches, as_json)
        return
    report = _done(workspace, plan, batches, as_json)
    if batches is not None and (wait or report.running):
        collect(workspace, batches, report, wait=wait)
    for notice in report.notices:
        click.echo(f"gitmem: {notice}", err=True)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    click.echo(_summary(plan, report))
    if batches is None and (left := len(BatchFiles(repo).running())):
        click.echo(
            f"{left} batches wait for their model. Run: git config gitmem.compressor anthropic"
        )
    if report.collected:
        click.echo(f"{report.collected} memories were made again by the model.")
    if report.running:
        click.echo(f"{report.running} batches are not answered yet. Run: gitmem backfill --wait")


def _done(
    workspace: Workspace, plan: BackfillPlan, batches: Batches | None, as_json: bool
) -> Report:
    is_shown = not as_json and plan.steps > 0
    with click.progressbar(
        length=plan.steps, label="remembering", file=sys.stderr, hidden=not is_shown
    ) as bar:
        try:
            return backfill(workspace, plan, bar.update, batches)
        except KeyboardInterrupt:
            click.echo("\ngitmem: stopped. What was done is kept; run it again to go on.", err=True)
            raise


def _show_plan(
    workspace: Workspace, plan: BackfillPlan, batches: Batches | None, as_json: bool
) -> None:
    worth = count_worth(workspace.repo, plan)
    cost = estimate_backfill(workspace, plan, batches)
    counts = {
        "commits": plan.commits,
        "remembered": plan.remembered,
        "not_worth_before": plan.judged,
        "maybe_from_transcripts": len(plan.sessions),
        "from_history": worth,
        "by_difference": len(plan.history) - worth,
    }
    if as_json:
        click.echo(json.dumps({**counts, "cost": asdict(cost)}))
        return
    click.echo(f"{_commits(plan.commits)}, {plan.remembered} of them with a memory already.")
    if plan.judged:
        click.echo(f"{_commits(plan.judged)} were looked at before and found worth none.")
    if plan.sessions:
        click.echo(f"{_commits(len(plan.sessions))} may have been made by a session on this disk.")
    click.echo(f"{_commits(worth)} say enough for a memory from their message alone;")
    click.echo(f"of the other {len(plan.history) - worth} what they changed decides.")
    if cost.tokens_in:
        price = f"${cost.dollars:,.2f}" if cost.is_priced else "the price is not known here"
        tokens = f"{cost.tokens_in:,} tokens read and {cost.tokens_out:,} written"
        click.echo(f"Asking {workspace.settings.compressor[0]} costs at most {tokens}: {price}.")
    else:
        click.echo("No model is asked: this costs nothing.")


def _summary(plan: BackfillPlan, report: Report) -> str:
    if not plan.steps:
        return "Nothing to do: every commit has a memory, or was found worth none."
    parts = [
        f"{_commits(report.from_transcripts)} remembered from transcripts",
        f"{report.from_history} from history",
        f"{report.not_worth} not worth a memory",
    ]
    if report.handed_over:
        parts.append(f"{report.handed_over} handed over to the model")
    if report.problems:
        parts.append(f"{report.problems} could not be read")
    return ", ".join(parts) + "."


def _commits(count: int) -> str:
    return "1 commit" if count == 1 else f"{count} commits"
