"""``gitmem sync``."""

from __future__ import annotations

from dataclasses import asdict

import click

from gitmem.capture.workspace import open_workspace
from gitmem.cli.mine import sync_mine
from gitmem.cli.open_repo import repo_here, tell_notices
from gitmem.errors import UsageError
from gitmem.follow.amounts import Amount
from gitmem.follow.sync import SyncReport, preview, sync
from gitmem.guard.json_text import json_text
from gitmem.refresh.catch_up import catch_up
from gitmem.state.kept_team_files import keep_team_files

_PATIENCE_SECONDS = 30.0


@click.command()
@click.argument("remote", required=False, default="")
@click.option("--dry-run", is_flag=True, help="Show what would move, in both directions.")
@click.option("--mine", "is_mine", is_flag=True, help="Exchange your own preferences instead.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
def command(remote: str, dry_run: bool, is_mine: bool, is_json: bool) -> None:
    """Fetch, join and push memories now.

    Memories are sent to REMOTE, or to gitmem.remote, or to where `git push` would go: the
    branch's pushRemote, remote.pushDefault, the branch's upstream, origin or the only remote, in
    this order. They are received from there and, unless REMOTE is given, also from the branch's
    upstream, from origin and from upstream, so that a fork has the memories of both sides.

    What a remote has is joined only if it is trusted (`gitmem trust`); of any other it is said in a
    line that it has memories. Whoever names REMOTE says thereby that it is trusted from now on.

    A plain `git push` sends memories to the remote it pushes to, or to gitmem.remote if that is
    set; a plain `git fetch` or `git pull` receives the memories of the remote it fetches from. A
    remote that takes no memories (because it is read-only, wants a login that git has not stored,
    or refuses refs/notes/claude-mem) is reported once; its own memories are still received.

    --dry-run contacts the remotes, but moves no ref here or there.

    --mine fetches, joins and pushes your own preferences, in their own repository, with the remote
    that you have given it (`gitmem help personal`); what machines have added apart is joined.
    """
    if is_mine:
        if remote or dry_run or is_json:
            raise UsageError("--mine takes no REMOTE, no --dry-run and no --json")
        sync_mine()
        return
    repo = repo_here()
    keep_team_files(repo)
    workspace = open_workspace(repo, may_capture=False)
    if repo.is_initialised and not dry_run:  # what was just committed goes along
        catch_up(repo, _PATIENCE_SECONDS)
    report = preview(workspace, remote) if dry_run else sync(workspace, remote)
    tell_notices(repo)
    if is_json:
        click.echo(json_text(_object(report, dry_run=dry_run), indent=2))
    else:
        _tell(report, dry_run=dry_run)
    if report.trouble is not None:
        raise report.trouble


def _tell(report: SyncReport, *, dry_run: bool) -> None:
    if not report.remote:
        click.echo("There is no remote: memories stay in this repository.")
        return
    for notice in report.notices:
        click.echo(f"gitmem: {notice}", err=True)
    if report.newly_trusted:
        click.echo(
            f"gitmem: '{report.remote}' was named, and is trusted from now on."
            f" To take that back: gitmem trust --revoke {report.remote}",
            err=True,
        )
    asked = ", ".join(report.sources)
    if dry_run:
        click.echo(f"{_amount_text(report.incoming)} to receive from {asked}")
        click.echo(f"{_amount_text(report.outgoing)} to send to {report.remote}")
        return
    got = _amount_text(report.incoming) if report.incoming.memories else "nothing new"
    click.echo(f"{asked}: {got} received")
    if report.is_pushed:
        click.echo(f"{report.remote}: {_amount_text(report.outgoing)} sent")
    elif report.trouble is None:
        click.echo(f"{report.remote}: already up to date")


def _object(report: SyncReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "remote": report.remote,
        "asked": list(report.sources),
        "dry_run": dry_run,
        "received": asdict(report.incoming),
        "sent": asdict(report.outgoing),
        "is_pushed": report.is_pushed,
        "trouble": report.trouble.message if report.trouble else "",
        "notices": list(report.notices),
        "newly_trusted": report.newly_trusted,
    }


def _amount_text(amount: Amount) -> str:
    memories = "1 memory" if amount.memories == 1 else f"{amount.memories} memories"
    commits = "1 commit" if amount.commits == 1 else f"{amount.commits} commits"
    return f"{memories} of {commits}"
