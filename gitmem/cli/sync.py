"""``gitmem sync``."""

from __future__ import annotations

import json

import click

from gitmem.capture.workspace import open_workspace
from gitmem.cli.open_repo import tell_notices
from gitmem.follow.sync import Amount, SyncReport, preview, sync
from gitmem.git.repo import find_repo
from gitmem.refresh.catch_up import catch_up

_PATIENCE_SECONDS = 30.0


@click.command()
@click.argument("remote", required=False, default="")
@click.option("--dry-run", is_flag=True, help="Tell what would move, in both directions.")
@click.option("--json", "is_json", is_flag=True, help="Print an object for machines.")
def command(remote: str, dry_run: bool, is_json: bool) -> None:
    """Fetch, join and push memories now.

    Memories are sent to REMOTE, or to gitmem.remote, or to where `git push` would go: the
    branch's pushRemote, remote.pushDefault, the branch's upstream, origin or the only remote,
    in this order. They are received from there and, unless REMOTE is given, from the branch's
    upstream, origin and upstream as well, so that in a fork both sides' memories are here.

    A plain `git push` sends memories to the remote it pushes to, or to gitmem.remote where that
    is set; a plain `git fetch` or `git pull` brings those of the remote it asks. A remote that
    takes no memories (it is read-only, wants a login that git has not stored, or its server
    refuses refs/notes/claude-mem) is told of once; its memories are received all the same.

    --dry-run asks the remotes, but moves no ref here or there.
    """
    repo = find_repo(".")
    workspace = open_workspace(repo)
    if repo.is_initialised and not dry_run:  # what was just committed goes along
        catch_up(repo, _PATIENCE_SECONDS)
    report = preview(workspace, remote) if dry_run else sync(workspace, remote)
    tell_notices(repo)
    if is_json:
        click.echo(json.dumps(_object(report, dry_run=dry_run), indent=2))
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
    asked = ", ".join(report.asked)
    if dry_run:
        click.echo(f"{_counted(report.received)} to receive from {asked}")
        click.echo(f"{_counted(report.sent)} to send to {report.remote}")
        return
    got = _counted(report.received) if report.received.memories else "nothing new"
    click.echo(f"{asked}: {got} received")
    if report.is_pushed:
        click.echo(f"{report.remote}: {_counted(report.sent)} sent")
    elif report.trouble is None:
        click.echo(f"{report.remote}: it already had ours")


def _object(report: SyncReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "remote": report.remote,
        "asked": list(report.asked),
        "dry_run": dry_run,
        "received": vars(report.received),
        "sent": vars(report.sent),
        "is_pushed": report.is_pushed,
        "trouble": report.trouble.message if report.trouble else "",
        "notices": list(report.notices),
    }


def _counted(amount: Amount) -> str:
    memories = "1 memory" if amount.memories == 1 else f"{amount.memories} memories"
    commits = "1 commit" if amount.commits == 1 else f"{amount.commits} commits"
    return f"{memories} of {commits}"
