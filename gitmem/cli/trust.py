"""``gitmem trust``."""

from __future__ import annotations

import json

import click

from gitmem.cli.mine import trust_mine
from gitmem.cli.open_repo import ready_repo, repo_here, tell_notices
from gitmem.cli.team_question import agree
from gitmem.errors import UsageError
from gitmem.git.remotes import places_of, remote_names, tracking_tips
from gitmem.git.trusted_remotes import set_trust
from gitmem.model.preference import is_preference_id
from gitmem.state.strangers import remotes_apart, trust_of


@click.command()
@click.argument("remote", required=False, default="")
@click.option("--revoke", is_flag=True, help="From now on, keep what REMOTE sends apart.")
@click.option(
    "--team", is_flag=True, help="Agree to where the team's file, .gitmem, wants memories sent."
)
@click.option("--yes", "is_sure", is_flag=True, help="With --team, do not ask.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
def command(remote: str, revoke: bool, team: bool, is_sure: bool, is_json: bool) -> None:
    """Show or say whose memories are joined with yours.

    Anyone who can push to a remote, or only offers a fork, can write memories that an agent would
    then read, and forget yours. So they are joined only if they come from a remote that is trusted:
    gitmem.remote, remote.pushDefault, origin (or, where there is no origin, the remote that was
    configured first), and every REMOTE that you name here. What `git fetch` brings from any other
    remote is kept apart: it is not shown, not given to an agent and not pushed on.

    Without REMOTE, list the remotes and which of them are trusted.

    With REMOTE, trust it from now on and join what was kept apart. This is kept in the
    configuration of this clone, as remote.REMOTE.gitmemTrust; it leaves and moves with the remote.
    `gitmem sync REMOTE` says the same. --revoke takes it back, also from origin; what was joined
    stays.

    A team can say in its file, .gitmem, where memories go (`gitmem help team`). Until you agree
    with --team nothing is sent anywhere, and when the file names another place you are asked again.
    The place becomes gitmem.remote in the configuration of this clone; where it is an address that
    no remote leads to, a remote 'memories' is added. At a terminal you are asked; elsewhere --yes
    is needed.

    With the id of a preference (mine-…) that an agent wrote down, agree to it: only then is it
    told. You are asked at a terminal, and an agent cannot answer for you.
    """
    if is_sure and not team:
        raise UsageError("--yes goes with --team")
    if team:
        if remote or revoke or is_json:
            raise UsageError("--team takes no REMOTE, no --revoke and no --json")
        agree(repo_here(tells_memories=False), is_sure=is_sure)
        return
    if is_preference_id(remote):
        if revoke or is_json:
            raise UsageError("a preference takes no --revoke and no --json", "Run: gitmem forget")
        trust_mine(remote)
        return
    repo = ready_repo()
    if revoke and not remote:
        raise UsageError("--revoke needs the name of a remote", "To list them: gitmem trust")
    if revoke:
        set_trust(repo, remote, is_trusted=False)
    elif remote:
        from gitmem.notes.store import NoteStore
        from gitmem.refresh.refresh import refresh, trust_remote

        trust_remote(repo, NoteStore(repo), remote)
        refresh(repo).close()
        tell_notices(repo)
        if not is_json and not any(place in tracking_tips(repo) for place in places_of(remote)):
            click.echo(f"Nothing was fetched of its memories yet. Run: gitmem sync {remote}")
    trust, apart = trust_of(repo), remotes_apart(repo)
    names = [remote] if remote else remote_names(repo)
    if is_json:
        rows = [
            {
                "remote": name,
                "is_trusted": trust.has(name),
                "why": trust.reason(name),
                "has_memories_apart": name in apart,
            }
            for name in names
        ]
        click.echo(json.dumps({"remotes": rows}, indent=2))
        return
    if not names:
        click.echo("There is no remote: memories stay in this repository.")
    for name in names:
        if trust.has(name):
            click.echo(f"{name}: trusted ({trust.reason(name)})")
        else:
            kept = "; it has memories that are kept apart" if name in apart else ""
            click.echo(f"{name}: not trusted{kept}")
