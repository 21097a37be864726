"""``gitmem backfill``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.cli.open_repo import repo_here
from gitmem.errors import TranscriptMissing, UnbornHead
from gitmem.git.log import has_head
from gitmem.git.promisor import lack_error
from gitmem.guard.json_text import json_text
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
from gitmem.upkeep.unread_sessions import unread_lines, waiting_commits

_PATIENCE_SECONDS = 60.0


@click.command()
@click.argument("revisions", default="HEAD", metavar="[RANGE]")
@click.option("--since", "--after", "since", default="", metavar="DATE", help="Only later commits.")
@click.option("--until", "--before", "until", default="", metavar="DATE", help="Only earlier ones.")
@click.option("-n", "--limit", type=click.IntRange(0), help="At most N commits, newest first.")
@click.option("--no-transcripts", is_flag=True, help="Do not look for sessions.")
@click.option("--no-history", is_flag=True, help="Use sessions only, not commits alone.")
@click.option("--wait", is_flag=True, help="Wait for the model to answer the batches.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
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
    """Make memories for the commits in RANGE (default: all that HEAD reaches) that have none.

    If the agent still has the transcript of the session that made a commit, the memory is made
    from it, as it is right after a commit; otherwise from the commit's message and diff.  Merges,
    version bumps, typo fixes and bot commits get no memory unless they give a reason.  Where the
    transcript is gone but Claude Code's history still has what was typed, the prompt that the
    commit surely answers is quoted as its reason.

    If gitmem.compressor begins with 'anthropic', everything is written offline first, and sessions
    and long messages go to the Message Batches API at half the price.  It answers within a day;
    the next run collects the answers, or this one does with --wait.

    Where an agent's sessions cannot be read (its database is locked or damaged, a file may not be
    opened), it says so, leaves the commits that they may have made for the next run, and exits
    with 30.

    Interrupt it at any time: what is done is kept, and the next run continues from there.

    \b
    gitmem backfill --dry-run
    gitmem backfill --since=1.year
    gitmem backfill v1.0..HEAD
    """
    repo = repo_here()
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
        _fail_if_unread(*_waiting(workspace, plan))
        return
    report = _run_backfill(workspace, plan, batches, as_json)
    if batches is not None and (wait or report.running):
        collect(workspace, batches, report, wait=wait)
    for notice in report.notices:
        click.echo(f"gitmem: {notice}", err=True)
    if as_json:
        click.echo(json_text(asdict(report)))
    else:
        _show_report(workspace, selection, plan, report, batches)
    if report.lacking:
        raise lack_error(report.lacking, report.why_lacking)
    _fail_if_unread(report.waiting, report.unread)


def _waiting(workspace: Workspace, plan: BackfillPlan) -> tuple[int, list[str]]:
    """How many commits would wait for sessions that cannot be read, and which those are."""
    unread = plan.unread or ()
    waiting = waiting_commits(workspace.repo, plan.open, unread)
    return len(waiting), unread_lines(unread) if waiting else []


def _fail_if_unread(waiting: int, unread: Sequence[str]) -> None:
    """Say what could not be read, where commits wait for it.

    Raises:
        TranscriptMissing: there are such commits.
    """
    if waiting:
        left = "1 commit is" if waiting == 1 else f"{waiting:,} commits are"
        raise TranscriptMissing(
            f"{'; '.join(unread)}. So {left} left for the next run",
            "Run it again when they can be read; or, to do without them:"
            " gitmem backfill --no-transcripts",
        )


def _show_report(
    workspace: Workspace,
    selection: BackfillSelection,
    plan: BackfillPlan,
    report: Report,
    batches: Batches | None,
) -> None:
    click.echo(_summary(selection, plan, report))
    if batches is None and (left := len(BatchFiles(workspace.repo).running())):
        click.echo(
            f"{_count(left, 'batch waits', 'batches wait')} for the model."
            " Run: git config gitmem.compressor anthropic"
        )
    if report.collected:
        click.echo(
            f"{_count(report.collected, 'memory was', 'memories were')} rewritten by the model."
        )
    if report.running:
        click.echo(
            f"{_count(report.running, 'batch is', 'batches are')} not answered yet."
            " Run: gitmem backfill --wait"
        )


def _run_backfill(
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
        "remembered": plan.with_memory,
        "not_worth_before": plan.not_worth,
        "maybe_from_transcripts": len(plan.sessions),
        "from_history": worth,
        "by_difference": len(plan.history) - worth,
    }
    if as_json:
        click.echo(json_text({**counts, "cost": asdict(cost)}))
        return
    click.echo(f"{_commits(plan.commits)}, {plan.with_memory} of them already with a memory.")
    if plan.not_worth:
        click.echo(
            f"{_count(plan.not_worth, 'commit was', 'commits were')} looked at before and found not"
            " worth a memory."
        )
    if plan.sessions:
        click.echo(f"{_commits(len(plan.sessions))} may have been made by a session on this disk.")
    click.echo(_judged_by(worth, len(plan.history) - worth))
    if cost.tokens_in:
        price = f"${cost.dollars:,.2f}" if cost.is_priced else "the price is unknown"
        tokens = f"{cost.tokens_in:,} tokens read and {cost.tokens_out:,} written"
        click.echo(f"Asking {workspace.settings.compressor[0]} costs at most {tokens}: {price}.")
    else:
        click.echo("No model is asked: this costs nothing.")


def _judged_by(by_message: int, by_diff: int) -> str:
    if not by_message:
        judged = _count(
            by_diff, "commit is judged by its diff", "commits are judged by their diffs"
        )
        return f"{judged}." if by_diff else "No commit is left to be read from history."
    told = (
        "1 commit message says enough"
        if by_message == 1
        else f"{by_message} commit messages say enough"
    )
    if not by_diff:
        return f"{told}."
    others = "the other commit is" if by_diff == 1 else f"the other {by_diff} are"
    return f"{told}; {others} judged by {'its diff' if by_diff == 1 else 'their diffs'}."


def _summary(selection: BackfillSelection, plan: BackfillPlan, report: Report) -> str:
    if not plan.steps:
        return _why_nothing(selection, plan)
    parts = [
        f"{_commits(report.from_transcripts)} remembered from transcripts",
        f"{report.from_history} from history",
        f"{report.not_worth} not worth a memory",
    ]
    if report.handed_over:
        parts.append(f"{report.handed_over} handed over to the model")
    if report.waiting:
        parts.append(f"{report.waiting} left for the next run")
    if report.problems:
        parts.append(f"{report.problems} could not be read")
    return ", ".join(parts) + "."


def _why_nothing(selection: BackfillSelection, plan: BackfillPlan) -> str:
    if not plan.commits:
        return "Nothing to do: no commit was chosen."
    if not plan.open:
        if not plan.not_worth:
            return "Nothing to do: every commit has a memory."
        if not plan.with_memory:
            return "Nothing to do: every commit was looked at before and found not worth a memory."
        return "Nothing to do: every commit has a memory, or was found not worth one."
    have = "1 commit has" if len(plan.open) == 1 else f"{len(plan.open):,} commits have"
    if selection.limit == 0:
        why = "the limit is 0"
    elif not selection.with_transcripts:
        why = "neither sessions nor history may be used"
    else:
        one = "it" if len(plan.open) == 1 else "any of them"
        why = f"no session that can be read here may have made {one}"
    return f"Nothing was done: {have} no memory, and {why}."


def _commits(count: int) -> str:
    return _count(count, "commit", "commits")


def _count(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"
